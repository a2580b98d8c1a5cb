//! What sources of one load that ask the same store do together.

use super::*;
use crate::remote::{Load, Part};

/// Two places in one store, and what is wanted of each: both want `db`.
struct Twins {
    backend: Arc<Fake>,
    sources: [Remote<Fake>; 2],
    keys: [Vec<Key<'static>>; 2],
}

impl Twins {
    fn of(fake: Fake) -> Self {
        let backend = Arc::new(fake);
        let sources = [at(&backend, Some("app")), at(&backend, Some("db"))];
        let first = vec![Key { path: "first", ..own("db#url") }, key("port")];
        let second = vec![Key { path: "second", ..own("#url") }];
        Self { backend, sources, keys: [first, second] }
    }

    fn wanted<'a>(&'a self, which: usize, part: &'a Part, kept: Kept) -> Wanted<'a> {
        Wanted { part: Some(part), kept, ..Wanted::of(&self.keys[which]) }
    }

    /// One load in which both are told of it and then asked at the same time; how many values each gave.
    fn load(&self, kept: [Kept; 2]) -> [usize; 2] {
        let mut load = Load::default();
        let parts = [load.part(), load.part()];
        let [first, second] = kept;
        let wanted = [self.wanted(0, &parts[0], first), self.wanted(1, &parts[1], second)];
        (0..2).for_each(|which| self.sources[which].__claim(&wanted[which]));
        let values = |which: usize| {
            let answers = ask(&self.sources[which], &wanted[which]).unwrap();
            answers.iter().filter(|answer| matches!(answer, Answer::Value(_))).count()
        };
        // The second comes first: it is not speed that says who reads.
        std::thread::scope(|scope| {
            let second = scope.spawn(|| values(1));
            [values(0), second.join().unwrap()]
        })
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.backend.asked.lock().unwrap());
        asked.sort_unstable();
        asked
    }
}

fn none() -> Kept {
    Kept::NOTHING
}

#[test]
fn what_two_of_them_want_is_read_once() {
    let twins = Twins::of(Fake { delay: Duration::from_millis(50), ..fake() });
    assert_eq!(twins.load([none(), none()]), [2, 1]);
    assert_eq!(twins.asked(), ["app", "db"]);
}

#[test]
fn a_failure_is_that_of_all_who_want_it_and_asked_for_once() {
    let twins = Twins::of(fake());
    *twins.backend.failing.lock().unwrap() = Some(FailureKind::Unreachable);
    assert_eq!(twins.load([none(), none()]), [0, 0]);
    assert_eq!(twins.asked(), ["app", "db"]);
}

#[test]
fn whoever_may_take_an_earlier_answer_does_not_have_others_take_it() {
    let day = Some(Duration::from_secs(86_400));
    let cache = Cache::new(Duration::ZERO);
    let kept = || [keeping(&cache, day), keeping(&cache, None)];
    let twins = Twins::of(fake());
    assert_eq!(twins.load(kept()), [2, 1]);
    *twins.backend.failing.lock().unwrap() = Some(FailureKind::Unreachable);
    assert_eq!(twins.load(kept()), [2, 0]);
}

#[test]
fn an_answer_that_is_kept_is_dropped_by_the_fields_of_all_who_wanted_it() {
    let cache = Cache::new(Duration::from_secs(600));
    let twins = Twins::of(fake());
    let load = || twins.load([keeping(&cache, None), keeping(&cache, None)]);
    load();
    assert_eq!(twins.asked(), ["app", "db"]);
    cache.invalidate("second");
    load();
    assert_eq!(twins.asked(), ["db"]);
    cache.invalidate("first");
    load();
    assert_eq!(twins.asked(), ["db"]);
}

#[test]
fn whoever_waits_for_a_source_that_was_never_asked_reads_for_itself() {
    let twins = Twins::of(fake());
    let mut load = Load::default();
    let parts = [load.part(), load.part()];
    twins.sources[0].__claim(&twins.wanted(0, &parts[0], none()));
    let [first, second] = parts;
    let wanted = twins.wanted(1, &second, none());
    twins.sources[1].__claim(&wanted);
    std::thread::scope(|scope| {
        let answers = scope.spawn(|| ask(&twins.sources[1], &wanted).unwrap());
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(twins.asked(), [""; 0]);
        drop(first);
        assert!(matches!(answers.join().unwrap()[0], Answer::Value(_)));
    });
    assert_eq!(twins.asked(), ["db"]);
}

#[test]
fn whoever_comes_when_the_other_is_done_takes_what_it_has_read() {
    let twins = Twins::of(fake());
    let mut load = Load::default();
    let [first, second] = [load.part(), load.part()];
    for (which, part) in [(0, &first), (1, &second)] {
        twins.sources[which].__claim(&twins.wanted(which, part, none()));
    }
    ask(&twins.sources[0], &twins.wanted(0, &first, none())).unwrap();
    drop(first);
    let answers = ask(&twins.sources[1], &twins.wanted(1, &second, none())).unwrap();
    assert!(matches!(answers[0], Answer::Value(_)));
    assert_eq!(twins.asked(), ["app", "db"]);
}

#[test]
fn two_stores_have_nothing_in_common() {
    let (one, other) = (Twins::of(fake()), Twins::of(fake()));
    let mut load = Load::default();
    let [first, second] = [load.part(), load.part()];
    ask(&one.sources[1], &one.wanted(1, &first, none())).unwrap();
    ask(&other.sources[1], &other.wanted(1, &second, none())).unwrap();
    assert_eq!((one.asked(), other.asked()), (vec!["db".to_owned()], vec!["db".to_owned()]));
}

#[test]
fn a_plan_has_each_call_and_the_login_once() {
    let twins = Twins::of(fake());
    let mut load = Load::default();
    let parts = [load.part(), load.part()];
    let plan = |which: usize| {
        let plan = twins.sources[which].plan(&twins.wanted(which, &parts[which], none()));
        (plan.calls().to_vec(), plan.waits())
    };
    let first = ["POST login", "GET app for 1", "GET db for 1"].map(str::to_owned);
    assert_eq!(plan(0), (first.to_vec(), 2));
    assert_eq!(plan(1).0, [""; 0]);
    let alone = twins.sources[1].plan(&Wanted::of(&twins.keys[1]));
    assert_eq!(alone.calls(), ["POST login", "GET db for 1"]);
}
