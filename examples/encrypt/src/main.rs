//! Encrypts one value for its key, to stand in a `.env` or JSON file that is otherwise plain:
//!
//! ```sh
//! cargo run -q -p encrypt -- DATABASE_URL age1..     # type the value, and end it with ctrl-D
//! ```

use std::process::ExitCode;

use config_core::age::{Recipient, encrypt_value};
use config_core::{Failure, Text};

const USAGE: &str =
    "usage: encrypt KEY age1.. [age1..]; the value comes by standard input, the line goes out";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key, recipients @ ..] = arguments.as_slice() else { return failed(USAGE) };
    if recipients.is_empty() {
        return failed(USAGE);
    }
    let Ok(value) = std::io::read_to_string(std::io::stdin()).map(Text::new) else {
        return failed("the value is not UTF-8 text");
    };
    match line(key, &value, recipients) {
        Ok(line) => println!("{line}"),
        // Its `Debug` says what to do too.
        Err(failure) => return failed(&format!("{failure:?}")),
    }
    ExitCode::SUCCESS
}

/// The value without the line end that whoever typed it put behind it, encrypted for that key alone.
fn line(key: &str, value: &str, recipients: &[String]) -> Result<String, Failure> {
    let recipients = recipients.iter().map(|text| Recipient::parse(text));
    let recipients = recipients.collect::<Result<Vec<_>, _>>()?;
    encrypt_value(key, value.strip_suffix('\n').unwrap_or(value).as_bytes(), &recipients)
}

fn failed(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::from(2)
}
