//! `NAME_FILE`: a variable that names the file whose content is the value. Shared by all sources that hold variables.

use std::path::{Component, Path};

use zeroize::Zeroizing;

use super::looked::Looked;
use super::read::{FILE_CAP, not_utf8, read_file};
use crate::format::is_name;
use crate::origin::Origin;
use crate::source::{Answer, Failure, FailureKind};
use crate::value::{Node, Position, Text, Value, exact};

/// What a secret's variable name is followed by where it names a file.
pub(crate) const SUFFIX: &str = "_FILE";

/// The variable that names the file of a secret.
pub(crate) fn file_variable(name: &str) -> String {
    [name, SUFFIX].concat()
}

/// The content of the file that a variable names, one line end at its end stripped; whole where bytes are wanted.
///
/// A relative path starts from `base`: the directory of the `.env` file, the root of the load; without one from the
/// working directory.
///
/// What was looked for is noted, where it may be shown or was there: else it may be the secret itself.
pub(crate) fn read(
    variable: String,
    path: &str,
    base: Option<&Path>,
    binary: bool,
    looked: &Looked,
) -> Answer {
    let is_shown = reads_as_a_path(Path::new(path));
    let path = base.map_or_else(|| path.into(), |base| base.join(path));
    let content = read_file(&path, FILE_CAP);
    if is_shown || content.is_ok() {
        looked.note([path.clone()]);
    }
    let content = match content {
        Ok(content) => content,
        Err(mut failure) => {
            // The secret itself may stand where its file should be named.
            if !is_shown {
                failure.file = None;
                let hint = format!("{variable} has to hold the path of a file, not the value");
                failure = failure.hint(hint);
            }
            return Answer::Failed(failure.key(variable));
        }
    };
    let value = if binary {
        Value::Bytes(content)
    } else {
        match text(&content) {
            Ok(text) => Value::Text(text),
            Err((message, at)) => {
                let failure = Failure::new(FailureKind::Malformed, message)
                    .key(variable)
                    .in_file(path.into(), at);
                return Answer::Failed(failure);
            }
        }
    };
    let origin = Origin::new(variable).in_file(path.into(), Position::default());
    Answer::value(Node::new(value, Position::default()), origin)
}

/// The remark that a secret is given twice over.
pub(crate) fn both_remark(name: &str) -> String {
    format!("{name} and {name}{SUFFIX} are both set; {name} counts and the file is not read")
}

/// Whether it is a path that may be shown. A word alone is more likely a secret than a file beside the program.
pub(crate) fn reads_as_a_path(path: &Path) -> bool {
    let has_directory = path.parent().is_some_and(|parent| !parent.as_os_str().is_empty());
    has_directory
        && path.components().all(|part| match part {
            Component::Normal(name) => name.to_str().is_some_and(is_name),
            _ => true,
        })
}

fn text(content: &Zeroizing<Vec<u8>>) -> Result<Text, (&'static str, Position)> {
    let text =
        std::str::from_utf8(content).map_err(|error| not_utf8(content, error.valid_up_to()))?;
    let stripped =
        text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(exact(stripped))
}
