//! Settings of the whole process: each struct is loaded once, and none stands in the way of another.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Mutex, mpsc};
use std::time::Duration;

use config_core::{Error, Invalid, ProblemKind, Secrets};
use config_tests::failure;

/// Far more than any of the loads takes; whoever waits so long waits for ever.
const FOR_EVER: Duration = Duration::from_secs(20);

/// What something gives on a thread of its own, which must not wait for ever.
fn ends<R: Send + 'static>(run: impl FnOnce() -> R + Send + 'static) -> R {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(run()));
    receiver.recv_timeout(FOR_EVER).expect("it ends")
}

/// A struct whose validator is a function.
macro_rules! judged {
    ($name:ident, $judge:path) => {
        #[derive(Debug, Secrets)]
        #[secrets(prefix = "GLOBAL", sources(env), validate = $judge)]
        struct $name {
            #[setting(default = 8080)]
            port: u16,
        }
    };
}

const OTHER_IS_MISSING: Invalid = Invalid { field: "port", message: "the other is not there" };

#[derive(Debug, Secrets)]
#[secrets(prefix = "GLOBAL", sources(env))]
struct Plain {
    #[setting(default = 8080)]
    port: u16,
}

#[test]
fn a_load_may_ask_for_the_settings_of_another_struct() {
    judged!(Dependent, same_port);
    fn same_port(dependent: &Dependent) -> Result<(), Invalid> {
        match Plain::global() {
            Ok(plain) if plain.port == dependent.port => Ok(()),
            _ => Err(OTHER_IS_MISSING),
        }
    }
    let dependent = ends(Dependent::global).unwrap();
    assert_eq!(dependent.port, Plain::global().unwrap().port);
}

#[test]
fn a_load_that_takes_long_holds_up_no_other_struct() {
    judged!(Slow, wait);
    static GO_ON: Mutex<Option<mpsc::Receiver<()>>> = Mutex::new(None);
    fn wait(_: &Slow) -> Result<(), Invalid> {
        let go_on = GO_ON.lock().unwrap().take();
        go_on.unwrap().recv_timeout(FOR_EVER).map_err(|_| OTHER_IS_MISSING)
    }
    #[derive(Debug, Secrets)]
    #[secrets(prefix = "GLOBAL", sources(env))]
    struct Quick {
        #[setting(default = 8080)]
        port: u16,
    }
    let (go_on, receiver) = mpsc::channel();
    *GO_ON.lock().unwrap() = Some(receiver);
    let slow = std::thread::spawn(Slow::global);
    while GO_ON.lock().unwrap().is_some() {
        std::thread::yield_now();
    }
    assert_eq!(ends(Quick::global).unwrap().port, 8080);
    go_on.send(()).unwrap();
    assert_eq!(slow.join().unwrap().unwrap().port, 8080);
}

#[test]
fn settings_that_are_being_loaded_cannot_be_asked_for_by_their_own_load() {
    judged!(Own, ask);
    static SAID: Mutex<Option<Error>> = Mutex::new(None);
    fn ask(own: &Own) -> Result<(), Invalid> {
        assert_eq!(own.port, 8080);
        *SAID.lock().unwrap() = Own::global().err();
        Ok(())
    }
    let own = ends(Own::global).unwrap();
    let error = SAID.lock().unwrap().take().unwrap();
    let problem = error.iter().next().unwrap();
    assert_eq!((problem.path(), problem.kind()), ("Own", ProblemKind::Circular));
    assert!(problem.hint().is_some());
    assert!(error.to_string().starts_with("the settings could not be loaded\n\n  Own   "));
    assert!(std::ptr::eq(own, Own::global().unwrap()), "the error was of that one call");
}

#[test]
fn nor_by_way_of_another_struct() {
    judged!(First, ask_second);
    judged!(Second, ask_first);
    fn same_port(one: Result<u16, Error>, own: u16) -> Result<(), Invalid> {
        one.is_ok_and(|port| port == own).then_some(()).ok_or(OTHER_IS_MISSING)
    }
    fn ask_second(first: &First) -> Result<(), Invalid> {
        same_port(Second::global().map(|second| second.port), first.port)
    }
    fn ask_first(second: &Second) -> Result<(), Invalid> {
        same_port(First::global().map(|first| first.port), second.port)
    }
    let error = failure(ends(First::global));
    assert_eq!(error.iter().next().unwrap().kind(), ProblemKind::Refused);
}

#[test]
fn two_threads_whose_loads_need_each_other_do_not_wait_for_ever() {
    judged!(Left, ask_right);
    judged!(Right, ask_left);
    static BOTH_LOAD: Barrier = Barrier::new(2);
    static SAID: Mutex<Vec<ProblemKind>> = Mutex::new(Vec::new());
    fn note<T>(answer: Result<&'static T, Error>) {
        let problems = answer.err();
        SAID.lock().unwrap().extend(problems.iter().flatten().map(config_core::Problem::kind));
    }
    fn ask_right(_: &Left) -> Result<(), Invalid> {
        BOTH_LOAD.wait();
        note(Right::global());
        Ok(())
    }
    fn ask_left(_: &Right) -> Result<(), Invalid> {
        BOTH_LOAD.wait();
        note(Left::global());
        Ok(())
    }
    let left = std::thread::spawn(|| ends(Left::global));
    let right = ends(Right::global).unwrap();
    assert_eq!(right.port, left.join().unwrap().unwrap().port);
    assert_eq!(*SAID.lock().unwrap(), [ProblemKind::Circular], "the other one got its settings");
}

#[test]
fn a_load_that_panics_leaves_the_next_call_to_try_again() {
    judged!(Shaky, panic_once);
    static CALM: AtomicBool = AtomicBool::new(false);
    fn panic_once(_: &Shaky) -> Result<(), Invalid> {
        assert!(CALM.swap(true, Ordering::SeqCst), "the first time");
        Ok(())
    }
    assert!(std::thread::spawn(Shaky::global).join().is_err());
    assert_eq!(ends(Shaky::global).unwrap().port, 8080);
}
