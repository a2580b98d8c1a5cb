//! Stores that answer wrong, with values in every part of the answer.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use config_core::store::{self, Expect};
use config_core::{Node, Position, Text};
use config_tests::canary::encodings;
use config_tests::random::Random;
use config_tests_servers::http::{Request, Response};
use serde_json::Value;

use config_tests::crafted::{Scene, Store, Told, Vendor, Way};

use super::inputs::Damage;

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// Nothing.
    None,
    /// The whole of it is damaged, and not the secret in it.
    Damaged,
    /// It is a refusal with this status.
    Refused(u16),
    /// Any body at all with this status.
    Status(u16),
    /// A part of it is of another shape.
    Reshaped,
    /// There is more in it, which repeats values.
    Repeating,
    /// It points elsewhere.
    Elsewhere(u16),
    /// Its header fields hold values.
    Headers(u16),
    /// Its numbers are too large.
    Numbers,
}

/// What is wrong with the answers to one input.
#[derive(Debug, Clone)]
pub(super) struct Wrong {
    trouble: Trouble,
    /// Whether it is the answer to a login that is so.
    at_login: bool,
    /// Whether the damage is done to the whole answer.
    pub(super) is_outside: bool,
    seed: u64,
    pub(super) way: Way,
    pub(super) credential: String,
    pub(super) issued: String,
}

const STATUSES: &[u16] = &[
    400, 401, 403, 404, 405, 408, 409, 412, 413, 418, 429, 472, 473, 500, 501, 502, 503, 504, 599,
];

const HEADERS: &[&str] = &[
    "Retry-After",
    "WWW-Authenticate",
    "Content-Type",
    "Content-Encoding",
    "Location",
    "Set-Cookie",
    "Warning",
    "Date",
    "Server",
    "x-amzn-errortype",
    "x-ms-request-id",
];

impl Wrong {
    /// `vendor` answers an input that has these credentials.
    pub(super) fn any(random: &mut Random, vendor: Vendor, credential: &str, issued: &str) -> Self {
        let trouble = match random.below(16) {
            0 => Trouble::None,
            1 | 2 => Trouble::Damaged,
            3 | 4 => Trouble::Refused(*random.pick(STATUSES)),
            5 => Trouble::Status(*random.pick(STATUSES)),
            6..=8 => Trouble::Reshaped,
            9 | 10 => Trouble::Repeating,
            11 => Trouble::Elsewhere(*random.pick(&[301, 302, 303, 307, 308])),
            12 => Trouble::Headers(*random.pick(&[200, 401, 403, 429, 503])),
            13 => Trouble::Numbers,
            _ => Trouble::None,
        };
        let way = match random.below(8) {
            0..=3 => Way::Token,
            // Of these a chain of credentials reads what the process has, and not what a loader is given.
            _ if matches!(vendor, Vendor::Aws | Vendor::Ssm) => Way::Token,
            4 | 5 => Way::Login,
            6 => Way::Machine,
            _ => Way::Assertion,
        };
        Self {
            trouble,
            at_login: vendor.has_login(way) && random.once_in(3),
            is_outside: matches!(trouble, Trouble::Damaged),
            seed: random.next(),
            way,
            credential: credential.to_owned(),
            issued: issued.to_owned(),
        }
    }

    /// Whether a client gives up at once, and does not try again until it has no more time: a write has a lot of that.
    pub(super) const fn is_final(&self) -> bool {
        !matches!(self.trouble, Trouble::Headers(_))
    }

    /// Leaves what the store holds as it is: a secret that was not read is not known to be one.
    pub(super) fn leave_whole(&mut self) {
        if matches!(self.trouble, Trouble::Damaged | Trouble::Reshaped | Trouble::Numbers) {
            self.trouble = Trouble::Repeating;
        }
        self.is_outside = false;
    }

    /// The right answer, gone wrong.
    fn tamper(&self, right: Response, vendor: Vendor, input: &Shown) -> Response {
        let random = &mut Random::seeded(self.seed);
        let words = words(random, &input.canaries);
        match self.trouble {
            Trouble::None => right,
            Trouble::Damaged => {
                let body =
                    input.damage.iter().fold(right.body.clone(), |body, damage| damage.apply(body));
                Response { body, ..right }
            }
            Trouble::Refused(status) => soon(vendor.refusal(status, &words)),
            Trouble::Status(status) => soon(Response::text(status, "text/html", &words)),
            Trouble::Reshaped => changed(right, |body| {
                let depth = random.below(5);
                reshape(body, depth, random, &words);
            }),
            Trouble::Repeating => changed(right, |body| repeat(body, random, &input.canaries)),
            Trouble::Elsewhere(status) => {
                let visible: String = words.chars().filter(char::is_ascii_graphic).collect();
                let to = match random.below(7) {
                    0 => format!("http://{visible}.invalid/"),
                    1 => format!("http://127.0.0.1:1/{visible}"),
                    2 => format!("http://u:{visible}@127.0.0.1:1/"),
                    3 => format!("/{visible}"),
                    4 => visible,
                    5 => format!("https://127.0.0.1:1/?{visible}"),
                    _ => format!("http://127.0.0.1:{visible}/"),
                };
                soon(Response { status, ..right }.with("Location", &to))
            }
            Trouble::Headers(status) => {
                let response = Response { status, ..right };
                HEADERS.iter().fold(response, |response, name| {
                    let visible: String = words.chars().filter(char::is_ascii_graphic).collect();
                    match *name {
                        "WWW-Authenticate" => response.with(
                            name,
                            &format!("Bearer authorization=\"https://{visible}/{visible}\", resource=\"https://{visible}\""),
                        ),
                        name => response.with(name, &visible),
                    }
                })
            }
            Trouble::Numbers => {
                let body = String::from_utf8_lossy(&right.body).into_owned();
                let large = format!("1{}", "0".repeat(random.below(400)));
                let body = body.replace("3600", &large).replace("3599", &large);
                let body = body.replace("n\": 7", &format!("n\": {large}"));
                Response { body: body.into_bytes(), ..right }
            }
        }
    }
}

/// With the wish to be asked later than anybody waits, so that nobody tries again.
fn soon(response: Response) -> Response {
    response.with("Retry-After", "100")
}

/// A value, whole, in part or encoded, in a sentence.
pub(super) fn words(random: &mut Random, canaries: &[String]) -> String {
    let canary = random.pick(canaries);
    let encoded = encodings(canary).swap_remove(random.below(14));
    let encoded = String::from_utf8_lossy(&encoded).into_owned();
    match random.below(5) {
        0 => canary.clone(),
        1 => format!("the value {canary} is not right"),
        2 => canary.chars().skip(2).take(9).collect(),
        _ => encoded,
    }
}

fn changed(mut response: Response, change: impl FnOnce(&mut Value)) -> Response {
    if let Ok(mut body) = serde_json::from_slice(&response.body) {
        change(&mut body);
        response.body = body.to_string().into_bytes();
    }
    response
}

/// Puts something else in the place of one of the nodes, so deep at most.
fn reshape(node: &mut Value, depth: usize, random: &mut Random, words: &str) {
    let inner = match node {
        Value::Object(entries) if depth > 0 => {
            let which = random.below(entries.len());
            entries.values_mut().nth(which)
        }
        Value::Array(items) if depth > 0 => {
            let which = random.below(items.len());
            items.get_mut(which)
        }
        _ => None,
    };
    if let Some(inner) = inner {
        return reshape(inner, depth - 1, random, words);
    }
    *node = match random.below(7) {
        0 => Value::Null,
        1 => words.into(),
        2 => Value::Array(vec![words.into(), Value::Null]),
        3 => Value::Object([(words.to_owned(), words.into())].into_iter().collect()),
        4 => false.into(),
        5 => 17.into(),
        _ => Value::Array(Vec::new()),
    };
}

/// Adds what answers have beside the secret: remarks, codes, names.
fn repeat(body: &mut Value, random: &mut Random, canaries: &[String]) {
    let Value::Object(entries) = body else { return };
    for name in ["warnings", "errors", "details", "remarks"] {
        let list = (0..1 + random.below(3)).map(|_| words(random, canaries).into()).collect();
        entries.insert(name.to_owned(), Value::Array(list));
    }
    for name in ["message", "error", "error_description", "__type", "lease_id", "token_type"] {
        entries.insert(name.to_owned(), words(random, canaries).into());
    }
}

/// What the answers to an input are made of.
#[derive(Default)]
struct Shown {
    wrong: Option<Wrong>,
    canaries: Vec<String>,
    damage: Vec<Damage>,
}

/// The store of one sweep, which is told each input.
pub(super) struct Open {
    vendor: Vendor,
    store: Store,
    shown: Arc<Mutex<Shown>>,
}

thread_local! {
    static OPEN: RefCell<Option<Rc<Open>>> = const { RefCell::new(None) };
}

impl Open {
    /// The store of this thread.
    pub(super) fn of(vendor: Vendor) -> Rc<Self> {
        OPEN.with_borrow_mut(|open| match open {
            Some(open) if open.vendor == vendor => Rc::clone(open),
            _ => Rc::clone(open.insert(Rc::new(Self::start(vendor)))),
        })
    }

    fn start(vendor: Vendor) -> Self {
        let shown = Arc::new(Mutex::new(Shown::default()));
        let seen = Arc::clone(&shown);
        let tamper = move |request: &Request, _: &Scene, right: Response| {
            let shown = seen.lock().unwrap_or_else(PoisonError::into_inner);
            match &shown.wrong {
                Some(wrong) if wrong.at_login == vendor.is_login(request) => {
                    wrong.tamper(right, vendor, &shown)
                }
                _ => right,
            }
        };
        Self { vendor, store: Store::start(vendor, tamper), shown }
    }

    /// Answers so from now on.
    pub(super) fn hold(&self, scene: Scene, wrong: &Wrong, canaries: &[String], damage: &[Damage]) {
        self.store.hold(scene);
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Shown {
            wrong: Some(wrong.clone()),
            canaries: canaries.to_vec(),
            damage: damage.to_vec(),
        };
    }

    pub(super) fn told(&self) -> Told {
        self.store.told()
    }

    /// Writes a value under a name that is there, and one that is not; gives what is said where that fails.
    pub(super) fn write(&self, value: &str) -> String {
        let (store, name) = self.store.writer();
        let value = match self.vendor {
            Vendor::Ssm => Node::from(value),
            _ => {
                let entries = vec![(Text::new("token".to_owned()), Node::from(value))];
                Node::new(config_core::Value::Map(entries), Position::default())
            }
        };
        let done = [
            store::wait(store.put(name, &value, Expect::Version("7"))).err(),
            store::wait(store.create(name, &value)).err(),
        ];
        let said =
            done.iter().flatten().map(|failure| format!("{failure} {failure:?} {failure:#?}\n"));
        format!("{}{value:?} {value:#?} {}", said.collect::<String>(), store.label())
    }
}
