//! Bad inputs, made by chance.

use std::fmt;

use config_core::ExposeSecret;
use config_core::age::{Identity, Recipient};
use config_tests::canary::{awkward, digits, plain};
use config_tests::crafted::Vendor;
use config_tests::crafted::gcp::KEY;
use config_tests::random::Random;
use config_tests::tree::{Tree, number, text};

use super::feed::Source;
use super::keyring::Odd;
use super::stores::Wrong;

/// One input: what the source is to hold, and the values in it that nobody may see.
pub(super) struct Input {
    pub(super) source: Source,
    /// Values by the paths of fields.
    pub(super) pairs: Vec<(String, Tree)>,
    /// Names that no field has, with their values; those with a dot stand in the table of a nested struct.
    pub(super) strangers: Vec<(String, Tree)>,
    pub(super) canaries: Vec<String>,
    /// What is done to the text of a document, in order.
    pub(super) damage: Vec<Damage>,
    pub(super) provider_fails: bool,
    /// What is wrong with the answers of a store.
    pub(super) wrong: Option<Wrong>,
    /// What is wrong with the answers of a secret service.
    pub(super) odd: Option<Odd>,
    /// The key that opens what is encrypted, or another text in its place.
    pub(super) identity: Option<String>,
    recipients: Vec<Recipient>,
    /// Whether nothing is damaged: a setting has to look like a secret, or repeat one as it is.
    whole: bool,
}

/// Something done to the text of a document at a place, in thousandths of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Damage {
    Cut(usize),
    Drop(usize),
    Insert(usize, &'static [u8]),
    DropMark(usize),
    RepeatLine(usize),
    JoinLines(usize),
    SwapLines(usize),
    Nest(usize),
}

const SECRETS: &[&str] = &[
    "token",
    "patterned",
    "link",
    "id",
    "bytes",
    "choice",
    "document",
    "quoting",
    "pin",
    "pair",
    "list",
    "ids",
    "map",
    "parsed",
    "refused",
    "smtp.password",
    "smtp.relay.key",
];

const SETTINGS: &[&str] = &[
    "user",
    "number",
    "ranged",
    "truth",
    "mode",
    "numbers",
    "limits",
    "wait",
    "size",
    "mail",
    "kind",
    "short",
    "point",
    "quoted",
    "made",
    "name",
    "smtp.port",
    "smtp.relay.limit",
];

const INSERTED: &[&[u8]] = &[
    b"\"",
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"=",
    b"#",
    b"\\",
    b"\n",
    b"\r\n",
    b"\t",
    b"\xff",
    b"\xc3",
    b"\0",
    b"\\u12",
    b"${",
    b"export ",
    b"\xef\xbb\xbf",
    b"&a ",
    b"*a",
    b"!!x ",
    b"- ",
    b"<<: ",
    b"\"\"\"",
    b"---\n",
    b"|\n",
];

impl Input {
    pub(super) fn new(random: &mut Random, source: Source) -> Self {
        let mut input = Self {
            source,
            pairs: Vec::new(),
            strangers: Vec::new(),
            canaries: Vec::new(),
            damage: Vec::new(),
            provider_fails: false,
            wrong: None,
            odd: (source == Source::SecretService).then(|| Odd::any(random)),
            identity: None,
            recipients: Vec::new(),
            whole: false,
        };
        if matches!(source, Source::Age | Source::Sealed) {
            input.keys(random);
        }
        if let Some(vendor) = source.vendor() {
            let (credential, issued) = (plain(random), plain(random));
            input.wrong = Some(Wrong::any(random, vendor, &credential, &issued));
            input.canaries.extend([credential, issued]);
            if vendor == Vendor::Gcp {
                // One line of the key is like all others.
                input.canaries.extend(KEY.lines().nth(7).map(str::to_owned));
            }
        }
        if random.once_in(5) {
            input.right(random);
            return input;
        }
        if !random.once_in(6) {
            let password = input.canary(random);
            input.pairs.push(("password".to_owned(), text(password)));
        }
        for _ in 0..1 + random.below(4) {
            input.secret(random);
        }
        for _ in 0..random.below(4) {
            input.setting(random);
        }
        if random.once_in(4) {
            input.stranger(random);
        }
        if source.is_document() && !input.whole && !random.once_in(4) {
            for _ in 0..1 + random.below(3) {
                input.damage.push(Damage::any(random));
            }
        }
        input.provider_fails = random.once_in(12);
        if input.whole
            && let Some(wrong) = &mut input.wrong
        {
            wrong.leave_whole();
        }
        if input.whole
            && let Some(odd) = &mut input.odd
        {
            odd.leave_whole();
        }
        input
    }

    /// The key is a value that nobody may see, but for what all keys begin with.
    fn keys(&mut self, random: &mut Random) {
        let identity = Identity::generate();
        self.recipients = identity.recipients();
        let text = identity.to_text().expose_secret().to_owned();
        self.canaries.push(text.trim_start_matches("AGE-SECRET-KEY-").to_owned());
        self.identity = match random.below(30) {
            0 => None,
            1 => Some(text[..text.len() - 1 - random.below(20)].to_owned()),
            2 => Some(text.replacen(char::is_numeric, "b", 2)),
            3 => Some(format!("# made by age\n{text}\n{text}x\n")),
            4 => Some(Identity::generate().to_text().expose_secret().to_owned()),
            _ => Some(text),
        };
    }

    pub(super) fn recipients(&self) -> Vec<Recipient> {
        self.recipients.clone()
    }

    /// Nothing is wrong but names that no field has: a load that succeeds has texts too.
    fn right(&mut self, random: &mut Random) {
        for path in ["password", "token", "refused", "smtp.password"] {
            let canary = self.canary(random);
            self.set(path, text(canary));
        }
        let list = vec![text(self.canary(random)), text(self.canary(random))];
        self.set("list", Tree::List(list));
        let map = vec![("k".to_owned(), text(self.canary(random)))];
        self.set("map", Tree::Table(map));
        if random.once_in(2) {
            self.stranger(random);
        }
    }

    /// A new value that nobody may see.
    fn canary(&mut self, random: &mut Random) -> String {
        let canary = match random.below(4) {
            0 => awkward(random),
            _ => plain(random),
        };
        self.canaries.push(canary.clone());
        canary
    }

    fn set(&mut self, path: &str, value: Tree) {
        if self.pairs.iter().all(|(known, _)| known != path) {
            self.pairs.push((path.to_owned(), value));
        }
    }

    fn secret(&mut self, random: &mut Random) {
        let path = *random.pick(SECRETS);
        let canary = self.canary(random);
        let value = match random.below(16) {
            0 => {
                let digits = digits(random);
                self.canaries.push(digits.clone());
                number(digits)
            }
            1 => Tree::List(vec![text(&canary), number("1"), text(self.canary(random))]),
            2 => Tree::Table(vec![(canary, text(self.canary(random)))]),
            3 => Tree::Table(vec![
                ("user".to_owned(), text(&canary)),
                ("code".to_owned(), text(self.canary(random))),
            ]),
            4 => nested_in(text(&canary), 1 + random.below(160)),
            5 => Tree::Table(vec![
                ("user".to_owned(), text(&canary)),
                ("user".to_owned(), text(&canary)),
            ]),
            6 => text(format!("[\"{canary}\", ")),
            7 => text(format!("{{\"{canary}\": \"{}\"", self.canary(random))),
            8 => text(format!("{canary}={},{canary}", self.canary(random))),
            9 => {
                text(format!("https://user:{canary}@host:port/{}?q={canary}", self.canary(random)))
            }
            10 => text(format!("ck-{canary}")),
            11 => {
                let hex = random.text("0123456789abcdef", 32);
                self.canaries.push(hex.clone());
                text(hex)
            }
            12 => text(format!("{canary}\n{}\n", self.canary(random))),
            _ => text(canary),
        };
        self.set(path, value);
    }

    fn setting(&mut self, random: &mut Random) {
        let path = *random.pick(SETTINGS);
        let kind = random.below(14);
        self.whole |= kind > 1;
        let value = match kind {
            0 => text("definitely not"),
            1 => number("70000000"),
            2 => text(format!("ck-{}", self.canary(random))),
            3 => text(format!("sk-ant-api03-{}", self.canary_of_words(random))),
            4 => text(format!("https://u:{}@h/", self.canary_of_words(random))),
            5 => text(format!("password={}", self.canary_of_words(random))),
            _ => {
                let known = self.loaded(random);
                repeated(random, &known)
            }
        };
        self.set(path, value);
    }

    fn canary_of_words(&mut self, random: &mut Random) -> String {
        let canary = plain(random);
        self.canaries.push(canary.clone());
        canary
    }

    /// The value of a secret that this input loads as one.
    fn loaded(&mut self, random: &mut Random) -> String {
        let loaded: Vec<String> = self
            .pairs
            .iter()
            .filter(|(path, _)| path == "password" || SECRETS.contains(&path.as_str()))
            .filter_map(|(_, value)| match value {
                Tree::Text(text) | Tree::Number(text) if text.len() >= 12 => Some(text.clone()),
                _ => None,
            })
            .collect();
        match loaded.is_empty() {
            true => "nothing is repeated".to_owned(),
            false => random.pick(&loaded).clone(),
        }
    }

    fn stranger(&mut self, random: &mut Random) {
        let canary = self.canary_of_words(random);
        let name = match random.below(8) {
            0 => canary,
            1 => format!("APP_{canary}"),
            2 => format!("smtp.{canary}"),
            3 => format!("smtp.relay.{canary}"),
            4 => "APP_UNKNOWN".to_owned(),
            5 => "APP_TOKEN_FILE".to_owned(),
            6 => "APP_SMTP_PASSWORD_FILE".to_owned(),
            _ => "smtp.pasword".to_owned(),
        };
        let value = self.canary(random);
        self.strangers.push((name, text(value)));
    }
}

/// A secret's value again, in the value of a setting.
fn repeated(random: &mut Random, secret: &str) -> Tree {
    let part: String = secret.chars().skip(2).take(11).collect();
    match random.below(10) {
        0 => text(secret),
        1 => text(format!("x{secret}y")),
        2 => text(part),
        3 => text(format!("before {part} after")),
        4 => Tree::List(vec![number("1"), text(secret)]),
        5 => Tree::Table(vec![(secret.to_owned(), text("1"))]),
        6 => Tree::Table(vec![("x".to_owned(), text(secret)), (secret.to_owned(), number("1"))]),
        7 => text(format!("1,{part},{secret}")),
        8 => text(format!("a={secret},{part}=1")),
        _ => text(format!("{{\"x\": \"{part}\", \"{part}\": 1}}")),
    }
}

fn nested_in(value: Tree, depth: usize) -> Tree {
    (0..depth).fold(value, |inner, level| match level % 2 {
        0 => Tree::List(vec![inner]),
        _ => Tree::Table(vec![("k".to_owned(), inner)]),
    })
}

impl Damage {
    pub(super) fn any(random: &mut Random) -> Self {
        let at = random.below(1000);
        match random.below(9) {
            0 => Self::Cut(at),
            1 => Self::Drop(at),
            2 | 3 => Self::Insert(at, random.pick::<&[u8]>(INSERTED)),
            4 => Self::DropMark(at),
            5 => Self::RepeatLine(at),
            6 => Self::JoinLines(at),
            7 => Self::SwapLines(at),
            _ => Self::Nest(at),
        }
    }

    pub(super) fn apply(self, document: Vec<u8>) -> Vec<u8> {
        let place = |at: usize| document.len() * at / 1000;
        match self {
            Self::Cut(at) => document[..place(at)].to_vec(),
            Self::Drop(at) => replaced(&document, place(at), 1, b""),
            Self::Insert(at, bytes) => replaced(&document, place(at), 0, bytes),
            Self::DropMark(at) => {
                let marks = document.iter().enumerate().skip(place(at));
                match marks.clone().find(|(_, byte)| b"\"'{}[]:=,".contains(byte)) {
                    Some((mark, _)) => replaced(&document, mark, 1, b""),
                    None => document,
                }
            }
            Self::RepeatLine(at) => {
                of_lines(&document, at, |lines, at| lines.insert(at, lines[at].clone()))
            }
            Self::JoinLines(at) => of_lines(&document, at, |lines, at| {
                let _ = lines[at].pop();
            }),
            Self::SwapLines(at) => of_lines(&document, at, |lines, at| lines.swap(0, at)),
            Self::Nest(at) => replaced(&document, place(at), 0, &b"[".repeat(200)),
        }
    }
}

fn replaced(document: &[u8], at: usize, bytes: usize, with: &[u8]) -> Vec<u8> {
    let end = (at + bytes).min(document.len());
    [&document[..at], with, &document[end..]].concat()
}

/// Lines with their ends.
fn of_lines(document: &[u8], at: usize, change: impl FnOnce(&mut Vec<Vec<u8>>, usize)) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> =
        document.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if !lines.is_empty() {
        let at = (lines.len() * at / 1000).min(lines.len() - 1);
        change(&mut lines, at);
    }
    lines.concat()
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "    pairs {:?}\n    strangers {:?}", self.pairs, self.strangers)?;
        writeln!(f, "    damage {:?}, canaries {:?}", self.damage, self.canaries)?;
        writeln!(f, "    answers {:?} {:?}", self.wrong, self.odd)
    }
}
