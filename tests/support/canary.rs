//! Canaries: values that must appear in no text, and finding them in any of the usual encodings.

use std::collections::HashSet;

use crate::random::Random;

/// So many characters of a canary in a row are a hit.
pub const FRAGMENT: usize = 8;

const WORDS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const AWKWARD: &str = "abcdefghijkLMNOPQRSTUVWXYZ0123456789\"\\/+&=%#$ '<>é漢";

/// A value that nobody may see, of letters and digits, as keys and tokens have them.
pub fn plain(random: &mut Random) -> String {
    let length = 20 + random.below(20);
    loop {
        let text = random.text(WORDS, length);
        let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
        if numbers.count() >= 2 {
            return text;
        }
    }
}

/// One with characters that every encoding writes otherwise.
pub fn awkward(random: &mut Random) -> String {
    let length = 18 + random.below(18);
    format!("k{}k", random.text(AWKWARD, length))
}

/// One of digits alone.
pub fn digits(random: &mut Random) -> String {
    let length = 18 + random.below(8);
    format!("{}{}", 1 + random.below(9), random.text("0123456789", length))
}

/// Finds canaries, whole or in part, in any of the usual encodings.
#[derive(Default)]
pub struct Finder {
    fragments: HashSet<[u8; FRAGMENT]>,
    /// A bit for each hash of a fragment: most windows of a text are settled by it.
    filter: Vec<u64>,
}

const FILTER_BITS: u32 = 16;

impl Finder {
    /// One that looks for these canaries.
    pub fn of<'a>(canaries: impl IntoIterator<Item = &'a str>) -> Self {
        let mut finder =
            Self { fragments: HashSet::new(), filter: vec![0; 1 << (FILTER_BITS - 6)] };
        for canary in canaries {
            for needle in encodings(canary) {
                finder.add(&needle);
            }
        }
        finder
    }

    fn add(&mut self, needle: &[u8]) {
        for window in needle.windows(FRAGMENT) {
            let fragment: [u8; FRAGMENT] = window.try_into().expect("windows have that size");
            let hash = hash(u64::from_be_bytes(fragment));
            self.filter[hash / 64] |= 1 << (hash % 64);
            self.fragments.insert(fragment);
        }
    }

    /// The first place in a text where a canary shows.
    #[must_use]
    pub fn hit(&self, text: &str) -> Option<usize> {
        let mut window = 0_u64;
        for (at, byte) in text.bytes().enumerate() {
            window = window << 8 | u64::from(byte);
            let hash = hash(window);
            if at + 1 >= FRAGMENT
                && self.filter[hash / 64] >> (hash % 64) & 1 == 1
                && self.fragments.contains(&window.to_be_bytes())
            {
                return Some(at + 1 - FRAGMENT);
            }
        }
        None
    }
}

fn hash(window: u64) -> usize {
    (window.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - FILTER_BITS)) as usize
}

/// How a text may be written: as it is, escaped for JSON and by Rust, percent-encoded, in hex, in base64 at each
/// alignment, and as the names of hosts are.
#[must_use]
pub fn encodings(text: &str) -> Vec<Vec<u8>> {
    let bytes = text.as_bytes();
    let mut encodings = vec![
        bytes.to_vec(),
        text.escape_debug().to_string().into_bytes(),
        text.escape_default().to_string().into_bytes(),
        json(text).into_bytes(),
        percent(bytes, false).into_bytes(),
        percent(bytes, true).into_bytes(),
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes(),
        bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>().into_bytes(),
    ];
    for skipped in 0..3.min(bytes.len()) {
        encodings.push(base64(&bytes[skipped..], b"+/"));
        encodings.push(base64(&bytes[skipped..], b"-_"));
    }
    encodings.push(text.to_lowercase().into_bytes());
    encodings
}

fn json(text: &str) -> String {
    let quoted = serde_json::to_string(text).expect("a text is JSON");
    quoted[1..quoted.len() - 1].to_owned()
}

fn percent(bytes: &[u8], lower: bool) -> String {
    bytes
        .iter()
        .map(|&byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ if lower => format!("%{byte:02x}"),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// The base64 of the whole groups of three bytes: what stands before and after does not change these characters.
fn base64(bytes: &[u8], last_two: &[u8; 2]) -> Vec<u8> {
    let alphabet: Vec<u8> = (b'A'..=b'Z')
        .chain(b'a'..=b'z')
        .chain(b'0'..=b'9')
        .chain(last_two.iter().copied())
        .collect();
    bytes
        .chunks_exact(3)
        .flat_map(|group| {
            let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
            [18, 12, 6, 0].map(|shift| alphabet[(bits >> shift) as usize & 63])
        })
        .collect()
}
