//! A kind that stands in the list at several places, and what the program gives for it.

use std::sync::{Arc, Mutex};

use config_core::{
    Absence, Answer, Failure, FailureKind, Fetch, Key, Node, OnFailure, Origin, Secrets, Source,
    SourcePlan, Wanted,
};
use config_tests::{NOTHING, failure};

/// A remote store whose values tell who was asked where: `first@a`. It has what it is told to have.
#[derive(Clone)]
struct Store {
    name: &'static str,
    label: &'static str,
    place: Option<String>,
    has: &'static [&'static str],
    fails_at: Option<&'static str>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Store {
    fn new(name: &'static str, has: &'static [&'static str]) -> Self {
        let asked = Arc::default();
        Self { name, label: "vault", place: None, has, fails_at: None, asked }
    }

    /// Where a key stands: `a#one`, or what it says itself.
    fn address(&self, key: &Key<'_>) -> String {
        let place = self.place.as_deref().unwrap_or("nowhere");
        match key.own() {
            Some(own) if own.starts_with('#') => format!("{place}{own}"),
            Some(own) => own.to_owned(),
            None => format!("{place}#{}", key.path()),
        }
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.sort_unstable();
        asked
    }
}

impl Source for Store {
    fn label(&self) -> String {
        self.place.as_ref().map_or(self.label.to_owned(), |place| format!("{} {place}", self.label))
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn fetch<'a>(&'a self, wanted: &'a Wanted<'a>) -> Fetch<'a> {
        Fetch::each(wanted, |key| {
            let at = self.address(key);
            self.asked.lock().unwrap().push(at.clone());
            if self.fails_at.is_some_and(|place| self.place.as_deref() == Some(place)) {
                return Answer::Failed(Failure::new(FailureKind::Unreachable, "no answer"));
            }
            match self.has.contains(&at.as_str()) {
                true => {
                    let text = format!("{} at {at}", self.name);
                    Answer::value(Node::text(text), Origin::new(at).elsewhere())
                }
                false => Answer::Absent(Absence::new(at, "no such key").elsewhere()),
            }
        })
    }

    fn plan(&self, wanted: &Wanted<'_>) -> SourcePlan {
        wanted.keys().iter().map(|key| format!("GET {}", self.address(key))).collect()
    }

    fn at_place(&self, place: &str) -> Option<Result<Arc<dyn Source>, Failure>> {
        let placed = Self { place: Some(place.to_owned()), ..self.clone() };
        self.place.is_none().then(|| Ok(Arc::new(placed) as Arc<dyn Source>))
    }

    fn names_place(&self, key: &Key<'_>) -> bool {
        key.own().is_some_and(|own| !own.starts_with('#'))
    }
}

#[derive(Debug, Secrets)]
#[secrets(sources(vault("a"), vault("b"), vault("c")))]
struct Three {
    #[setting]
    one: Option<String>,
    #[setting]
    two: Option<String>,
    #[setting]
    three: Option<String>,
}

fn values(settings: &Three) -> [&str; 3] {
    [&settings.one, &settings.two, &settings.three].map(|value| value.as_deref().unwrap_or("none"))
}

const EACH: &[&str] = &["a#one", "b#two", "c#three"];

#[test]
fn a_source_that_is_given_once_serves_every_place_of_its_kind() {
    let loader = Three::loader().env(NOTHING).source(Store::new("first", EACH));
    let settings = loader.load().unwrap();
    assert_eq!(values(&settings), ["first at a#one", "first at b#two", "first at c#three"]);
}

#[test]
fn the_second_that_is_given_serves_from_the_second_place_on() {
    let given = |names: &[&'static str]| {
        let give = |loader: config_core::Loader<Three>, name: &&'static str| {
            loader.source(Store::new(name, EACH))
        };
        names.iter().fold(Three::loader().env(NOTHING), give).load().unwrap()
    };
    let settings = given(&["first", "second"]);
    assert_eq!(values(&settings), ["first at a#one", "second at b#two", "second at c#three"]);
    let settings = given(&["first", "second", "third"]);
    assert_eq!(values(&settings), ["first at a#one", "second at b#two", "third at c#three"]);
    let settings = given(&["first", "second", "third", "one too many"]);
    assert_eq!(values(&settings), ["first at a#one", "second at b#two", "third at c#three"]);
}

#[test]
fn a_source_with_a_place_of_its_own_takes_one_entry_s_stead() {
    let placed = Store { place: Some("mine".to_owned()), ..Store::new("first", &["mine#one"]) };
    let loader = Three::loader().env(NOTHING).source(placed).source(Store::new("second", EACH));
    let settings = loader.load().unwrap();
    assert_eq!(values(&settings), ["first at mine#one", "second at b#two", "second at c#three"]);
}

#[derive(Debug, Secrets)]
#[secrets(sources(vault@eu("a"), vault("b"), vault("c")))]
struct Named {
    #[setting]
    one: Option<String>,
    #[setting]
    two: Option<String>,
    #[setting]
    three: Option<String>,
}

#[test]
fn a_source_with_a_name_serves_the_place_of_that_name_and_one_without_those_without() {
    let load = |given: &[&'static str]| {
        let give = |loader: config_core::Loader<Named>, label: &&'static str| {
            loader.source(Store { label, ..Store::new(label, EACH) })
        };
        let settings = given.iter().fold(Named::loader().env(NOTHING), give).load().unwrap();
        [settings.one, settings.two, settings.three].map(Option::unwrap_or_default)
    };
    let both = ["vault@eu at a#one", "vault at b#two", "vault at c#three"];
    assert_eq!(load(&["vault", "vault@eu"]), both);
    assert_eq!(load(&["vault@eu", "vault"]), both);
    assert_eq!(load(&["vault"]), ["", both[1], both[2]]);
    assert_eq!(load(&["vault@eu"]), [both[0], "", ""]);
}

#[derive(Debug, Secrets)]
#[secrets(sources(vault("{FIRST}"), vault("b")))]
#[expect(dead_code, reason = "what is asked of it counts")]
struct Keyed {
    #[setting(required, vault = "db#url")]
    url: String,
    #[setting(required, vault = "#port")]
    port: String,
}

const KEYED: &[&str] = &["db#url", "b#port"];

fn keyed(store: &Store) -> config_core::Loader<Keyed> {
    Keyed::loader().env([("FIRST", "a")]).source(store.clone())
}

#[test]
fn a_key_that_names_its_place_is_asked_for_once_and_a_key_alone_at_each_place() {
    let store = Store::new("first", KEYED);
    assert!(keyed(&store).load().is_ok());
    assert_eq!(store.asked(), ["a#port", "b#port", "db#url"]);

    let report = keyed(&store).explain();
    assert_eq!(store.asked(), ["a#port", "b#port", "db#url"]);
    assert!(report.fields()[0].hidden().is_empty(), "{report}");

    let plan = keyed(&store).plan().unwrap();
    let reads: Vec<&[String]> =
        plan.sources().iter().map(config_core::PlannedSource::reads).collect();
    assert_eq!(reads, [&["GET db#url", "GET a#port"][..], &["GET b#port"][..]]);

    let nothing = Store::new("first", &[]);
    let error = failure(keyed(&nothing).load());
    let tried: Vec<usize> = error.iter().map(|problem| problem.tried().len()).collect();
    assert_eq!(tried, [1, 2], "{error}");
}

#[test]
fn it_is_asked_at_the_next_place_where_the_first_is_not_there() {
    let store = Store::new("first", KEYED);
    let loader = Keyed::loader().env(NOTHING).source(store.clone());
    assert!(loader.load().is_ok());
    assert_eq!(store.asked(), ["b#port", "db#url"]);
}

#[test]
fn it_is_asked_at_the_next_place_too_where_a_failure_of_the_first_may_be_passed_over() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(vault("a"), vault("b")))]
    struct Failing {
        #[setting(required, vault = "db#url")]
        url: String,
    }
    let store = Store { fails_at: Some("a"), ..Store::new("first", KEYED) };
    let loader = || Failing::loader().env(NOTHING).source(store.clone());
    assert!(loader().load().is_err());
    assert_eq!(store.asked(), ["db#url"]);
    let settings = loader().on_failure("vault a", OnFailure::Fallthrough).load().unwrap();
    assert_eq!(settings.url, "first at db#url");
    assert_eq!(store.asked(), ["db#url", "db#url"]);
}

#[test]
fn two_stores_are_both_asked_for_a_key_that_names_its_place() {
    let (first, second) = (Store::new("first", &["b#port"]), Store::new("second", KEYED));
    let loader = keyed(&first).source(second);
    let settings = loader.load().unwrap();
    assert_eq!(settings.url, "second at db#url");
}
