//! Commands that a person is told to run.

/// A command that is given a value on its standard input: typed at the prompt, so that it stands in no history, and
/// without a line end behind it, which would become part of the value.
pub(crate) fn typed(command: &str) -> String {
    format!("read -rs V && printf %s \"$V\" | {command}")
}

/// A word as a shell takes it.
pub(crate) fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_.:@%+=-".contains(&byte);
    match text.bytes().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::{typed, word};

    #[test]
    fn a_name_stays_one_word() {
        assert_eq!(word("prod/app"), "prod/app");
        assert_eq!(word("it's; rm -rf"), "'it'\\''s; rm -rf'");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_typed_reaches_the_command_byte_for_byte() {
        use std::io::Write;
        use std::process::{Command, Stdio};
        let Ok(mut shell) = Command::new("bash")
            .args(["-c", &typed("od -An -c")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
        else {
            return;
        };
        shell.stdin.take().unwrap().write_all(b"a\\n%s b\n").unwrap();
        let output = shell.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.split_whitespace().collect::<String>(), "a\\n%sb", "{text}");
    }
}
