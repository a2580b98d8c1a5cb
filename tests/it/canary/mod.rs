//! No byte of a secret in any text: bad inputs by the thousand, each with values that must appear nowhere.
//!
//! Every source is given inputs that are made by chance, from a fixed seed, and every text that a load can produce is
//! looked through for the values, also in parts and in other encodings.

mod declared;
mod elsewhere;
mod feed;
mod finder;
mod inputs;
mod keyring;
mod outputs;
mod stores;

use std::panic;

use config_tests::canary::Finder;
use config_tests::child;
use config_tests::keyring::Session;
use config_tests::random::Random;

use feed::Source;
use inputs::Input;
use outputs::Outputs;

macro_rules! sources {
    ($($test:ident: $source:ident,)*) => { $(
        #[test]
        fn $test() {
            no_canary_shows(Source::$source);
        }
    )* };
}

sources! {
    no_canary_shows_from_env: Env,
    no_canary_shows_from_dotenv: Dotenv,
    no_canary_shows_from_json: Json,
    no_canary_shows_from_toml: Toml,
    no_canary_shows_from_yaml: Yaml,
    no_canary_shows_from_dir: Dir,
    no_canary_shows_from_memory: Memory,
    no_canary_shows_from_values_set_by_the_program: Set,
    no_canary_shows_from_figment: Figment,
    no_canary_shows_from_a_source_of_the_program: Custom,
    no_canary_shows_from_a_remote_source: Remote,
    no_canary_shows_from_vault: Vault,
    no_canary_shows_from_aws_secrets_manager: Aws,
    no_canary_shows_from_aws_parameter_store: Ssm,
    no_canary_shows_from_google_secret_manager: Gcp,
    no_canary_shows_from_azure_key_vault: Azure,
    no_canary_shows_from_a_command: Exec,
    no_canary_shows_from_an_encrypted_file: Age,
    no_canary_shows_from_encrypted_values: Sealed,
}

#[test]
fn no_canary_shows_from_the_environment_of_the_process() {
    let test = "no_canary_shows_from_the_environment_of_the_process";
    match child::is_child() {
        true => no_canary_shows(Source::Process),
        false => println!("{}", child::again(module_path!(), test, &std::env::temp_dir(), &[])),
    }
}

#[test]
fn no_canary_shows_from_the_keyring_of_a_desktop() {
    let test = "no_canary_shows_from_the_keyring_of_a_desktop";
    in_session(Session::unlocked, test, || no_canary_shows(Source::Keyring));
}

#[test]
fn no_canary_shows_from_a_secret_service_that_answers_wrong() {
    let test = "no_canary_shows_from_a_secret_service_that_answers_wrong";
    in_session(Session::without_keyring, test, || no_canary_shows(Source::SecretService));
}

/// In a process of its own, since which session it is in is a matter of its environment.
fn in_session(session: fn() -> Session, test: &str, run: fn()) {
    if child::is_child() {
        return run();
    }
    let session = session();
    let environment = session.environment();
    let environment = environment.each_ref().map(|(name, value)| (*name, value.as_os_str()));
    println!("{}", child::again(module_path!(), test, &std::env::temp_dir(), &environment));
}

fn no_canary_shows(source: Source) {
    let inputs = source.inputs();
    let swept = sweep(source, inputs, |_, text| text);
    println!(
        "{source:?}: {inputs} inputs, {} of them failed to load, {} bytes of text",
        swept.failed, swept.bytes
    );
    let shown = swept.hits.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(
        swept.hits.is_empty(),
        "{} of {inputs} inputs show a canary\n{shown}",
        swept.hits.len()
    );
    assert!(swept.failed < inputs * 19 / 20, "some inputs have to be right");
    assert!(swept.failed >= inputs / 2, "most inputs have to be bad, {} were", swept.failed);
}

/// The control: the same test with a leak in one of the texts has to find it.
#[test]
fn a_leak_that_is_planted_in_any_text_is_found() {
    for channel in outputs::CHANNELS {
        for (how, leak) in finder::LEAKS {
            assert!(finds(Source::Env, 40, channel, *leak), "{how} in {channel}");
        }
    }
}

/// The same where the input comes from a store that answers wrong.
#[test]
fn a_leak_that_is_planted_in_any_text_is_found_where_a_store_was_asked() {
    let usual = outputs::CHANNELS.iter().map(|channel| (channel, 12));
    // Not every input is written or kept on disk.
    for (channel, inputs) in usual.chain(outputs::OF_STORES.iter().map(|channel| (channel, 40))) {
        for (how, leak) in finder::LEAKS {
            assert!(finds(Source::Vault, inputs, channel, *leak), "{how} in {channel}");
        }
    }
}

fn finds(source: Source, inputs: usize, channel: &str, leak: finder::Leak) -> bool {
    let swept = sweep(source, inputs, |input, (of, mut text)| {
        if of == channel {
            text.push_str(&leak(&input.canaries[0]));
        }
        (of, text)
    });
    !swept.hits.is_empty()
}

#[derive(Default)]
struct Swept {
    failed: usize,
    bytes: usize,
    hits: Vec<String>,
}

/// Runs a source over its inputs; `tamper` gets each text before it is looked through.
fn sweep(
    source: Source,
    inputs: usize,
    tamper: impl Fn(&Input, (&'static str, String)) -> (&'static str, String),
) -> Swept {
    outputs::hear_panics();
    let mut swept = Swept::default();
    for number in 0..inputs {
        let mut random = Random::seeded(number as u64 ^ (source as u64) << 32);
        let input = Input::new(&mut random, source);
        let finder = Finder::of(input.canaries.iter().map(String::as_str));
        let made =
            panic::catch_unwind(panic::AssertUnwindSafe(|| Outputs::of(&input, &mut random)));
        let Ok(outputs) = made else {
            swept.hits.push(format!(
                "input {number} of {source:?} panics: {}\n{input}",
                outputs::last_panic()
            ));
            continue;
        };
        swept.failed += usize::from(outputs.failed);
        let mut told = false;
        for text in outputs.texts {
            let (channel, text) = tamper(&input, text);
            swept.bytes += text.len();
            let hit = finder.hit(&text).filter(|_| !std::mem::replace(&mut told, true));
            if let Some(at) = hit {
                let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
                let line: String =
                    text[line..].lines().next().unwrap_or_default().chars().take(400).collect();
                swept
                    .hits
                    .push(format!("input {number} of {source:?}, {channel}: {line}\n{input}"));
            }
        }
    }
    swept
}
