//! Asking the keyring: which one there is, what it answers, and what its errors mean.

use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};
use tracing::subscriber::{DefaultGuard, NoSubscriber, set_default};
use zeroize::{Zeroize, Zeroizing};

use crate::source::{Failure, FailureKind};
use crate::sources::aside::Patience;
use crate::value::Value;

/// Reaches a keyring.
pub(super) type Connect = dyn Fn() -> Result<Arc<CredentialStore>, Error> + Send + Sync;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) service: String,
    pub(super) user: String,
    pub(super) binary: bool,
}

/// What the keyring has under a name.
pub(super) enum Held {
    Value(Value),
    Nothing,
}

/// The keyring of this system.
pub(super) fn of_the_desktop() -> Result<Arc<CredentialStore>, Error> {
    #[cfg(target_os = "macos")]
    return Ok(apple_native_keyring_store::keychain::Store::new()?);
    #[cfg(windows)]
    return Ok(windows_native_keyring_store::Store::new()?);
    #[cfg(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android"))))]
    return Ok(zbus_secret_service_keyring_store::Store::new()?);
    #[cfg(any(not(any(unix, windows)), target_os = "ios", target_os = "android"))]
    return Err(Error::NoDefaultStore);
}

/// Reads entries, one after the other over one connection.
///
/// # Errors
/// There is no keyring that answers.
pub(super) fn read(
    connect: &Connect,
    names: &[Name],
    patience: &Patience<'_>,
) -> Result<Vec<Result<Held, Failure>>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let _quiet = quiet();
    let store = connect().map_err(|error| not_reached(&error))?;
    let late = || Failure::new(FailureKind::Unreachable, "the keyring did not answer in time");
    let each = names.iter().map(|name| match patience.is_over() {
        true => Err(late()),
        false => one(&store, name),
    });
    Ok(each.collect())
}

/// Reads one entry, waiting some seconds at most: whoever has to unlock the keyring may not be there.
#[cfg(feature = "age")]
pub(super) fn read_one(connect: Arc<Connect>, name: Name) -> Result<Held, Failure> {
    const LONGEST: std::time::Duration = std::time::Duration::from_secs(10);
    let (send, receive) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new().name("config-core keyring".to_owned());
    let asked = thread.spawn(move || {
        let _quiet = quiet();
        let held =
            connect().map_err(|error| not_reached(&error)).and_then(|store| one(&store, &name));
        // Nobody listens any more once the time is over.
        drop(send.send(held));
    });
    let failed = |message| Failure::new(FailureKind::Unreachable, message);
    asked.map_err(|_| failed("the operating system gave no thread to ask it on"))?;
    receive
        .recv_timeout(LONGEST)
        .unwrap_or_else(|_| Err(failed("the keyring did not answer in time")))
}

/// Keeps what zbus traces on this thread from whoever listens: at the finest level it tells where an entry stands, by a
/// name that the keyring has made up.
fn quiet() -> DefaultGuard {
    set_default(NoSubscriber::default())
}

fn one(store: &Arc<CredentialStore>, name: &Name) -> Result<Held, Failure> {
    let entry = store.build(&name.service, &name.user, None);
    let value = entry.and_then(|entry| match name.binary {
        true => bytes(&entry),
        false => text(&entry),
    });
    wipe_stack();
    match value {
        Ok(value) => Ok(Held::Value(value)),
        Err(Error::NoEntry) => Ok(Held::Nothing),
        Err(error) => Err(refused(error)),
    }
}

/// Writes over what reading an entry left on the stack of this thread: blocks of the value as the cipher had them. The
/// system keeps the stack of a thread that has ended for the next one.
#[inline(never)]
fn wipe_stack() {
    // Three times what it takes in a build that is not optimised.
    let mut used = [0_u64; 8 * 1024];
    used.zeroize();
}

fn bytes(entry: &Entry) -> Result<Value, Error> {
    entry.get_secret().map(|bytes| Value::Bytes(Zeroizing::new(bytes)))
}

/// As the system keeps a text, which need not be UTF-8.
fn text(entry: &Entry) -> Result<Value, Error> {
    entry.get_password().map(|text| Value::Text(Zeroizing::new(text)))
}

/// There is no keyring to be asked.
fn not_reached(error: &Error) -> Failure {
    let message = match error {
        Error::NoStorageAccess(_) => return locked(),
        _ if cfg!(any(target_os = "macos", windows)) => "the keyring of the system does not answer",
        Error::NoDefaultStore => "this system has no keyring",
        _ => "no keyring answers: there is no session bus, or no secret service on it",
    };
    Failure::new(FailureKind::Unreachable, message)
        .hint("run it in a desktop session, or start one: dbus-run-session -- ..; without a desktop another source fits better")
}

fn locked() -> Failure {
    Failure::new(FailureKind::Denied, "the keyring is locked, or does not let this program in")
        .hint("unlock it, or log in to the desktop, and try again")
}

/// Why the keyring does not give an entry. Its own words may quote what it holds, and what it holds is wiped.
fn refused(error: Error) -> Failure {
    let failure = |kind, message: &'static str| Failure::new(kind, message);
    match error {
        Error::NoStorageAccess(_) => locked(),
        // The Secret Service's own name of the error.
        Error::PlatformFailure(error) if error.to_string().contains("IsLocked") => locked(),
        Error::BadEncoding(mut bytes) => {
            bytes.zeroize();
            failure(FailureKind::Malformed, "the entry is not text")
        }
        Error::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            failure(FailureKind::Malformed, "the entry cannot be read")
        }
        Error::BadStoreFormat(_) => failure(FailureKind::Malformed, "the keyring cannot be read"),
        Error::Ambiguous(entries) => {
            let message = format!("{} entries have this name", entries.len());
            Failure::new(FailureKind::Malformed, message).hint("delete all but one of them")
        }
        Error::TooLong(..) | Error::Invalid(..) => {
            failure(FailureKind::Malformed, "the keyring does not take this name")
        }
        _ => failure(FailureKind::Unreachable, "the keyring did not answer"),
    }
}
