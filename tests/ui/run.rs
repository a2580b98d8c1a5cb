//! Every mistake in a declaration has a message, and what the message says to write compiles.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Fewer would mean that some were lost.
const LEAST: usize = 100;

/// Places of sources whose features are off here, which the messages say too. Their repairs compile in
/// `tests/it/places.rs`, where the features are on: to build all those sources here once more would take minutes.
const ELSEWHERE: &str = "places";

#[test]
fn every_mistake_is_told_at_its_token_and_its_repair_compiles() {
    let (cases, repairs) = cases();
    let run = trybuild::TestCases::new();
    for case in &cases {
        run.compile_fail(case);
    }
    run.pass(together(&repairs));
    run.pass(large());
}

#[test]
fn every_case_has_its_repair_and_its_message() {
    let (cases, repairs) = cases();
    assert!(cases.len() >= LEAST, "{} cases", cases.len());
    assert_eq!(cases.len(), repairs.len());
    for case in &cases {
        assert!(case.with_extension("fixed.rs").exists(), "{} has no repair", case.display());
        let message = fs::read_to_string(case.with_extension("stderr")).unwrap_or_default();
        assert!(!message.is_empty(), "{} has no message", case.display());
        for trace in
            ["config-core/src", "config-derive/src", "derive macro `Secrets`", "/tmp/", "/home/"]
        {
            assert!(!message.contains(trace), "{} shows {trace}", case.display());
        }
    }
}

/// The cases, and their repairs.
fn cases() -> (Vec<PathBuf>, Vec<PathBuf>) {
    let mut files = Vec::new();
    for folder in fs::read_dir(".").unwrap().map(|folder| folder.unwrap().file_name()) {
        let Ok(inside) = fs::read_dir(&folder) else { continue };
        let inside = inside.map(|file| file.unwrap().path());
        files.extend(
            inside.filter(|path| path.extension().is_some_and(|extension| extension == "rs")),
        );
    }
    files.sort();
    files.into_iter().partition(|path| !path.to_string_lossy().ends_with(".fixed.rs"))
}

/// One program of all repairs that compile here, since to build and run each by itself would take minutes.
fn together(repairs: &[PathBuf]) -> PathBuf {
    let mut program = String::from("#![allow(dead_code)]\n\n");
    let here = |repair: &&PathBuf| !repair.starts_with(ELSEWHERE);
    for (number, repair) in repairs.iter().filter(here).enumerate() {
        let path = repair.canonicalize().unwrap();
        writeln!(program, "#[path = {path:?}]\nmod repair_{number};").unwrap();
    }
    program.push_str("\nfn main() {}\n");
    written("repairs.rs", &program)
}

/// A thousand fields, some of them nested: const evaluation is not to run into the compiler's limit of patience.
fn large() -> PathBuf {
    let mut program = String::from(
        "use config_core::Secrets;\n\n#[derive(Secrets)]\n#[secrets(prefix = \"APP\")]\nstruct Settings {\n",
    );
    for number in 0..900 {
        let rule = if number % 2 == 0 { "required" } else { "default = \"text\"" };
        writeln!(program, "#[setting({rule})] a_field_with_a_long_name_{number}: String,").unwrap();
    }
    program.push_str("#[nested] below: Below,\n#[nested(flatten)] beside: Beside,\n}\n");
    for (name, field) in [("Below", "lower"), ("Beside", "other")] {
        writeln!(program, "#[derive(Secrets)]\nstruct {name} {{").unwrap();
        for number in 0..50 {
            writeln!(program, "#[setting(required)] {field}_{number}: u16,").unwrap();
        }
        program.push_str("}\n");
    }
    program
        .push_str("\nfn main() {\n    assert_eq!(Settings::schema().leaves().len(), 1000);\n}\n");
    written("large.rs", &program)
}

fn written(name: &str, program: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, program).unwrap();
    file
}
