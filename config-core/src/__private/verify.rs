//! Trying secrets against the services that they are for.

use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;

/// One trial to come.
pub struct Verification<'a> {
    /// The path of the secret.
    pub path: String,
    /// The trial; its error holds no value.
    pub future: Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>,
}

/// A function that tries a secret.
#[diagnostic::on_unimplemented(
    message = "`verify` needs a function `async fn(&{T}) -> Result<(), E>` whose future is `Send` and whose error is `Display`",
    label = "not such a function"
)]
pub trait VerifyWith<'a, T> {
    /// The trial of one value.
    fn trial(self, path: &str, value: &'a T) -> Verification<'a>;
}

#[diagnostic::do_not_recommend]
impl<'a, T: 'a, F, Run, E> VerifyWith<'a, T> for F
where
    F: FnOnce(&'a T) -> Run,
    Run: Future<Output = Result<(), E>> + Send + 'a,
    E: Display,
{
    fn trial(self, path: &str, value: &'a T) -> Verification<'a> {
        let run = self(value);
        let future = Box::pin(async move { run.await.map_err(|error| error.to_string()) });
        Verification { path: path.to_owned(), future }
    }
}

/// Puts the path of a nested struct before the trials that it added.
pub fn under(out: &mut [Verification<'_>], from: usize, name: &str) {
    for verification in out.iter_mut().skip(from) {
        verification.path.insert(0, '.');
        verification.path.insert_str(0, name);
    }
}
