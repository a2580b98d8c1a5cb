//! The trait that the derive implements.

use std::future::Future;

use crate::__private::verify::Verification;
use crate::build::{Builder, direct};
use crate::error::Error;
use crate::global;
#[cfg(feature = "live")]
use crate::live::{Holdings, LocalKey};
use crate::loader::Loader;
use crate::resolve::UNTOLD;
use crate::schema::Schema;
use crate::schema::declare::Struct;

/// What a validator of a whole struct found: the field at fault, and why, in words that hold no value.
///
/// ```
/// use config_core::{Invalid, Secrets};
///
/// #[derive(Secrets)]
/// #[secrets(validate = ordered)]
/// struct Pool {
///     #[setting(default = 1)]
///     least: u32,
///     #[setting(default = 10)]
///     most: u32,
/// }
///
/// fn ordered(pool: &Pool) -> Result<(), Invalid> {
///     match pool.least <= pool.most {
///         true => Ok(()),
///         false => Err(Invalid { field: "most", message: "must not be below `least`" }),
///     }
/// }
///
/// let error = Pool::loader().env([("LEAST", "20")]).load().err().unwrap();
/// assert_eq!(error.iter().next().unwrap().to_string(), "most: refused: must not be below `least`");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invalid {
    /// The path of the field in the struct that is judged.
    pub field: &'static str,
    /// What is wrong with it.
    pub message: &'static str,
}

/// A struct of settings and secrets that knows how to load itself. Implemented by `#[derive(Secrets)]`.
///
/// ```
/// use config_core::{ExposeSecret, SecretString, Secrets};
///
/// /// Settings of the service.
/// #[derive(Debug, Secrets)]
/// #[secrets(prefix = "APP")]
/// struct Settings {
///     /// Key of the payment provider.
///     #[secret(required, format = any)]
///     payment_key: SecretString,
///     /// Port that the server listens on.
///     #[setting(default = 8080, range = 1024..=65535)]
///     port: u16,
/// }
///
/// let settings = Settings::loader().env([("APP_PAYMENT_KEY", "abc")]).load()?;
/// assert_eq!(settings.payment_key.expose_secret(), "abc");
/// assert_eq!(settings.port, 8080);
/// assert!(!format!("{settings:?}").contains("abc"));
/// # Ok::<(), config_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not declare its settings",
    label = "no settings are declared here",
    note = "write `#[derive(Secrets)]` on `{Self}`"
)]
pub trait Secrets: Sized + 'static {
    #[doc(hidden)]
    const __STRUCT: &'static Struct;

    /// Every field, nested ones included, as data.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert_eq!(Settings::schema().leaves()[0].path(), "port");
    /// ```
    fn schema() -> &'static Schema;

    #[doc(hidden)]
    fn __build(builder: &mut Builder<'_>) -> Option<Self>;

    #[doc(hidden)]
    fn __verify<'a>(&'a self, _out: &mut Vec<Verification<'a>>) {}

    #[cfg(feature = "live")]
    #[doc(hidden)]
    #[inline]
    fn __holdings() -> Option<&'static LocalKey<Holdings<Self>>> {
        None
    }

    /// Loads with the declared sources, blocking the thread. It never panics inside an async runtime.
    ///
    /// Warnings, such as a misspelt variable or a deprecated name, are part of the error when it fails; of a load that
    /// succeeds they are seen with [`load_report`](Loader::load_report), [`explain`](Loader::explain), the feature
    /// `tracing`, or [`strict`](Loader::strict), which makes them problems.
    ///
    /// # Errors
    /// Every problem of every field, in one [`Error`].
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let settings = Settings::load()?;
    /// # Ok::<(), config_core::Error>(())
    /// ```
    fn load() -> Result<Self, Error> {
        match direct::settings(&UNTOLD) {
            Some(settings) => Ok(settings),
            None => Self::loader().load_resolved(),
        }
    }

    /// The same as [`load`](Self::load) without blocking.
    ///
    /// # Errors
    /// Every problem of every field, in one [`Error`].
    fn load_async() -> impl Future<Output = Result<Self, Error>> + Send {
        Self::loader().load_async()
    }

    /// A load that is told more than the declaration says.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert_eq!(Settings::loader().set("port", 9000).load()?.port, 9000);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    fn loader() -> Loader<Self> {
        Loader::new()
    }

    /// Settings that follow their sources, kept up to date by a thread of their own.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # use std::time::Duration;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::live().ttl(Duration::from_secs(60)).start_blocking()?;
    /// assert_eq!(live.health().generation, 1);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[cfg(feature = "live")]
    fn live() -> crate::LiveBuilder<Self>
    where
        Self: Send + Sync,
    {
        Self::loader().live()
    }

    /// Loads once per process, then gives the same settings to everybody. A load that fails is tried again at the next
    /// call; whoever comes while it runs waits for it. Structs are loaded apart: none waits for the load of another.
    ///
    /// A validator, parser or source that starts a thread which calls this for the settings that are being loaded, and
    /// waits for that thread, waits without end: that the thread belongs to the load cannot be told.
    ///
    /// # Errors
    /// Every problem of every field, in one [`Error`]; or [`Circular`](crate::ProblemKind::Circular), where a validator
    /// or parser asks for the settings that it is a part of loading.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// assert!(std::ptr::eq(Settings::global()?, Settings::global()?));
    /// # Ok::<(), config_core::Error>(())
    /// ```
    fn global() -> Result<&'static Self, Error>
    where
        Self: Send + Sync,
    {
        global::settings()
    }
}
