//! Sources, places and keys (C8, C14, C15).

use super::{fail, place as names};
use crate::__private::message::{Message, Nearest};
use crate::schema::address::{Address, Mistake};
use crate::schema::index::same;
use crate::schema::kinds::{KINDS, KindInfo, PlaceRule};

/// An entry of the list of a struct or a profile: a source that there is, with a place or without.
#[track_caller]
pub const fn source(name: &str, placed: bool) {
    let kind = known(name);
    match kind.place {
        PlaceRule::None if placed => {
            fail(&Message::new("").code(name).text(" has no place: write ").code(name));
        }
        PlaceRule::Required(example) if !placed => {
            fail(&Message::new("").code(name).text(" needs a place: write ").code(example));
        }
        _ => {}
    }
}

/// An entry of the list of a field: a source that there is.
#[track_caller]
pub const fn source_name(name: &str) {
    known(name);
}

/// The place of an entry.
#[track_caller]
pub const fn place(name: &str, place: &str) {
    let Some(kind) = kind(name) else { return };
    if place.is_empty() {
        fail(&Message::new("an empty place is none: write where ").code(name).text(" is to look"));
    }
    // Braces that hold no name are letters of a command, as in JSON.
    if !same(name.as_bytes(), b"exec") {
        braces(place);
    }
    extension(kind, place);
    names::of_entry(name, place);
}

/// The place of a nested struct in a source: for a file the name of a table, for others a place of its own.
#[track_caller]
pub const fn base(name: &str, place: &str) {
    if kind(name).is_none() {
        return;
    }
    if place.is_empty() {
        fail(&Message::new("an empty place is none: write where ").code(name).text(" is to look"));
    }
    names::of_entry(name, place);
}

/// The name of an attribute that could be a source's key.
#[track_caller]
pub const fn key(attribute: &str, name: &str) {
    if let Some(kind) = kind(name) {
        available(kind);
        if !kind.keyed {
            fail(&by_variable(attribute, name));
        }
        return;
    }
    let message = Message::new("unknown attribute ").code(name);
    let message = match nearest(name) {
        Some(meant) => message.text("; did you mean ").code(meant).text("?"),
        None => {
            let message = message
                .text(" in `#[")
                .text(attribute)
                .text("(..)]`; the sources that can have a key are: ");
            list(message, false)
        }
    };
    fail(&message);
}

/// The text of a key: `[place][@version][#key]`.
#[track_caller]
pub const fn key_text(name: &str, text: &str) {
    if kind(name).is_none() {
        return;
    }
    if same(name.as_bytes(), b"exec") || same(name.as_bytes(), b"keyring") {
        return free_text(text);
    }
    const GRAMMAR: &str = "a key is written `place#key`, `#key`, or `place@version#key`";
    match Address::read(text) {
        Ok(Address { place: Some(place), .. }) => names::of_field(name, place),
        Ok(_) => {}
        Err(Mistake::Empty) => fail(
            &Message::new("this key is empty: write the name that the value has in ").code(name),
        ),
        Err(mistake @ Mistake::Blank) => fail(&Message::new(mistake.message())),
        Err(mistake) => fail(&Message::new(mistake.message()).text(": ").text(GRAMMAR)),
    }
}

/// A key without versions, in which an `@` is one more letter: `command#key`, `service#name`, `#key`.
#[track_caller]
const fn free_text(text: &str) {
    match text.as_bytes() {
        [] => fail(&Message::new("this key is empty: write where the value is to be found")),
        [b' ' | b'\t', ..] | [.., b' ' | b'\t'] => fail(&Message::new(Mistake::Blank.message())),
        [.., b'#'] => fail(&Message::new(Mistake::NoKey.message()).text(": a name in it has to")),
        _ => {}
    }
}

/// The kind that a name means; an unknown one and one whose feature is off are mistakes.
#[track_caller]
const fn known(name: &str) -> &'static KindInfo {
    if let Some(kind) = kind(name) {
        available(kind);
        return kind;
    }
    let message = Message::new("unknown source ").code(name);
    let message = match nearest(name) {
        Some(meant) => message.text("; did you mean ").code(meant).text("?"),
        None => list(message.text("; there are: "), true)
            .text("; a source of the program's own stands in quotes, `\"")
            .text(name)
            .text("\"`"),
    };
    fail(&message)
}

const fn kind(name: &str) -> Option<&'static KindInfo> {
    let mut at = 0;
    while at < KINDS.len() {
        if same(KINDS[at].name.as_bytes(), name.as_bytes()) {
            return Some(&KINDS[at]);
        }
        at += 1;
    }
    None
}

const fn nearest(name: &str) -> Option<&'static str> {
    let mut nearest = Nearest::to(name);
    let mut at = 0;
    while at < KINDS.len() {
        nearest = nearest.or(KINDS[at].name);
        at += 1;
    }
    nearest.name()
}

/// A source that knows variables alone has their names and no keys.
const fn by_variable(attribute: &str, name: &str) -> Message {
    let message =
        Message::new("").code(name).text(" finds values by the names of variables: write ");
    if same(attribute.as_bytes(), b"nested") {
        return message.text("`prefix = \"..\"` for the part that the nested struct adds to them");
    }
    message.text("`env = \"NAME\"`")
}

const fn list(mut message: Message, all: bool) -> Message {
    let (mut at, mut first) = (0, true);
    while at < KINDS.len() {
        let name = KINDS[at].name;
        if all || KINDS[at].keyed {
            message = if first { message.text(name) } else { message.text(", ").text(name) };
            first = false;
        }
        at += 1;
    }
    message
}

#[track_caller]
const fn available(kind: &KindInfo) {
    if let (false, Some(feature)) = (kind.available, kind.feature) {
        fail(&feature_off(Message::new("the source ").code(kind.name), feature));
    }
}

pub(super) const fn feature_off(subject: Message, feature: &str) -> Message {
    subject
        .text(" needs the feature ")
        .code(feature)
        .text(": write `features = [\"")
        .text(feature)
        .text("\"]` for `config-core` in Cargo.toml, or take it away here")
}

/// `{profile}` and `{NAME}`: every brace is closed and names something.
#[track_caller]
const fn braces(place: &str) {
    let bytes = place.as_bytes();
    let (mut at, mut open) = (0, None);
    while at < bytes.len() {
        match (bytes[at], open) {
            (b'{', None) => open = Some(at),
            (b'{', Some(_)) => fail(&Message::new(
                "a `{` within braces: write `{NAME}` for the value of a variable",
            )),
            (b'}', Some(from)) if from + 1 == at => {
                fail(&Message::new(
                    "`{}` names nothing: write `{profile}`, or `{NAME}` for the value of a \
                        variable",
                ));
            }
            (b'}', Some(_)) => open = None,
            (byte, Some(_)) if !(byte.is_ascii_alphanumeric() || byte == b'_') => {
                fail(&Message::new(
                    "between braces stands the name of a variable alone, of letters, digits and \
                        `_`: write `{NAME}`",
                ));
            }
            (b'}', None) => fail(&Message::new(
                "a `}` that was never opened: write `{profile}`, or `{NAME}` for a variable",
            )),
            _ => {}
        }
        at += 1;
    }
    if open.is_some() {
        fail(&Message::new(
            "a `{` that is never closed: write `{profile}`, or `{NAME}` for the value of a \
                variable",
        ));
    }
}

/// A document is read by its extension. One that ends in a variable is judged when it is opened.
#[track_caller]
const fn extension(kind: &KindInfo, place: &str) {
    if kind.extensions.is_empty() {
        return;
    }
    let (file, _) = split(place.as_bytes(), b'#', true);
    let (_, name) = split(file, b'/', false);
    let (_, ending) = split(name, b'.', false);
    // One that is encrypted as a whole: `secrets.json.age`.
    let name = if same(ending, b"age") && ending.len() < name.len() {
        if !cfg!(feature = "age") {
            fail(&feature_off(Message::new("reading ").code(place), "age"));
        }
        let (plain, _) = name.split_at(name.len() - b".age".len());
        plain
    } else {
        name
    };
    let (_, ending) = split(name, b'.', false);
    if let [.., b'}'] = ending {
        return;
    }
    let mut at = 0;
    while at < kind.extensions.len() {
        let known = kind.extensions[at];
        if same(known.name.as_bytes(), ending) && ending.len() < name.len() {
            if !known.available {
                fail(&feature_off(Message::new("reading ").code(place), known.feature));
            }
            return;
        }
        at += 1;
    }
    let mut message =
        Message::new("how is ").code(place).text(" to be read? Its name must end in ");
    at = 0;
    while at < kind.extensions.len() {
        let joint = match at {
            0 => "",
            _ if at + 1 == kind.extensions.len() => " or ",
            _ => ", ",
        };
        message = message.text(joint).text("`.").text(kind.extensions[at].name).text("`");
        at += 1;
    }
    fail(&message);
}

/// What stands before and behind a byte, its first place or its last; without it all stands before the first place, and
/// behind the last.
const fn split(text: &[u8], mark: u8, first: bool) -> (&[u8], &[u8]) {
    let mut found = None;
    let mut at = 0;
    while at < text.len() {
        if text[at] == mark && (found.is_none() || !first) {
            found = Some(at);
        }
        at += 1;
    }
    match found {
        Some(at) => {
            let (before, behind) = text.split_at(at);
            let (_, behind) = behind.split_at(1);
            (before, behind)
        }
        None if first => (text, &[]),
        None => (&[], text),
    }
}
