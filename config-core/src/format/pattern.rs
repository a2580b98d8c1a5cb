//! Patterns: literal text, `*`, `?`, `[A-Za-z0-9_-]`, and the counts `{n}`, `{n,}`, `{n,m}`.
//!
//! A pattern is a row of items, each a set of characters with a count. Matching follows every way through the row at
//! once, so that its time is the length of the text times the length of the pattern, whatever the pattern.

use super::scan::char_at;

/// How often an item may be asked to stand; a count without an upper end has none.
const MOST: u32 = 1000;
/// How many items, and how many words of counts, may follow the first item that varies in length.
const ROOM: usize = 128;
const UNBOUNDED: u32 = u32::MAX;

/// What is wrong with a pattern.
///
/// ```
/// let error = config_core::check_pattern("key-[a-z").unwrap_err();
/// assert_eq!((error.offset(), error.message()), (4, "`[` has no `]`"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatternError {
    flaw: Flaw,
    offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    Empty,
    OpenSet,
    EmptySet,
    Negated,
    Backwards,
    OpenCount,
    NoNumber,
    TooMany,
    CountBackwards,
    NothingToCount,
    CountedStar,
    CountedTwice,
    StrayEnd,
    TooLong,
}

/// A set of characters and how many of them in a row.
#[derive(Clone, Copy)]
struct Item {
    set: Set,
    least: u32,
    most: u32,
}

#[derive(Clone, Copy)]
enum Set {
    Any,
    One(u32),
    /// What stands between the brackets, as offsets into the pattern.
    Listed(usize, usize),
}

struct Parser<'p> {
    pattern: &'p [u8],
    at: usize,
}

impl PatternError {
    /// What is wrong, in words that say what to write instead.
    #[must_use]
    pub const fn message(&self) -> &'static str {
        match self.flaw {
            Flaw::Empty => "the pattern is empty; write `any` for any text",
            Flaw::OpenSet => "`[` has no `]`",
            Flaw::EmptySet => "the set `[]` has no characters",
            Flaw::Negated => "a set cannot be negated with `^`; list the characters it may have",
            Flaw::Backwards => {
                "a range in a set runs from the smaller to the larger character, as `a-z`"
            }
            Flaw::OpenCount => "a count is `{n}`, `{n,}` or `{n,m}`",
            Flaw::NoNumber => "a count needs a number: `{n}`, `{n,}` or `{n,m}`",
            Flaw::TooMany => "a count is at most 1000; `{n,}` has no upper end",
            Flaw::CountBackwards => "a count `{n,m}` runs from the smaller to the larger number",
            Flaw::NothingToCount => "a count follows a character, `?` or a set",
            Flaw::CountedStar => {
                "`*` already means any number; write `?{n,m}` to count any characters"
            }
            Flaw::CountedTwice => "an item has one count",
            Flaw::StrayEnd => "`]` or `}` without its beginning; a literal `}` is written `[}]`",
            Flaw::TooLong => "the pattern is too long",
        }
    }

    /// Where in the pattern, in bytes.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl std::fmt::Display for PatternError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for PatternError {}

/// Whether a pattern is well formed.
///
/// ```
/// assert!(config_core::check_pattern("sk-[A-Za-z0-9]{20,}").is_ok());
/// ```
///
/// # Errors
/// What is wrong and where.
pub const fn check_pattern(pattern: &str) -> Result<(), PatternError> {
    if pattern.is_empty() {
        return Err(PatternError { flaw: Flaw::Empty, offset: 0 });
    }
    let mut parser = Parser::new(pattern);
    let mut varies = false;
    let mut items = 0;
    let mut words = 0;
    loop {
        let start = parser.at;
        match parser.next() {
            Err(error) => return Err(error),
            Ok(None) => return Ok(()),
            Ok(Some(item)) => {
                varies = varies || !item.is_fixed();
                if varies {
                    items += 1;
                    words += item.words();
                }
                if items > ROOM || words > ROOM {
                    return Err(PatternError { flaw: Flaw::TooLong, offset: start });
                }
            }
        }
    }
}

/// Whether the whole text fits the pattern. A pattern that is not well formed fits nothing.
pub const fn fits(pattern: &str, text: &str) -> bool {
    let text = text.as_bytes();
    let mut parser = Parser::new(pattern);
    let mut at = 0;
    loop {
        let item = match parser.next() {
            Err(_) => return false,
            Ok(None) => return at == text.len(),
            Ok(Some(item)) => item,
        };
        if item.is_fixed() {
            match item.take(parser.pattern, text, at) {
                Some(next) => at = next,
                None => return false,
            }
        } else if parser.at == parser.pattern.len() {
            return item.covers(parser.pattern, text, at);
        } else {
            return Search::follow(item, parser, text, at);
        }
    }
}

impl<'p> Parser<'p> {
    const fn new(pattern: &'p str) -> Self {
        Self { pattern: pattern.as_bytes(), at: 0 }
    }

    const fn peek(&self) -> u8 {
        if self.at < self.pattern.len() { self.pattern[self.at] } else { 0 }
    }

    const fn fail<T>(&self, flaw: Flaw, offset: usize) -> Result<T, PatternError> {
        Err(PatternError { flaw, offset })
    }

    /// The next item; none at the end.
    const fn next(&mut self) -> Result<Option<Item>, PatternError> {
        if self.at == self.pattern.len() {
            return Ok(None);
        }
        let start = self.at;
        let (first, after) = char_at(self.pattern, start);
        self.at = after;
        let set = match self.pattern[start] {
            b'*' if self.peek() == b'{' => return self.fail(Flaw::CountedStar, self.at),
            b'*' => return Ok(Some(Item { set: Set::Any, least: 0, most: UNBOUNDED })),
            b'{' => return self.fail(Flaw::NothingToCount, start),
            b']' | b'}' => return self.fail(Flaw::StrayEnd, start),
            b'?' => Set::Any,
            b'[' => match self.set(start) {
                Ok(set) => set,
                Err(error) => return Err(error),
            },
            _ => Set::One(first),
        };
        if self.peek() != b'{' {
            return Ok(Some(Item { set, least: 1, most: 1 }));
        }
        match self.count() {
            Ok((least, most)) => Ok(Some(Item { set, least, most })),
            Err(error) => Err(error),
        }
    }

    /// The set whose `[` stands at `start`; leaves the parser behind its `]`.
    const fn set(&mut self, start: usize) -> Result<Set, PatternError> {
        let from = self.at;
        let to = super::scan::find(self.pattern, from, b']');
        if to == self.pattern.len() {
            return self.fail(Flaw::OpenSet, start);
        }
        if to == from {
            return self.fail(Flaw::EmptySet, start);
        }
        if self.pattern[from] == b'^' {
            return self.fail(Flaw::Negated, from);
        }
        let mut at = from;
        while at < to {
            let (low, high, next) = range(self.pattern, at, to);
            if low > high {
                return self.fail(Flaw::Backwards, at);
            }
            at = next;
        }
        self.at = to + 1;
        Ok(Set::Listed(from, to))
    }

    const fn count(&mut self) -> Result<(u32, u32), PatternError> {
        let start = self.at;
        self.at += 1;
        let least = match self.number() {
            Ok(number) => number,
            Err(error) => return Err(error),
        };
        let mut most = least;
        if self.peek() == b',' {
            self.at += 1;
            most = UNBOUNDED;
            if self.peek() != b'}' {
                most = match self.number() {
                    Ok(number) => number,
                    Err(error) => return Err(error),
                };
            }
        }
        if self.peek() != b'}' {
            return self.fail(Flaw::OpenCount, start);
        }
        self.at += 1;
        if self.peek() == b'{' {
            return self.fail(Flaw::CountedTwice, self.at);
        }
        if least > most {
            return self.fail(Flaw::CountBackwards, start);
        }
        Ok((least, most))
    }

    const fn number(&mut self) -> Result<u32, PatternError> {
        let start = self.at;
        let mut number = 0;
        while self.peek().is_ascii_digit() {
            number = number * 10 + (self.peek() - b'0') as u32;
            if number > MOST {
                return self.fail(Flaw::TooMany, start);
            }
            self.at += 1;
        }
        if self.at == start {
            return self.fail(Flaw::NoNumber, start);
        }
        Ok(number)
    }
}

/// The range of characters that begins at `at` in a set that ends at `to`, and where the next one begins.
const fn range(pattern: &[u8], at: usize, to: usize) -> (u32, u32, usize) {
    let (low, next) = char_at(pattern, at);
    if next + 1 < to && pattern[next] == b'-' {
        let (high, after) = char_at(pattern, next + 1);
        return (low, high, after);
    }
    (low, low, next)
}

impl Item {
    const fn is_fixed(&self) -> bool {
        self.least == self.most
    }

    /// The largest count that has to be told apart from the others.
    const fn top(&self) -> usize {
        if self.most == UNBOUNDED { self.least as usize } else { self.most as usize }
    }

    const fn words(&self) -> usize {
        self.top() / 64 + 1
    }

    const fn has(&self, pattern: &[u8], character: u32) -> bool {
        match self.set {
            Set::Any => true,
            Set::One(one) => one == character,
            Set::Listed(from, to) => {
                let mut at = from;
                while at < to {
                    let (low, high, next) = range(pattern, at, to);
                    if low <= character && character <= high {
                        return true;
                    }
                    at = next;
                }
                false
            }
        }
    }

    /// Where the text goes on after this item of a fixed length.
    const fn take(&self, pattern: &[u8], text: &[u8], mut at: usize) -> Option<usize> {
        let mut count = 0;
        while count < self.least {
            if at == text.len() {
                return None;
            }
            let (character, next) = char_at(text, at);
            if !self.has(pattern, character) {
                return None;
            }
            at = next;
            count += 1;
        }
        Some(at)
    }

    /// Whether this item alone takes the whole rest of the text.
    const fn covers(&self, pattern: &[u8], text: &[u8], mut at: usize) -> bool {
        if let (Set::Any, 0, UNBOUNDED) = (self.set, self.least, self.most) {
            return true;
        }
        let mut count = 0;
        while at < text.len() {
            let (character, next) = char_at(text, at);
            if count == self.most || !self.has(pattern, character) {
                return false;
            }
            at = next;
            count += 1;
        }
        count >= self.least
    }
}

/// All the ways through the items that are still open: for each item, the counts it may have reached, as bits.
struct Search {
    items: [Item; ROOM],
    begins: [usize; ROOM + 1],
    length: usize,
    counts: [u64; ROOM],
}

impl Search {
    const fn follow(first: Item, mut parser: Parser<'_>, text: &[u8], mut at: usize) -> bool {
        let mut search =
            Self { items: [first; ROOM], begins: [0; ROOM + 1], length: 1, counts: [0; ROOM] };
        search.begins[1] = first.words();
        loop {
            match parser.next() {
                Err(_) => return false,
                Ok(None) => break,
                Ok(Some(item)) => {
                    let end = search.begins[search.length] + item.words();
                    if search.length == ROOM || end > ROOM {
                        return false;
                    }
                    search.items[search.length] = item;
                    search.length += 1;
                    search.begins[search.length] = end;
                }
            }
        }
        search.counts[0] = 1;
        let mut done = search.pass_on();
        while at < text.len() {
            let (character, next) = char_at(text, at);
            if !search.step(parser.pattern, character) {
                return false;
            }
            done = search.pass_on();
            at = next;
        }
        done
    }

    /// Takes one character on every open way; whether any is left.
    const fn step(&mut self, pattern: &[u8], character: u32) -> bool {
        let mut open = 0;
        let mut i = 0;
        while i < self.length {
            let (begin, end) = (self.begins[i], self.begins[i + 1]);
            let item = &self.items[i];
            let mut any = 0;
            let mut word = begin;
            while word < end {
                any |= self.counts[word];
                word += 1;
            }
            if any != 0 {
                let takes = item.has(pattern, character);
                let top = item.top();
                let stays =
                    takes && item.most == UNBOUNDED && self.counts[end - 1] >> (top % 64) & 1 == 1;
                let mut carry = 0;
                word = begin;
                while word < end {
                    let counts = self.counts[word];
                    self.counts[word] = if takes { counts << 1 | carry } else { 0 };
                    carry = counts >> 63;
                    word += 1;
                }
                self.counts[end - 1] &= u64::MAX >> (63 - top % 64);
                self.counts[end - 1] |= (stays as u64) << (top % 64);
                word = begin;
                while word < end {
                    open |= self.counts[word];
                    word += 1;
                }
            }
            i += 1;
        }
        open != 0
    }

    /// Opens each item whose predecessor may end here; whether the last one may.
    const fn pass_on(&mut self) -> bool {
        let mut i = 0;
        loop {
            let least = self.items[i].least as usize;
            let mut word = self.begins[i] + least / 64;
            let mut reached = self.counts[word] & u64::MAX << (least % 64);
            word += 1;
            while word < self.begins[i + 1] {
                reached |= self.counts[word];
                word += 1;
            }
            i += 1;
            if i == self.length {
                return reached != 0;
            }
            if reached != 0 {
                self.counts[self.begins[i]] |= 1;
            }
        }
    }
}
