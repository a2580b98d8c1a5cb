//! A struct within a struct.

use crate::build::Builder;
use crate::schema::declare::Struct;
use crate::secrets::Secrets;

use super::verify::Verification;

/// What generated code asks of a nested struct. A trait of its own so that the message for a type that is none says
/// what `#[nested]` needs, and names no other struct of the application.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not declare its settings",
    label = "a `#[nested]` field needs a type with `#[derive(Secrets)]`",
    note = "write `#[derive(Secrets)]` on `{Self}`; if it is one value that serde reads, write `#[setting(..)]` on the field instead of `#[nested]`"
)]
pub trait Nest: Sized {
    /// Its declaration.
    const STRUCT: &'static Struct;
    /// Builds it.
    fn build(builder: &mut Builder<'_>) -> Option<Self>;
    /// Adds its trials.
    fn verify<'a>(&'a self, out: &mut Vec<Verification<'a>>);
}

#[diagnostic::do_not_recommend]
impl<T: Secrets> Nest for T {
    const STRUCT: &'static Struct = T::__STRUCT;
    fn build(builder: &mut Builder<'_>) -> Option<Self> {
        T::__build(builder)
    }
    fn verify<'a>(&'a self, out: &mut Vec<Verification<'a>>) {
        self.__verify(out);
    }
}
