//! A handle for code that holds one value.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::Live;
use crate::secret::ExposeSecret;
use crate::secrets::Secrets;

/// Which part of the settings.
type Part<T, V> = Arc<dyn Fn(&T) -> &V + Send + Sync>;

/// One value of live settings, for code that needs no other: a client that wants the current key for each request.
///
/// It keeps the settings up to date as [`Live`] itself does.
///
/// ```
/// # use config_core::{Secrets, SecretString};
/// # #[derive(Secrets)]
/// # struct Settings { #[secret(required, format = any)] api_key: SecretString }
/// use config_core::LiveField;
///
/// struct Client {
///     key: LiveField<Settings, SecretString>,
/// }
///
/// let live = Settings::loader().env([("API_KEY", "not-a-real-key")]).live().start_blocking()?;
/// let client = Client { key: live.field(|settings| &settings.api_key) };
/// assert_eq!(client.key.expose(str::len), 14);
/// # Ok::<(), config_core::Error>(())
/// ```
pub struct LiveField<T, V: ?Sized> {
    live: Live<T>,
    part: Part<T, V>,
}

/// A value as it was when it was asked for, with the settings that it is of.
///
/// ```
/// # use config_core::Secrets;
/// # #[derive(Secrets)]
/// # struct Settings { #[setting(default = 8080)] port: u16 }
/// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
/// let port = live.field(|settings| &settings.port).get();
/// assert_eq!((*port, port.generation()), (9000, 1));
/// # Ok::<(), config_core::Error>(())
/// ```
pub struct Current<T, V: ?Sized> {
    generation: u64,
    settings: Arc<T>,
    part: Part<T, V>,
}

impl<T: Secrets + Send + Sync, V: ?Sized> LiveField<T, V> {
    pub(super) fn new(live: Live<T>, part: impl Fn(&T) -> &V + Send + Sync + 'static) -> Self {
        Self { live, part: Arc::new(part) }
    }

    /// The current value, which stays as it is for as long as this is held. It takes a lock, and the thread keeps nothing
    /// once this is dropped.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(required)] host: String }
    /// let live = Settings::loader().env([("HOST", "db.example")]).live().start_blocking()?;
    /// let host = live.field(|settings| settings.host.as_str());
    /// assert_eq!(&*host.get(), "db.example");
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub fn get(&self) -> Current<T, V> {
        let (generation, settings) = self.live.current();
        Current { generation, settings, part: Arc::clone(&self.part) }
    }

    /// Hands the current value to a closure, without a lock: see [`Live::with`].
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// assert_eq!(live.field(|settings| &settings.port).with(|port| *port), 9000);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn with<R>(&self, read: impl FnOnce(&V) -> R) -> R {
        self.live.with(|settings| read((self.part)(settings)))
    }

    /// The settings that it is a part of.
    ///
    /// ```
    /// # use config_core::Secrets;
    /// # #[derive(Secrets)]
    /// # struct Settings { #[setting(default = 8080)] port: u16 }
    /// let live = Settings::loader().env([("PORT", "9000")]).live().start_blocking()?;
    /// assert_eq!(live.field(|settings| &settings.port).live().health().generation, 1);
    /// # Ok::<(), config_core::Error>(())
    /// ```
    #[must_use]
    pub const fn live(&self) -> &Live<T> {
        &self.live
    }
}

impl<T: Secrets + Send + Sync, V: ExposeSecret<str> + ?Sized> LiveField<T, V> {
    /// Hands the current text of a secret to a closure.
    ///
    /// ```
    /// # use config_core::{Secrets, SecretString};
    /// # #[derive(Secrets)]
    /// # struct Settings { #[secret(required, format = any)] api_key: SecretString }
    /// let live = Settings::loader().env([("API_KEY", "not-a-real-key")]).live().start_blocking()?;
    /// let key = live.field(|settings| &settings.api_key);
    /// assert!(key.expose(|text| text.starts_with("not-")));
    /// # Ok::<(), config_core::Error>(())
    /// ```
    pub fn expose<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        self.with(|secret| read(secret.expose_secret()))
    }
}

impl<T, V: ?Sized> Current<T, V> {
    /// The number of the generation that it is of.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }
}

impl<T, V: ?Sized> Deref for Current<T, V> {
    type Target = V;

    fn deref(&self) -> &V {
        (self.part)(&self.settings)
    }
}

impl<T, V: ?Sized> Clone for LiveField<T, V> {
    fn clone(&self) -> Self {
        Self { live: self.live.clone(), part: Arc::clone(&self.part) }
    }
}

impl<T, V: ?Sized> Clone for Current<T, V> {
    fn clone(&self) -> Self {
        let (settings, part) = (Arc::clone(&self.settings), Arc::clone(&self.part));
        Self { generation: self.generation, settings, part }
    }
}

/// Shows no value.
impl<T, V: ?Sized> fmt::Debug for LiveField<T, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveField").finish_non_exhaustive()
    }
}

/// Shows no value.
impl<T, V: ?Sized> fmt::Debug for Current<T, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Current").field("generation", &self.generation).finish_non_exhaustive()
    }
}
