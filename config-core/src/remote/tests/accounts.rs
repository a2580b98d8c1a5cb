//! What a source says of a load beside its answers, and what is dropped once nobody asks for it.

use super::*;
use crate::remote::Follower;
use crate::source::{Account, Noted};

const DAY: Option<Duration> = Some(Duration::from_secs(86_400));
const HOUR: Duration = Duration::from_secs(3600);
const MOMENT: Duration = Duration::from_millis(300);

/// The account of one load of these keys.
fn account(backend: &Arc<Fake>, keys: &[Key<'_>], kept: Kept) -> Account {
    let (source, noted) = (at(backend, Some("app")), Arc::new(Noted::default()));
    let wanted = Wanted { kept, noted: Some(Arc::clone(&noted)), ..Wanted::of(keys) };
    ask(&source, &wanted).unwrap();
    noted.account()
}

#[test]
fn an_answer_that_was_kept_is_as_old_as_it_is_and_the_store_answered_then() {
    let (backend, cache) = (Arc::new(fake()), Cache::new(HOUR));
    let load = || account(&backend, &[key("port")], keeping(&cache, None));
    let first = load();
    assert!(first.answered.is_some() && first.oldest.is_zero());
    std::thread::sleep(MOMENT);
    let second = load();
    assert!(second.oldest >= MOMENT, "{:?}", second.oldest);
    assert!(second.answered.unwrap() <= first.answered.unwrap());
    std::thread::sleep(MOMENT);
    let both = account(&backend, &[key("port"), own("db#url")], keeping(&cache, None));
    assert!(both.oldest >= MOMENT * 2, "{:?}", both.oldest);
    assert!(both.answered.unwrap() > first.answered.unwrap(), "it was asked for the other");
}

#[test]
fn where_an_earlier_answer_is_taken_why_is_told() {
    for (field, place) in [("port", "app"), ("field", "nowhere")] {
        let (backend, cache) = (Arc::new(fake()), Cache::new(Duration::ZERO));
        let keys = [Key { own: (field == "field").then_some("nowhere#x"), ..key(field) }];
        let load = || account(&backend, &keys, keeping(&cache, DAY));
        assert!(load().trouble.is_none());
        *backend.failing.lock().unwrap() = Some(FailureKind::Unreachable);
        std::thread::sleep(MOMENT);
        let account = load();
        assert_eq!(account.answered, None);
        assert!(account.oldest >= MOMENT, "{:?}", account.oldest);
        let told = account.trouble.unwrap().failure.to_string();
        assert_eq!(told, format!("{place}: out of order"));
        *backend.failing.lock().unwrap() = None;
        assert!(load().trouble.is_none());
    }
}

/// One load of a follower, after which it lets go of what it has not asked for.
fn follows(backend: &Arc<Fake>, cache: &Cache, by: &mut Follower, keys: &[Key<'_>]) {
    by.loads();
    account(backend, keys, Kept { follower: Some(*by), ..keeping(cache, None) });
    cache.let_go(*by);
}

#[test]
fn what_a_follower_no_longer_asks_for_is_dropped_unless_somebody_else_has() {
    let (backend, cache) = (Arc::new(fake()), Cache::new(HOUR));
    let (mut first, mut second) = (Follower::new(), Follower::new());
    let both = [key("port"), own("db#url")];
    follows(&backend, &cache, &mut first, &both);
    follows(&backend, &cache, &mut first, &both);
    assert_eq!((cache.len(), backend.calls.load(Ordering::SeqCst)), (2, 2));
    follows(&backend, &cache, &mut second, &both[1..]);
    follows(&backend, &cache, &mut first, &both[..1]);
    assert_eq!(cache.len(), 2, "the second wants it");
    follows(&backend, &cache, &mut second, &both[..1]);
    assert_eq!(cache.len(), 1);
    follows(&backend, &cache, &mut first, &[]);
    assert_eq!(cache.len(), 1, "the second wants that too");
    account(&backend, &both, keeping(&cache, None));
    follows(&backend, &cache, &mut second, &[]);
    assert_eq!(cache.len(), 2, "nobody knows whether that load is the last");
}
