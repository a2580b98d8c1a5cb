//! A secret service whose every answer is made here, on a session bus that has no other.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeEncrypt, KeyIvInit};
use hkdf::Hkdf;
use sha2::Sha256;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::{Header, Type};
use zbus::zvariant::{Array, ObjectPath, Signature, StructureBuilder, Value};
use zbus::{Message, connection};

use crate::block_on;

const NAME: &str = "org.freedesktop.secrets";

/// What all answers to one client are encrypted with beside its key.
const IV: [u8; 16] = [7; 16];

/// What a client wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A session, and the key of it.
    Open,
    /// The entries of a name.
    Search,
    /// Entries to be unlocked.
    Unlock,
    /// That somebody is asked.
    Prompt,
    /// What an entry holds.
    Secret,
    /// Anything else.
    Other,
}

/// What it gets.
#[derive(Debug)]
pub enum Reply {
    /// These values, of whatever types they are.
    Values(Vec<Value<'static>>),
    /// A refusal by this name, with these words.
    Error(String, String),
}

/// One entry.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is found by.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Where it stands.
    pub path: String,
}

/// What the service holds.
#[derive(Debug, Clone, Default)]
pub struct Holding {
    /// Its entries; several may have one name.
    pub entries: Vec<Entry>,
    /// Whether somebody has to unlock them.
    pub locked: bool,
    /// Where the prompt for that stands, what it answers, and whether it is dismissed.
    pub prompt: (String, String, bool),
    /// Sent to the client before each answer: where a signal comes from, and what it is called.
    pub stray: Option<(String, String)>,
    /// Whether secrets are sent as they are, to a client that takes them for encrypted.
    pub in_clear: bool,
}

/// A secret service; it ends with the process.
pub struct Service {
    holding: Arc<Mutex<Arc<Holding>>>,
}

impl Service {
    /// One on the session bus of this process; `tamper` is given each right answer.
    ///
    /// # Panics
    /// Where there is no bus, or a secret service on it.
    pub fn start(tamper: impl Fn(Step, Reply) -> Reply + Send + 'static) -> Self {
        let holding = Arc::new(Mutex::new(Arc::default()));
        let builder = connection::Builder::session().expect("a session bus");
        // On a thread of its own, whose name tells what it logs from what the client logs.
        let builder = builder.internal_executor(false).name(NAME).expect("a name");
        let connection = block_on(builder.build()).expect("a bus that answers");
        let executor = connection.executor().clone();
        let seen = Arc::clone(&holding);
        thread::spawn(move || {
            loop {
                block_on(executor.tick());
            }
        });
        thread::spawn(move || serve(&connection.into(), &seen, tamper));
        Self { holding }
    }

    /// Changes what it holds.
    pub fn hold(&self, holding: Holding) {
        *self.holding.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(holding);
    }
}

fn serve(
    connection: &Connection,
    holding: &Mutex<Arc<Holding>>,
    tamper: impl Fn(Step, Reply) -> Reply,
) {
    let mut key = None;
    for message in MessageIterator::from(connection).flatten() {
        if message.message_type() != Type::MethodCall {
            continue;
        }
        let holding = Arc::clone(&holding.lock().unwrap_or_else(PoisonError::into_inner));
        let header = message.header();
        let (step, right) = right(&message, &header, &holding, &mut key);
        if let Some((path, member)) = &holding.stray {
            signal(connection, &header, path, member, &[]);
        }
        // A client that has gone away needs no answer.
        let _ = match tamper(step, right) {
            Reply::Values(values) if values.is_empty() => connection.reply(&header, &()),
            Reply::Values(values) => connection.reply(&header, &structure(values)),
            Reply::Error(name, words) => connection.reply_error(&header, name.as_str(), &words),
        };
        if step == Step::Prompt {
            let (path, words, dismissed) = &holding.prompt;
            let words = Value::Value(Box::new(Value::from(words.clone())));
            signal(connection, &header, path, "Completed", &[Value::from(*dismissed), words]);
        }
    }
}

/// What a service answers that does all right.
fn right(
    message: &Message,
    header: &Header<'_>,
    holding: &Holding,
    key: &mut Option<[u8; 16]>,
) -> (Step, Reply) {
    let body = message.body();
    match header.member().map_or("", |member| member.as_str()) {
        "OpenSession" => {
            let (_, public): (String, Value<'_>) = body.deserialize().expect("an algorithm");
            *key = Vec::try_from(public).ok().map(|public| shared(&public));
            let ours = Value::Value(Box::new(Value::from(vec![2_u8])));
            (Step::Open, Reply::Values(vec![ours, path("/session")]))
        }
        "SearchItems" => {
            type Attributes = std::collections::HashMap<String, String>;
            let wanted: Attributes = body.deserialize().expect("attributes");
            let entries = holding.entries.iter().filter(|entry| wanted["username"] == entry.name);
            let found = paths(entries.map(|entry| entry.path.as_str()));
            let found = if holding.locked { [paths([]), found] } else { [found, paths([])] };
            (Step::Search, Reply::Values(found.into()))
        }
        "Unlock" => (Step::Unlock, Reply::Values(vec![paths([]), path(&holding.prompt.0)])),
        "Prompt" => (Step::Prompt, Reply::Values(Vec::new())),
        "GetSecret" => {
            let at = header.path().map_or("", |path| path.as_str());
            let entry = holding.entries.iter().find(|entry| entry.path == at);
            let bytes = entry.map_or(&[][..], |entry| &entry.bytes);
            let value = match key {
                Some(key) if !holding.in_clear => encrypted(bytes, key),
                _ => bytes.to_vec(),
            };
            let secret = [path("/session"), IV.to_vec().into(), value.into(), "text/plain".into()];
            let secret = structure(secret.into());
            (Step::Secret, Reply::Values(vec![Value::Structure(secret)]))
        }
        _ => {
            let error = "org.freedesktop.DBus.Error.UnknownMethod".to_owned();
            (Step::Other, Reply::Error(error, "there is no such method".to_owned()))
        }
    }
}

/// The key of a session whose other side has the number 1 for its own secret: its public key is 2, and what both know
/// is the public key of the client.
fn shared(public: &[u8]) -> [u8; 16] {
    let padded = [vec![0; 128_usize.saturating_sub(public.len())], public.to_vec()].concat();
    let mut key = [0; 16];
    Hkdf::<Sha256>::new(None, &padded).expand(&[], &mut key).expect("that many bytes");
    key
}

fn encrypted(bytes: &[u8], key: &[u8; 16]) -> Vec<u8> {
    let cipher = cbc::Encryptor::<Aes128>::new(key.into(), &IV.into());
    cipher.encrypt_padded_vec::<Pkcs7>(bytes)
}

fn signal(
    connection: &Connection,
    header: &Header<'_>,
    path: &str,
    member: &str,
    values: &[Value<'static>],
) {
    let to = header.sender().expect("whoever calls has a name").to_owned();
    let values = values.iter().map(|value| value.try_clone().expect("no file")).collect();
    let signal = Message::signal(path, "org.freedesktop.Secret.Prompt", member)
        .and_then(|signal| signal.destination(to))
        .and_then(|signal| signal.build(&structure(values)));
    if let Ok(signal) = signal {
        let _ = connection.send(&signal);
    }
}

fn structure(values: Vec<Value<'static>>) -> zbus::zvariant::Structure<'static> {
    let begun = StructureBuilder::new();
    let whole = values.into_iter().fold(begun, StructureBuilder::append_field);
    whole
        .build()
        .unwrap_or_else(|_| StructureBuilder::new().add_field(0_u8).build().expect("a byte"))
}

/// The path of an object; of the root where it can be none.
pub fn path(text: &str) -> Value<'static> {
    let path = ObjectPath::try_from(text.to_owned());
    Value::ObjectPath(path.unwrap_or_else(|_| ObjectPath::from_static_str_unchecked("/")))
}

fn paths<'a>(texts: impl IntoIterator<Item = &'a str>) -> Value<'static> {
    let mut paths = Array::new(&Signature::ObjectPath);
    for text in texts {
        paths.append(path(text)).expect("a path");
    }
    Value::Array(paths)
}
