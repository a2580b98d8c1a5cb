//! The keyring of a desktop: a real one that holds any bytes, and one whose answers are wrong.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use config_tests::crafted::service::{Entry, Holding, Reply, Service, Step, path};
use config_tests::keyring::Open;
use config_tests::random::Random;
use zbus::zvariant::{Structure, Value};

use super::stores::words;

/// What the entries belong to.
const SERVICE: &str = "canary";

/// How many bytes a large entry has.
const LARGE: usize = 64 * 1024;

/// What is wrong with the answers of a secret service.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// Nothing.
    None,
    /// One of them is a refusal.
    Refused(Step),
    /// One of them is of other types.
    Reshaped(Step),
    /// Secrets come as they are, where they should be encrypted.
    InClear,
    /// Entries stand at paths that hold values.
    Paths,
    /// There are several entries of each name.
    Several,
    /// Somebody has to be asked first, and does not care.
    Locked,
    /// There are signals beside the answers.
    Strays,
    /// Entries are large.
    Large,
}

/// What is wrong with the answers to one input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Odd {
    trouble: Trouble,
    seed: u64,
}

const STEPS: &[Step] = &[Step::Open, Step::Search, Step::Search, Step::Secret, Step::Secret];

const ERRORS: &[&str] = &[
    "org.freedesktop.Secret.Error.IsLocked",
    "org.freedesktop.Secret.Error.NoSession",
    "org.freedesktop.Secret.Error.NoSuchObject",
    "org.freedesktop.DBus.Error.AccessDenied",
    "org.freedesktop.DBus.Error.Failed",
    "org.freedesktop.DBus.Error.InvalidArgs",
    "org.freedesktop.DBus.Error.NoReply",
    "org.freedesktop.DBus.Error.ServiceUnknown",
];

impl Odd {
    pub(super) fn any(random: &mut Random) -> Self {
        let trouble = match random.below(20) {
            0..=2 => Trouble::Refused(*random.pick(STEPS)),
            3..=6 => Trouble::Reshaped(*random.pick(STEPS)),
            7 => Trouble::InClear,
            8 => Trouble::Paths,
            9 => Trouble::Several,
            10 => Trouble::Locked,
            11 => Trouble::Strays,
            12 => Trouble::Large,
            _ => Trouble::None,
        };
        Self { trouble, seed: random.next() }
    }

    /// Leaves what the service holds as it is: a secret that was not read is not known to be one.
    pub(super) fn leave_whole(&mut self) {
        if matches!(self.trouble, Trouble::Reshaped(_) | Trouble::Large) {
            self.trouble = Trouble::Strays;
        }
    }

    /// What the service holds of these.
    fn holding(self, entries: &[(String, Vec<u8>)], canaries: &[String]) -> Holding {
        let random = &mut Random::seeded(self.seed);
        let mut folder = "/org/freedesktop/secrets/collection/c".to_owned();
        let mut holding =
            Holding { prompt: ("/prompt".to_owned(), String::new(), true), ..Holding::default() };
        let mut times = 1;
        match self.trouble {
            Trouble::InClear => holding.in_clear = true,
            Trouble::Paths => folder = format!("/{}", named(random, canaries)),
            Trouble::Several => {
                times = 2;
                folder = format!("/{}", named(random, canaries));
            }
            Trouble::Locked => {
                holding.locked = true;
                let path = format!("/prompt/{}", named(random, canaries));
                holding.prompt = (path, words(random, canaries), random.once_in(2));
            }
            Trouble::Strays => {
                let path = format!("/{}", named(random, canaries));
                holding.stray = Some((path, named(random, canaries)));
            }
            _ => {}
        }
        let large = matches!(self.trouble, Trouble::Large);
        for (name, bytes) in entries.iter().flat_map(|entry| std::iter::repeat_n(entry, times)) {
            let bytes = bytes.repeat(if large { LARGE / bytes.len().max(1) } else { 1 });
            let path = format!("{folder}/{}", holding.entries.len());
            holding.entries.push(Entry { name: name.clone(), bytes, path });
        }
        holding
    }

    /// The right answer, gone wrong.
    fn tamper(self, step: Step, right: Reply, canaries: &[String]) -> Reply {
        let random = &mut Random::seeded(self.seed);
        match (self.trouble, right) {
            (Trouble::Refused(at), _) if at == step => {
                let name = match random.once_in(4) {
                    true => format!("org.example.{}", named(random, canaries)),
                    false => (*random.pick(ERRORS)).to_owned(),
                };
                Reply::Error(name, words(random, canaries))
            }
            (Trouble::Reshaped(at), Reply::Values(values)) if at == step => {
                Reply::Values(reshaped(values, random, canaries))
            }
            (_, right) => right,
        }
    }
}

/// A value, as the names of things may hold it.
fn named(random: &mut Random, canaries: &[String]) -> String {
    let visible: String =
        words(random, canaries).chars().filter(char::is_ascii_alphanumeric).collect();
    format!("n{visible}")
}

/// With another value in the place of one of them, or one more, or one less.
fn reshaped(
    mut values: Vec<Value<'static>>,
    random: &mut Random,
    canaries: &[String],
) -> Vec<Value<'static>> {
    if values.is_empty() {
        return vec![other(random, canaries)];
    }
    let which = random.below(values.len());
    match random.below(8) {
        0 => drop(values.remove(which)),
        1 => values.insert(which, other(random, canaries)),
        _ => {
            let inner = match values.swap_remove(which) {
                Value::Structure(inner) => {
                    let fields = inner.into_fields().into_iter();
                    let fields =
                        fields.map(|field| field.try_into_owned().expect("no file").into());
                    let fields = reshaped(fields.collect(), random, canaries);
                    match fields.is_empty() {
                        true => other(random, canaries),
                        false => whole(fields),
                    }
                }
                _ => other(random, canaries),
            };
            values.push(inner);
            let last = values.len() - 1;
            values.swap(which, last);
        }
    }
    values
}

fn whole(fields: Vec<Value<'static>>) -> Value<'static> {
    let begun = zbus::zvariant::StructureBuilder::new();
    let built =
        fields.into_iter().fold(begun, zbus::zvariant::StructureBuilder::append_field).build();
    built.map_or_else(|_| Value::from(true), |built: Structure<'static>| Value::Structure(built))
}

/// Something of another type, with a value in it.
fn other(random: &mut Random, canaries: &[String]) -> Value<'static> {
    let words = words(random, canaries);
    match random.below(9) {
        0 => Value::from(words),
        1 => Value::from(words.into_bytes()),
        2 => Value::from(vec![words.clone(), words]),
        3 => Value::from(std::collections::HashMap::from([(words.clone(), words)])),
        4 => Value::Value(Box::new(Value::from(words))),
        5 => path(&format!("/{}", named(random, canaries))),
        6 => Value::from(Vec::<u8>::new()),
        7 => Value::from(17_u32),
        _ => Value::from(words.repeat(1_000)),
    }
}

/// What the answers to an input are made of.
type Shown = Option<(Odd, Vec<String>)>;

/// The service of a process, which is told each input.
struct Wrong {
    service: Service,
    shown: Arc<Mutex<Shown>>,
}

/// Makes the real keyring of this session hold these entries and no others.
pub(super) fn hold(entries: Vec<(String, Vec<u8>)>) {
    static KEYRING: OnceLock<Open> = OnceLock::new();
    let keyring = KEYRING.get_or_init(Open::of_the_process);
    keyring.clear(SERVICE);
    for (name, bytes) in entries {
        keyring.put(SERVICE, &name, &bytes);
    }
}

/// Makes the other one hold them, and answer so.
pub(super) fn answer(entries: &[(String, Vec<u8>)], odd: Odd, canaries: &[String]) {
    static WRONG: OnceLock<Wrong> = OnceLock::new();
    let service = WRONG.get_or_init(start);
    *service.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some((odd, canaries.to_vec()));
    service.service.hold(odd.holding(entries, canaries));
}

fn start() -> Wrong {
    let shown = Arc::new(Mutex::new(None));
    let seen: Arc<Mutex<Shown>> = Arc::clone(&shown);
    let service = Service::start(move |step, right| {
        match &*seen.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((odd, canaries)) => odd.tamper(step, right, canaries),
            None => right,
        }
    });
    Wrong { service, shown }
}
