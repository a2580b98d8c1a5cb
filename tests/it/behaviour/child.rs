//! What needs a process of its own: the real environment, and settings of the whole process.

use std::ffi::OsStr;

use config_core::{ExposeSecret, Resolver, SecretString, Secrets};
use config_tests::Bench;
use config_tests::child::{again, is_child};

#[derive(Debug, Secrets)]
#[secrets(prefix = "CHILD")]
struct Settings {
    #[setting(default = 8080)]
    port: u16,
    #[secret(format = any)]
    key: Option<SecretString>,
}

#[test]
fn load_reads_the_environment_of_the_process_and_files_of_the_working_directory() {
    if is_child() {
        let settings = Settings::load().unwrap();
        assert_eq!(settings.port, 9000);
        assert_eq!(settings.key.unwrap().expose_secret(), "from dotenv");
        assert_eq!(Resolver::get("CHILD_KEY").unwrap().expose_secret(), "from dotenv");
        assert_eq!(std::env::var_os("CHILD_KEY"), None, "the environment is never written to");
        return;
    }
    let bench = Bench::with([(".env", "CHILD_PORT=1\nCHILD_KEY=from dotenv\n")]);
    let test = "load_reads_the_environment_of_the_process_and_files_of_the_working_directory";
    again(module_path!(), test, bench.path(), &[("CHILD_PORT", "9000".as_ref())]);
}

#[test]
fn global_loads_once_and_a_failed_load_is_tried_again() {
    if is_child() {
        assert!(Settings::global().is_err());
        std::fs::write("secrets.json", r#"{"port": 9001}"#).unwrap();
        let first = Settings::global().unwrap();
        std::fs::write("secrets.json", r#"{"port": 9002}"#).unwrap();
        let handles: Vec<_> =
            (0..4).map(|_| std::thread::spawn(|| Settings::global().unwrap())).collect();
        for handle in handles {
            assert!(std::ptr::eq(first, handle.join().unwrap()));
        }
        assert_eq!(first.port, 9001);
        return;
    }
    let bench = Bench::with([("secrets.json", "{")]);
    let test = "global_loads_once_and_a_failed_load_is_tried_again";
    again(module_path!(), test, bench.path(), &[]);
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8_is_malformed_and_not_shown() {
    use std::os::unix::ffi::OsStrExt;

    if is_child() {
        println!("{}", Settings::loader().explain());
        println!("{}", Settings::load().unwrap_err());
        println!("{:?}", Settings::loader().get("CHILD_KEY").err());
        return;
    }
    let key = OsStr::from_bytes(b"hJq7Zt2Wx9\xffpR4mKv8Ls3");
    let bench = Bench::new();
    let test = "a_variable_that_is_not_utf_8_is_malformed_and_not_shown";
    let shown = again(module_path!(), test, bench.path(), &[("CHILD_KEY", key)]);
    assert!(shown.contains("not UTF-8"), "{shown}");
    assert!(!shown.contains("hJq7") && !shown.contains("pR4m"), "{shown}");
}

#[cfg(unix)]
#[test]
fn a_directory_of_credentials_need_not_have_a_name_in_utf_8() {
    use std::os::unix::ffi::OsStrExt;

    #[derive(Debug, Secrets)]
    #[secrets(sources(dir))]
    struct Mounted {
        #[secret(required, format = any)]
        key: SecretString,
    }
    let directory = OsStr::from_bytes(b"credentials\xff");
    if is_child() {
        std::fs::create_dir(directory).unwrap();
        std::fs::write(std::path::Path::new(directory).join("key"), "mounted").unwrap();
        assert_eq!(Mounted::load().unwrap().key.expose_secret(), "mounted");
        return;
    }
    let bench = Bench::new();
    let path = bench.path().join(directory);
    let test = "a_directory_of_credentials_need_not_have_a_name_in_utf_8";
    again(module_path!(), test, bench.path(), &[("CREDENTIALS_DIRECTORY", path.as_os_str())]);
}

#[cfg(unix)]
#[test]
fn the_search_stops_at_a_home_directory_whose_name_is_not_utf_8() {
    use std::os::unix::ffi::OsStrExt;

    if is_child() {
        assert_eq!(Settings::load().unwrap().port, 8080);
        return;
    }
    let bench = Bench::with([(".env", "CHILD_PORT=9000\n")]);
    let home = bench.path().join(OsStr::from_bytes(b"home\xff"));
    let work = home.join("work");
    std::fs::create_dir_all(&work).unwrap();
    let test = "the_search_stops_at_a_home_directory_whose_name_is_not_utf_8";
    again(module_path!(), test, &work, &[("HOME", home.as_os_str())]);
}

#[cfg(unix)]
#[test]
fn a_variable_in_a_place_that_is_not_utf_8_is_malformed_and_not_taken_for_unset() {
    use std::os::unix::ffi::OsStrExt;

    #[derive(Debug, Secrets)]
    #[secrets(sources(file("{CHILD_PLACE}/app.json"), file("base.json")))]
    struct Placed {
        #[setting(required)]
        v: String,
    }
    if is_child() {
        let problem = config_tests::only(Placed::load().map(|placed| placed.v));
        assert_eq!(problem.kind(), config_core::ProblemKind::Malformed);
        assert_eq!(problem.message(), "malformed: the variable is not UTF-8 text");
        assert_eq!(problem.origin().unwrap().key(), "CHILD_PLACE");
        return;
    }
    let bench = Bench::with([("base.json", r#"{"v": "base"}"#)]);
    let test = "a_variable_in_a_place_that_is_not_utf_8_is_malformed_and_not_taken_for_unset";
    again(module_path!(), test, bench.path(), &[("CHILD_PLACE", OsStr::from_bytes(b"a\xff"))]);
}

#[test]
fn the_error_that_main_returns_is_printed_as_a_report() {
    if is_child() {
        let error: Result<(), config_core::Error> = Settings::load().map(drop);
        println!("Error: {:?}", error.unwrap_err());
        return;
    }
    let bench = Bench::new();
    let test = "the_error_that_main_returns_is_printed_as_a_report";
    let shown = again(module_path!(), test, bench.path(), &[("CHILD_PORT", "http".as_ref())]);
    assert!(
        shown.contains("Error: 1 setting could not be loaded\n\n  port   wrong type"),
        "{shown}"
    );
}
