//! What a load gets from commands, well behaved and not.

use std::fs;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::{Duration, Instant};

use super::KIND;
use crate::environment::{Context, Environment};
use crate::park::wait;
use crate::source::{Answer, Failure, FailureKind, Fetch, Key, Source, Wanted};
use crate::sources::{Request, Unopened};
use crate::value::{Text, Value};

fn environment() -> Environment {
    let pairs = [("NAME".to_owned(), Text::new("two words".to_owned()))];
    Environment::Pairs(Arc::new(pairs.into_iter().collect()))
}

fn opened(place: Option<&str>, root: Option<&Path>) -> Result<Box<dyn Source>, Unopened> {
    let environment = environment();
    KIND.open(&Request::declared(place), &Context::of(&environment, root, Some("staging")))
}

fn exec(place: &str) -> Box<dyn Source> {
    opened(Some(place), None).ok().expect("opens")
}

fn key<'a>(path: &'a str, own: Option<&'a str>) -> Key<'a> {
    Key {
        path,
        variables: &["APP_NAME"],
        own,
        base: None,
        prefix: "APP",
        secret: true,
        binary: false,
    }
}

fn asked(source: &dyn Source, keys: &[Key<'_>], limit: Option<Duration>) -> Vec<Answer> {
    let until = limit.map(|limit| Instant::now() + limit);
    let wanted = Wanted { until, ..Wanted::of(keys) };
    let Fetch::Pending(answers) = source.fetch(&wanted) else { panic!("a command takes its time") };
    wait(answers).unwrap()
}

fn one(source: &dyn Source, key: Key<'_>) -> Answer {
    asked(source, &[key], None).remove(0)
}

/// What a command of a field prints.
fn printed(command: &str) -> Answer {
    one(&*opened(None, None).ok().unwrap(), key("a", Some(command)))
}

fn text(answer: Answer) -> String {
    match answer {
        Answer::Value(found) => match found.node.value {
            Value::Text(text) => text.to_string(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn failure(answer: Answer) -> Failure {
    match answer {
        Answer::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

/// Ends what a test has started and the source should have ended.
fn is_running(pid_file: &Path) -> bool {
    let pid = fs::read_to_string(pid_file).unwrap();
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    stat.is_ok_and(|stat| !stat.rsplit(") ").next().unwrap_or_default().starts_with('Z'))
}

#[test]
fn the_whole_output_is_the_value_without_one_line_end() {
    assert_eq!(text(printed("printf 'a b\\nc\\n\\n'")), "a b\nc\n");
    assert_eq!(text(printed("printf 'a\\r\\n'")), "a");
    assert_eq!(text(printed("printf abc")), "abc");
    assert_eq!(text(printed("printf ' abc '")), " abc ");
}

#[test]
fn an_output_that_is_empty_is_empty_and_not_absent() {
    for command in ["true", "printf ''", "echo"] {
        assert!(matches!(printed(command), Answer::Empty(_)), "{command}");
    }
}

#[test]
fn bytes_are_taken_as_they_are_and_a_text_must_be_utf_8() {
    let source = opened(None, None).ok().unwrap();
    let command = Some("printf '\\377\\000\\n'");
    let binary = Key { binary: true, ..key("a", command) };
    let Answer::Value(found) = one(&*source, binary) else { panic!() };
    assert!(matches!(found.node.value, Value::Bytes(bytes) if *bytes == [0xFF, 0, b'\n']));
    let failure = failure(one(&*source, key("a", command)));
    assert_eq!(failure.kind(), FailureKind::Malformed);
    assert!(failure.to_string().contains("is not UTF-8"), "{failure}");
}

#[test]
fn keys_are_looked_for_in_a_json_object_and_the_command_runs_once() {
    let place = tempfile::tempdir().unwrap();
    let count = place.path().join("count");
    let command = format!(
        "sh -c 'echo x >> {}; echo \"{{\\\"a\\\": {{\\\"b\\\": \\\"one\\\"}}, \\\"c\\\": 2, \\\"e\\\": \\\"\\\", \\\"n\\\": null}}\"'",
        count.display()
    );
    let source = exec(&command);
    let keys =
        [key("a.b", None), key("c", Some("#c")), key("d", None), key("e", None), key("n", None)];
    let answers = asked(&*source, &keys, None);
    assert_eq!(fs::read_to_string(&count).unwrap(), "x\n");
    assert_eq!(text(answers[0].clone()), "one");
    assert!(
        matches!(&answers[1], Answer::Value(found) if matches!(&found.node.value, Value::Number(digits) if digits.as_str() == "2"))
    );
    assert!(
        matches!(&answers[2], Answer::Absent(absence) if absence.to_string() == "d (no such key)")
    );
    assert!(matches!(&answers[3], Answer::Empty(_)));
    assert!(matches!(&answers[4], Answer::Absent(_)));
}

#[test]
fn a_field_s_own_command_may_name_a_key_in_what_it_prints() {
    assert_eq!(text(printed("echo '{\"x\": {\"y\": \"z\"}}'#x.y")), "z");
    assert_eq!(text(printed("echo '{\"x\": \"z\"}' #x")), "z");
}

#[test]
fn a_command_of_a_nested_struct_is_asked_for_the_path_below_it() {
    let source = opened(None, None).ok().unwrap();
    let based = Key { base: Some(("echo '{\"user\": \"me\"}'", "user")), ..key("smtp.user", None) };
    assert_eq!(text(one(&*source, based)), "me");
}

#[test]
fn what_is_no_json_object_has_no_keys() {
    for (printed, says) in [
        ("echo [1]", "has to be a JSON object, is a list"),
        ("echo canary", "is no JSON object: line 1, column 1"),
        ("true", "printed nothing"),
        ("printf '{\"a\": \"canary'", "is no JSON object"),
    ] {
        let failure = failure(one(&*exec(printed), key("a", None)));
        assert_eq!(failure.kind(), FailureKind::Malformed, "{printed}");
        assert!(failure.to_string().contains(says), "{failure}");
        assert!(!failure.message.contains("canary"), "{failure}");
    }
}

#[test]
fn a_place_for_each_key_is_a_command_for_each_key() {
    let source = exec("echo {key}/{variable}/{profile}/{NAME}");
    assert_eq!(text(one(&*source, key("a.b", None))), "a.b/APP_NAME/staging/two words");
    assert_eq!(text(one(&*source, key("a.b", Some("#x")))), "x/APP_NAME/staging/two words");
}

#[test]
fn a_variable_is_one_word_and_is_shown_by_its_name() {
    let source = exec("sh -c 'echo $#:$2; exit 3' - {NAME} x");
    assert_eq!(source.label(), "exec sh -c 'echo $#:$2; exit 3' - {NAME} x");
    let failure = failure(one(&*source, key("a", None)));
    assert!(!format!("{failure} {:?}", failure.hint).contains("two words"), "{failure}");
    assert_eq!(
        text(one(&*exec("sh -c 'echo $#:$1:{key}' - {NAME} x{key}"), key("a", None))),
        "2:two words:{key}"
    );
}

#[test]
fn a_variable_that_is_not_set_leaves_the_entry_not_configured() {
    assert!(
        matches!(opened(Some("op {NONE}"), None), Err(Unopened::NotConfigured(name)) if name == "NONE")
    );
    let failure = failure(printed("op {NONE}"));
    assert_eq!(failure.kind(), FailureKind::NotConfigured);
    assert!(failure.to_string().ends_with("NONE is not set"), "{failure}");
}

#[test]
fn a_command_that_cannot_be_read_is_told_when_it_is_opened() {
    for place in ["op 'read", "op read | head", "op $(id)"] {
        let Err(Unopened::Failed(failure)) = opened(Some(place), None) else { panic!("{place}") };
        assert_eq!(failure.kind(), FailureKind::Malformed);
        assert!(failure.to_string().starts_with(place), "{failure}");
    }
}

#[test]
fn a_field_without_a_command_is_absent_from_an_entry_without_a_place() {
    let source = opened(None, None).ok().unwrap();
    assert_eq!(source.label(), "exec");
    let Answer::Absent(absence) = one(&*source, key("a", None)) else { panic!() };
    assert_eq!(absence.to_string(), "a (no command)");
}

#[test]
fn a_command_that_fails_is_no_value_and_its_words_are_counted_and_not_shown() {
    let failed = failure(printed("sh -c 'echo value; printf canary >&2; exit 7'"));
    assert_eq!(failed.kind(), FailureKind::Unreachable);
    let told = failed.to_string();
    assert!(
        told.ends_with(
            "the command ended with status 7 (6 bytes on its standard error, not shown)"
        ),
        "{told}"
    );
    assert!(failed.hint.unwrap().starts_with("run it by hand to see why: sh -c"));
    let killed = failure(printed("sh -c 'kill -9 $$'"));
    assert!(killed.to_string().ends_with("the command was ended by signal 9"), "{killed}");
}

#[test]
fn a_program_that_is_not_there_or_may_not_be_run_is_told_apart() {
    let absent = failure(printed("no-such-program-of-ours x"));
    assert_eq!(absent.kind(), FailureKind::NotFound);
    assert!(absent.hint.unwrap().contains("PATH"));
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("plain"), "echo a").unwrap();
    let source = opened(None, Some(place.path())).ok().unwrap();
    let denied = failure(one(&*source, key("a", Some("./plain"))));
    assert_eq!(denied.kind(), FailureKind::Denied);
    let nowhere = opened(None, Some(Path::new("/no/such/directory"))).ok().unwrap();
    let nowhere = failure(one(&*nowhere, key("a", Some("true"))));
    assert!(nowhere.to_string().contains("directory"), "{nowhere}");
}

#[test]
fn it_runs_in_the_root_of_the_load() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("value"), "here").unwrap();
    let source = opened(None, Some(place.path())).ok().unwrap();
    assert_eq!(text(one(&*source, key("a", Some("cat value")))), "here");
}

#[test]
fn it_has_no_input_and_the_environment_of_the_process() {
    assert!(matches!(printed("cat"), Answer::Empty(_)));
    assert_eq!(text(printed("sh -c 'echo $PATH'")), std::env::var("PATH").unwrap());
    assert!(matches!(printed("sh -c 'echo $NAME'"), Answer::Empty(_)));
}

#[test]
fn an_output_over_the_limit_is_malformed_and_one_at_the_limit_is_not() {
    assert_eq!(text(printed("head -c 1048576 /dev/zero")).len(), 1_048_576);
    let over = failure(printed("head -c 1048577 /dev/zero"));
    assert_eq!(over.kind(), FailureKind::Malformed);
    let begin = Instant::now();
    let endless = failure(printed("cat /dev/zero"));
    assert_eq!(endless.kind(), FailureKind::Malformed);
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn many_complaints_do_not_hold_it_up() {
    assert_eq!(text(printed("sh -c 'head -c 5000000 /dev/zero >&2; echo done'")), "done");
}

#[test]
fn a_command_that_is_late_is_stopped_with_all_that_it_has_started() {
    let place = tempfile::tempdir().unwrap();
    let source = opened(None, Some(place.path())).ok().unwrap();
    let command = "sh -c 'sleep 600 & echo $! > child; echo $$ > own; wait'";
    let begin = Instant::now();
    let limit = Some(Duration::from_millis(500));
    let late = failure(asked(&*source, &[key("a", Some(command))], limit).remove(0));
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    assert_eq!(late.kind(), FailureKind::Unreachable);
    assert!(late.to_string().contains("had not printed all after "), "{late}");
    assert!(late.to_string().ends_with(" ms"), "{late}");
    assert!(late.hint.unwrap().contains("run it by hand"));
    for of in ["own", "child"] {
        let end = Instant::now() + Duration::from_secs(5);
        while is_running(&place.path().join(of)) {
            assert!(Instant::now() < end, "{of} is still running");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn what_a_command_leaves_behind_does_not_outlive_it() {
    let place = tempfile::tempdir().unwrap();
    let source = opened(None, Some(place.path())).ok().unwrap();
    let command = "sh -c 'sleep 600 > /dev/null & echo $! > child; echo done'";
    let begin = Instant::now();
    assert_eq!(text(one(&*source, key("a", Some(command)))), "done");
    assert!(begin.elapsed() < Duration::from_secs(20));
    let end = Instant::now() + Duration::from_secs(5);
    while is_running(&place.path().join("child")) {
        assert!(Instant::now() < end, "it is still running");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_output_that_is_still_open_is_waited_for() {
    assert_eq!(text(printed("sh -c '(sleep 0.2; echo late) & exit 0'")), "late");
}

#[test]
fn a_load_that_is_given_up_stops_its_commands() {
    let place = tempfile::tempdir().unwrap();
    let source = opened(None, Some(place.path())).ok().unwrap();
    let keys = [key("a", Some("sh -c 'echo $$ > own; exec sleep 600'"))];
    let wanted = Wanted::of(&keys);
    let own = place.path().join("own");
    {
        let Fetch::Pending(answers) = source.fetch(&wanted) else { panic!() };
        let mut answers = pin!(answers);
        let mut context = TaskContext::from_waker(Waker::noop());
        assert!(matches!(answers.as_mut().poll(&mut context), Poll::Pending));
        while fs::read_to_string(&own).is_ok_and(|pid| pid.ends_with('\n')).eq(&false) {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(is_running(&own));
    }
    let end = Instant::now() + Duration::from_secs(5);
    while is_running(&own) {
        assert!(Instant::now() < end, "it is still running");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn commands_run_at_the_same_time() {
    let place = tempfile::tempdir().unwrap();
    let source = opened(None, Some(place.path())).ok().unwrap();
    // Each ends once the others have begun.
    let keys = [
        key("a", Some("sh -c 'touch a; until [ -e b ] && [ -e c ]; do sleep 0.01; done; echo 1'")),
        key("b", Some("sh -c 'touch b; until [ -e a ] && [ -e c ]; do sleep 0.01; done; echo 2'")),
        key("c", Some("sh -c 'touch c; until [ -e a ] && [ -e b ]; do sleep 0.01; done; echo 3'")),
    ];
    let answers = asked(&*source, &keys, None);
    assert_eq!(answers.into_iter().map(text).collect::<Vec<_>>(), ["1", "2", "3"]);
}

#[test]
fn the_plan_names_each_command_once_and_runs_none() {
    let source = opened(None, None).ok().unwrap();
    let keys =
        [key("a", Some("no-such-program")), key("b", Some("no-such-program")), key("c", None)];
    let plan = source.plan(&Wanted::of(&keys));
    assert_eq!(plan.calls(), ["runs no-such-program"]);
    assert_eq!(plan.waits(), 1);
}
