//! The grammar of a key, `[place][@version][#key]`, read by the same code in a declaration's checks and in a load.

/// Where a value stands in a store: which secret, which version of it, and under which name in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    /// The secret, or none for the one that the source's entry names.
    pub(crate) place: Option<&'a str>,
    /// The version, or none for the current one.
    pub(crate) version: Option<&'a str>,
    /// The name in it, or none for the whole.
    pub(crate) key: Option<&'a str>,
}

/// What is wrong with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    Empty,
    TwoKeys,
    NoKey,
    TwoVersions,
    NoVersion,
    Blank,
}

impl<'a> Address<'a> {
    /// Reads a key.
    pub(crate) const fn read(text: &'a str) -> Result<Self, Mistake> {
        let bytes = text.as_bytes();
        let [first, ..] = bytes else { return Err(Mistake::Empty) };
        if matches!(*first, b' ' | b'\t') || matches!(bytes[bytes.len() - 1], b' ' | b'\t') {
            return Err(Mistake::Blank);
        }
        let (mut at, mut hash, mut mark) = (0, None, None);
        while at < bytes.len() {
            match (bytes[at], hash, mark) {
                (b'#', Some(_), _) => return Err(Mistake::TwoKeys),
                (b'#', None, _) => hash = Some(at),
                (b'@', None, Some(_)) => return Err(Mistake::TwoVersions),
                (b'@', None, None) => mark = Some(at),
                _ => {}
            }
            at += 1;
        }
        let (head, key) = split(text, hash);
        let (place, version) = split(head, mark);
        if let Some(key) = key
            && key.is_empty()
        {
            return Err(Mistake::NoKey);
        }
        if let Some(version) = version
            && version.is_empty()
        {
            return Err(Mistake::NoVersion);
        }
        let place = if place.is_empty() { None } else { Some(place) };
        Ok(Self { place, version, key })
    }
}

impl Mistake {
    /// What a person has to know of it.
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::Empty => "the key is empty",
            Self::TwoKeys => "two `#` in one key",
            Self::NoKey => "nothing stands behind `#`",
            Self::TwoVersions => "two `@` in one key",
            Self::NoVersion => "no version stands behind `@`",
            Self::Blank => "a key does not begin or end with a blank",
        }
    }
}

/// What stands before and behind the byte at that offset.
const fn split(text: &str, at: Option<usize>) -> (&str, Option<&str>) {
    let Some(at) = at else { return (text, None) };
    let (before, behind) = text.split_at(at);
    let (_, behind) = behind.split_at(1);
    (before, Some(behind))
}

#[cfg(test)]
mod tests {
    use super::{Address, Mistake};

    fn address<'a>(
        place: Option<&'a str>,
        version: Option<&'a str>,
        key: Option<&'a str>,
    ) -> Result<Address<'a>, Mistake> {
        Ok(Address { place, version, key })
    }

    #[test]
    fn every_part_may_be_left_out() {
        assert_eq!(Address::read("secret/db#url"), address(Some("secret/db"), None, Some("url")));
        assert_eq!(Address::read("db@7#url"), address(Some("db"), Some("7"), Some("url")));
        assert_eq!(Address::read("db@AWSPENDING"), address(Some("db"), Some("AWSPENDING"), None));
        assert_eq!(Address::read("db"), address(Some("db"), None, None));
        assert_eq!(Address::read("#url"), address(None, None, Some("url")));
        assert_eq!(Address::read("@7#url"), address(None, Some("7"), Some("url")));
    }

    #[test]
    fn a_mark_behind_the_hash_belongs_to_the_name() {
        assert_eq!(Address::read("db#a@b"), address(Some("db"), None, Some("a@b")));
        assert_eq!(Address::read("db@1#a@b"), address(Some("db"), Some("1"), Some("a@b")));
    }

    #[test]
    fn each_mistake_is_told_apart() {
        for (text, mistake) in [
            ("", Mistake::Empty),
            (" db", Mistake::Blank),
            ("db ", Mistake::Blank),
            ("db#", Mistake::NoKey),
            ("db#a#b", Mistake::TwoKeys),
            ("db@#a", Mistake::NoVersion),
            ("db@", Mistake::NoVersion),
            ("db@1@2", Mistake::TwoVersions),
        ] {
            assert_eq!(Address::read(text), Err(mistake), "{text:?}");
        }
    }

    #[test]
    fn characters_of_several_bytes_are_kept_whole() {
        assert_eq!(Address::read("ä@ö#ü"), address(Some("ä"), Some("ö"), Some("ü")));
    }

    #[cfg(feature = "testing")]
    proptest::proptest! {
        #[test]
        fn any_text_is_an_address_made_of_its_parts_or_says_what_is_wrong(text in "[a#@ é/]{0,12}|.{0,20}") {
            crate::__private::fuzz::key(text.as_bytes());
        }
    }
}
