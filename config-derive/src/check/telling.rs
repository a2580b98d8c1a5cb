//! A setting whose name tells of a secret (C9).

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, Type};

use super::value::Subject;
use crate::model::{Asks, Kind, Question};
use crate::ty::{Known, bare};

/// Words, or runs of words, that a secret is called by.
const TELLING: &[&[&str]] = &[
    &["password"],
    &["passwords"],
    &["passwd"],
    &["passphrase"],
    &["passphrases"],
    &["pwd"],
    &["secret"],
    &["secrets"],
    &["token"],
    &["tokens"],
    &["credential"],
    &["credentials"],
    &["dsn"],
    &["apikey"],
    &["apikeys"],
    &["api", "key"],
    &["api", "keys"],
    &["private", "key"],
    &["private", "keys"],
    &["access", "key"],
    &["access", "keys"],
    &["signing", "key"],
    &["encryption", "key"],
    &["auth", "key"],
    &["ssh", "key"],
    &["master", "key"],
    &["connection", "string"],
    &["connection", "url"],
    &["database", "url"],
    &["db", "url"],
    &["pass"],
    &["bearer"],
];

/// The telling words of a name, whole words alone: `max_tokens_path` tells, `tokenizer` does not.
fn telling(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split('_').filter(|word| !word.is_empty()).collect();
    TELLING
        .iter()
        .find(|run| words.windows(run.len()).any(|window| window == **run))
        .map(|run| run.join("_"))
}

pub(super) fn check(subject: &Subject<'_>, questions: &mut Vec<Question>) {
    if subject.attrs.kind == Kind::Secret
        || subject.attrs.meant("public")
        || subject.known.is_secret()
    {
        return;
    }
    let Some(word) = telling(&subject.name) else { return };
    let silent = matches!(
        subject.known.value(),
        Known::Integer(_)
            | Known::Float
            | Known::Bool
            | Known::Char
            | Known::Duration
            | Known::Path
    );
    if silent {
        return;
    }
    let ty = subject.field.ty.clone();
    let url = names_url(&ty);
    let asks = Asks::Public { ty, name: subject.name.clone(), word, url };
    questions.push(Question { span: subject.field.ident.to_token_stream().span(), asks });
}

/// Whether a URL type is written, alone or within a container.
fn names_url(ty: &Type) -> bool {
    let Type::Path(path) = bare(ty) else { return false };
    let Some(segment) = path.path.segments.last() else { return false };
    if segment.ident == "Url" || segment.ident == "Uri" {
        return true;
    }
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => arguments
            .args
            .iter()
            .any(|argument| matches!(argument, GenericArgument::Type(ty) if names_url(ty))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::telling;

    #[test]
    fn whole_words_tell_and_parts_of_words_do_not() {
        assert_eq!(telling("password").as_deref(), Some("password"));
        assert_eq!(telling("stripe_api_key").as_deref(), Some("api_key"));
        assert_eq!(telling("db_dsn").as_deref(), Some("dsn"));
        assert_eq!(telling("tls_private_key").as_deref(), Some("private_key"));
        for name in ["tokenizer", "secretary", "key", "api_keyboard", "keypad", "private"] {
            assert_eq!(telling(name), None, "{name}");
        }
    }
}
