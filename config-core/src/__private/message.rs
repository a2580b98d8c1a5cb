//! Texts put together in const evaluation, for messages that name what is there and what was meant.

use crate::schema::index::same;

/// A text that grows; what does not fit is cut off.
pub(crate) struct Message {
    bytes: [u8; Self::ROOM],
    len: usize,
}

impl Message {
    const ROOM: usize = 2048;

    /// A message that begins with a text.
    pub(crate) const fn new(text: &str) -> Self {
        Self { bytes: [0; Self::ROOM], len: 0 }.text(text)
    }

    /// Adds a text.
    pub(crate) const fn text(mut self, text: &str) -> Self {
        let room = Self::ROOM - self.len;
        let (text, _) = text.as_bytes().split_at(boundary(text, room));
        let (_, free) = self.bytes.split_at_mut(self.len);
        let (place, _) = free.split_at_mut(text.len());
        place.copy_from_slice(text);
        self.len += text.len();
        self
    }

    /// Adds a text in back-ticks.
    pub(crate) const fn code(self, text: &str) -> Self {
        self.text("`").text(text).text("`")
    }

    /// Adds a number.
    pub(crate) const fn number(self, number: i128) -> Self {
        let mut digits = [0; 40];
        let mut at = digits.len();
        let mut rest = number.unsigned_abs();
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let (_, digits) = digits.split_at(at);
        let sign = if number < 0 { "-" } else { "" };
        match core::str::from_utf8(digits) {
            Ok(digits) => self.text(sign).text(digits),
            Err(_) => self,
        }
    }

    /// The whole.
    pub(crate) const fn as_str(&self) -> &str {
        let (bytes, _) = self.bytes.split_at(self.len);
        match core::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

/// Where a text that is longer than the room can be cut.
const fn boundary(text: &str, room: usize) -> usize {
    if text.len() <= room {
        return text.len();
    }
    let mut at = room;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The nearest of some names, kept while they are looked through.
pub(crate) struct Nearest<'a> {
    typed: &'a str,
    name: Option<&'static str>,
    distance: usize,
}

impl<'a> Nearest<'a> {
    /// Looks for what a name was meant to be.
    pub(crate) const fn to(typed: &'a str) -> Self {
        let third = typed.len() / 3;
        Self { typed, name: None, distance: if third == 0 { 2 } else { third + 1 } }
    }

    /// Looks at one more name.
    pub(crate) const fn or(mut self, name: &'static str) -> Self {
        let distance = distance(self.typed.as_bytes(), name.as_bytes());
        if distance < self.distance {
            self.distance = distance;
            self.name = Some(name);
        }
        self
    }

    /// The one found.
    pub(crate) const fn name(self) -> Option<&'static str> {
        self.name
    }
}

/// The longest names that are compared letter by letter.
const LONGEST: usize = 32;

/// How many letters have to be put in, taken out, replaced, or swapped with their neighbour.
const fn distance(left: &[u8], right: &[u8]) -> usize {
    if left.len() >= LONGEST || right.len() >= LONGEST {
        return if same(left, right) { 0 } else { LONGEST };
    }
    let mut rows = [[0; LONGEST]; 3];
    let mut column = 0;
    while column <= right.len() {
        rows[0][column] = column;
        column += 1;
    }
    let mut row = 1;
    while row <= left.len() {
        let (now, above, before) = (row % 3, (row + 2) % 3, (row + 1) % 3);
        rows[now][0] = row;
        column = 1;
        while column <= right.len() {
            let (a, b) = (left[row - 1], right[column - 1]);
            let mut least = rows[above][column - 1] + (a != b) as usize;
            least = min(least, rows[above][column] + 1);
            least = min(least, rows[now][column - 1] + 1);
            if row > 1 && column > 1 && a == right[column - 2] && left[row - 2] == b {
                least = min(least, rows[before][column - 2] + 1);
            }
            rows[now][column] = least;
            column += 1;
        }
        row += 1;
    }
    rows[left.len() % 3][right.len()]
}

const fn min(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::{Message, Nearest};

    #[test]
    fn a_message_is_put_together_of_texts_and_numbers() {
        const MESSAGE: Message =
            Message::new("from ").number(-128).text(" to ").code("x").number(0);
        assert_eq!(MESSAGE.as_str(), "from -128 to `x`0");
        assert_eq!(Message::new("").number(i128::MIN).as_str(), i128::MIN.to_string());
    }

    #[test]
    fn what_does_not_fit_is_cut_between_characters() {
        let mut message = Message::new("a");
        for _ in 0..2000 {
            message = message.text("ä");
        }
        assert_eq!(message.as_str().len(), Message::ROOM - 1);
    }

    #[test]
    fn the_nearest_name_is_found_where_one_is_near() {
        const MEANT: Option<&str> = Nearest::to("evn").or("dotenv").or("env").name();
        assert_eq!(MEANT, Some("env"));
        assert_eq!(Nearest::to("anthropc").or("anthropic").or("any").name(), Some("anthropic"));
        assert_eq!(Nearest::to("registry").or("dir").or("env").name(), None);
        assert_eq!(Nearest::to("a_name_that_is_longer_than_all_the_others").or("dir").name(), None);
    }
}
