//! One value, encrypted by itself and bound to its key.
//!
//! What is encrypted is a 1, the length of the key's path as four bytes, the largest first, the path, and the value.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{Identity, Recipient, decrypt_file, encrypt_into};
use crate::format::is_name;
use crate::source::{Failure, FailureKind};
use crate::sources::sealed::{END, MARK};

/// What the first byte says: how the rest is laid out.
const LAYOUT: u8 = 1;

/// Encrypts one value for the place of this key: the dotted path in a document, `smtp.password`, or the name of a
/// variable in a `.env` file. An element of a list has the path of its list.
///
/// # Errors
/// There is nobody to encrypt it to.
///
/// ```
/// use config_core::age::{Identity, encrypt_value};
///
/// let recipients = Identity::generate().recipients();
/// let line = encrypt_value("APP_TOKEN", b"n0t-a-real-one", &recipients)?;
/// assert!(!line.contains('\n'));
/// # Ok::<(), config_core::Failure>(())
/// ```
pub fn encrypt_value(
    path: &str,
    value: &[u8],
    recipients: &[Recipient],
) -> Result<String, Failure> {
    let length = u32::try_from(path.len())
        .map_err(|_| Failure::new(FailureKind::Malformed, "the path of the key is too long"))?;
    let mut content = Zeroizing::new(Vec::with_capacity(5 + path.len() + value.len()));
    content.push(LAYOUT);
    content.extend_from_slice(&length.to_be_bytes());
    content.extend_from_slice(path.as_bytes());
    content.extend_from_slice(value);
    let sealed = encrypt_into(Vec::new(), &content, recipients)?;
    let mut text = String::from(MARK);
    STANDARD.encode_string(sealed, &mut text);
    text.push_str(END);
    Ok(text)
}

/// Decrypts one value that was encrypted for the place of this key, into a buffer that is wiped.
///
/// # Errors
/// As of [`decrypt_file`](super::decrypt_file), and [`Malformed`](FailureKind::Malformed) where it is the value of
/// another key.
///
/// ```
/// use config_core::age::{Identity, decrypt_value, encrypt_value};
///
/// let identity = Identity::generate();
/// let line = encrypt_value("user.token", b"n0t-a-real-one", &identity.recipients())?;
/// let moved = decrypt_value("admin.token", &line, &[identity]).unwrap_err();
/// assert!(moved.to_string().contains("another key"));
/// # Ok::<(), config_core::Failure>(())
/// ```
pub fn decrypt_value(
    path: &str,
    text: &str,
    identities: &[Identity],
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let malformed = |message| Failure::new(FailureKind::Malformed, message);
    let inside = text
        .strip_prefix(MARK)
        .and_then(|rest| rest.strip_suffix(END))
        .ok_or_else(|| malformed("an encrypted value has to be written ENC[age,..] and no more"))?;
    let sealed = STANDARD
        .decode(inside)
        .map_err(|_| malformed("the encrypted value is damaged: its text is no base64"))?;
    let content = decrypt_file(&sealed, identities)?;
    let (of, value) = split(&content)
        .ok_or_else(|| malformed("what is encrypted is no single value: of another program?"))?;
    if of != path.as_bytes() {
        // A key may be anything; what is not like a name is not shown.
        let than = if is_name(path) { format!(" than {path}") } else { String::new() };
        let message = format!("the encrypted value was made for another key{than}");
        let encrypt = format!("{message}: encrypt it anew for that");
        let message = if than.is_empty() { message } else { encrypt };
        return Err(Failure::new(FailureKind::Malformed, message)
            .hint("a value that is moved or whose key is renamed has to be encrypted anew"));
    }
    let mut exact = Zeroizing::new(Vec::with_capacity(value.len()));
    exact.extend_from_slice(value);
    Ok(exact)
}

/// Whether a text is an encrypted value, or was meant to be one: it begins as one.
///
/// ```
/// assert!(config_core::age::is_encrypted("ENC[age,AAAA]"));
/// assert!(!config_core::age::is_encrypted("ENC"));
/// ```
#[must_use]
pub fn is_encrypted(text: &str) -> bool {
    text.starts_with(MARK)
}

/// The path and the value.
fn split(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let (layout, rest) = content.split_first()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    (*layout == LAYOUT).then(|| rest.split_at_checked(length)).flatten()
}
