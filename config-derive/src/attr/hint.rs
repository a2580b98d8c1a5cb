//! Attributes that other crates have: what is written here instead.

/// What to write instead of an attribute that is known from elsewhere, by the attribute that it stands in.
pub(super) fn hint(name: &str, attribute: &str) -> Option<&'static str> {
    Some(match (name, attribute) {
        ("rename", "nested") => {
            "for another part in the names of variables write `prefix = \"..\"`; in files the struct goes by the name \
             of its field"
        }
        ("rename", _) => {
            "for another name in the environment write `env = \"NAME\"`, for another key in a file `file = \"..\"`"
        }
        ("alias" | "aliases", "nested") => {
            "a nested struct has one name; its fields can have several, `env = [\"NEW\", \"OLD\"]`"
        }
        ("alias" | "aliases", _) => {
            "write all names that the variable may have, the current one first: `env = [\"NEW\", \"OLD\"]`"
        }
        ("help" | "doc" | "description", _) => {
            "a field is described by a doc comment: write `/// ..` above it"
        }
        ("optional", _) => "write the type as an `Option<..>`",
        ("min" | "max", "setting") => {
            "for a number write `range = 1..=100`, for how long a text may be `len = 1..=100`"
        }
        ("min" | "max", "secret") => "for how long a secret may be write `len = 8..=64`",
        ("min_length" | "max_length", "setting" | "secret") => "write `len = 8..=64`",
        ("flatten", "setting" | "secret") => {
            "write `#[nested(flatten)]`, on the type `#[derive(Secrets)]`"
        }
        ("skip", _) => {
            "every field of this struct is loaded; for what is not, write a struct of the program's own"
        }
        ("with" | "deserialize_with" | "value_parser", "setting" | "secret") => {
            "write `parse = path`, with a function `fn(&str) -> Result<T, E>`"
        }
        _ => return None,
    })
}
