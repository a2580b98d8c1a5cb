//! Names that are known only at run time.

use crate::error::Error;
use crate::loader::Loader;
use crate::secret::SecretString;

/// Finds values whose names are known only at run time, by the same rules as a declared secret: in the environment,
/// the nearest `.env`, and `secrets.json`. For a struct's own sources and profile see [`Loader::get`].
#[derive(Debug, Clone, Copy)]
pub struct Resolver;

impl Resolver {
    /// The value of a variable, of a key in `.env`, or of a key in `secrets.json`.
    ///
    /// # Errors
    /// What a load says of a required secret: missing with every place that was looked in, or why a source failed.
    ///
    /// ```
    /// let error = config_core::Resolver::get("PLUGIN_TOKEN").err().unwrap();
    /// assert!(error.to_string().contains("env PLUGIN_TOKEN (not set)"));
    /// ```
    pub fn get(name: &str) -> Result<SecretString, Error> {
        Loader::<Nothing>::new().get(name)
    }
}

/// A struct without fields: the default sources and no profile.
struct Nothing;

mod nothing {
    use crate::__private::{Builder, Shape, Struct, Texts, Tree};
    use crate::schema::Schema;

    pub(super) static STRUCT: Struct = Struct {
        name: "Resolver",
        doc: "",
        prefix: "",
        sources: crate::schema::declare::DEFAULT_SOURCES,
        profile_env: None,
        default_profile: None,
        profiles: &[],
        members: &[],
    };
    const SHAPE: Shape = Shape::of(&STRUCT);
    static TEXTS: Texts<{ SHAPE.text }, { SHAPE.nests }> = Texts::of(&STRUCT);
    static TREE: Tree<{ SHAPE.leaves }, { SHAPE.slots }> = Tree::of(&STRUCT, &TEXTS);
    pub(super) static SCHEMA: Schema = Schema::new(&STRUCT, &TREE);

    impl crate::secrets::Secrets for super::Nothing {
        const __STRUCT: &'static Struct = &STRUCT;

        fn schema() -> &'static Schema {
            &SCHEMA
        }

        fn __build(_builder: &mut Builder<'_>) -> Option<Self> {
            Some(Self)
        }
    }
}
