//! What holds for every text.

use base64::Engine as _;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::super::number::Unread;
use super::super::{
    Format, boolean, check_pattern, decode_base64, decode_hex, duration, looks_like_a_secret,
    number, pattern, size,
};

/// Texts that come close to what the judges look for.
fn near_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-a-z0-9:/@.%\\[\\]{}\",=+ \\\\]{0,40}",
        "(https?|postgres|mailto):[-/a-z0-9:@.%\\[\\]?#,]{0,30}",
        "[0-9_. kKmMgGiIbBhsdwyun]{0,12}",
        "-----BEGIN [A-Z]{0,2}-----\n[A-Za-z0-9+/=\n]{0,12}\n-----END [A-Z]{0,2}-----",
        "[a-zA-Z0-9_=.-]{0,60}",
    ]
}

/// One item of a pattern, the same as a regular expression, and a text that fits it.
fn item() -> impl Strategy<Value = (String, String, String)> {
    let set = prop_oneof![
        "[abcü]".prop_map(|literal| (literal.clone(), literal.clone(), literal)),
        Just(("?".to_owned(), "(?s:.)".to_owned(), "b".to_owned())),
        Just(("[a-c]".to_owned(), "[a-c]".to_owned(), "c".to_owned())),
        Just(("[-b]".to_owned(), "[-b]".to_owned(), "-".to_owned())),
        Just(("[aü]".to_owned(), "[aü]".to_owned(), "ü".to_owned())),
    ];
    let count = prop_oneof![
        3 => Just((String::new(), 1)),
        1 => (0..4usize).prop_map(|n| (format!("{{{n}}}"), n)),
        1 => (0..4usize).prop_map(|n| (format!("{{{n},}}"), n + 1)),
        1 => (0..3usize, 0..3usize).prop_map(|(n, more)| (format!("{{{n},{}}}", n + more), n)),
        1 => (60..70usize, 0..3usize).prop_map(|(n, more)| (format!("{{{n},{}}}", n + more), n + more)),
    ];
    prop_oneof![
        4 => (set, count).prop_map(|((ours, theirs, one), (count, times))| (ours + &count, theirs + &count, one.repeat(times))),
        1 => Just(("*".to_owned(), "(?s:.*)".to_owned(), "ab".to_owned())),
    ]
}

fn engine(alphabet: &Alphabet, padding: DecodePaddingMode) -> GeneralPurpose {
    GeneralPurpose::new(alphabet, GeneralPurposeConfig::new().with_decode_padding_mode(padding))
}

/// What the base64 crate reads with the one or the other alphabet, with the whole padding or with none.
fn base64_crate(text: &str) -> Option<Vec<u8>> {
    let paddings = [DecodePaddingMode::RequireCanonical, DecodePaddingMode::RequireNone];
    let mut engines = paddings
        .into_iter()
        .flat_map(|padding| [engine(&STANDARD, padding), engine(&URL_SAFE, padding)]);
    engines.find_map(|engine| engine.decode(text).ok())
}

proptest! {
    #[test]
    fn no_text_makes_a_judge_panic(text in near_text(), other in near_text()) {
        for name in Format::NAMES {
            let _ = Format::named(name).unwrap().matches(&text);
        }
        for format in [Format::Url(&["https"]), Format::Hex(Some(2)), Format::Base64(Some(2)), Format::Regex("a*")] {
            let _ = format.matches(&text);
        }
        let _ = pattern::fits(&other, &text);
        let _ = looks_like_a_secret(&text);
        let _ = (boolean::parse(&text), number::parse(&text), size::parse(&text), duration::parse(&text));
    }

    #[test]
    fn a_pattern_fits_what_its_regular_expression_matches(
        items in prop::collection::vec(item(), 1..7),
        text in prop_oneof!["[abcü-]{0,8}", "[ab]{50,140}", "a{55,75}[abc]{0,3}"],
    ) {
        let ours: String = items.iter().map(|item| item.0.as_str()).collect();
        let theirs: String = items.iter().map(|item| item.1.as_str()).collect();
        prop_assert_eq!(check_pattern(&ours), Ok(()));
        let regex = regex_lite::Regex::new(&format!("^{theirs}$")).unwrap();
        prop_assert_eq!(pattern::fits(&ours, &text), regex.is_match(&text), "{} on {}", ours, text);
    }

    #[test]
    fn a_checked_pattern_never_lacks_room(items in prop::collection::vec(item(), 0..150)) {
        let ours: String = items.iter().map(|item| item.0.as_str()).collect();
        let text: String = items.iter().map(|item| item.2.as_str()).collect();
        if check_pattern(&format!("*{ours}")).is_ok() {
            prop_assert!(pattern::fits(&format!("*{ours}"), &text), "{} on {}", ours, text);
        }
    }

    #[test]
    fn durations_read_as_humantime_reads_them(
        text in prop_oneof!["([0-9]{1,22}[. ]{0,1}[0-9]{0,3} ?(n|u|µ|m)?(s|m|h|d|w|y|M|sec|min|month|years|nanos|usec|x)? ?){1,3}", near_text()],
    ) {
        match (duration::parse(&text), std::panic::catch_unwind(|| humantime::parse_duration(&text))) {
            (Ok(ours), Ok(theirs)) => prop_assert_eq!(Ok(ours), theirs),
            (Err(Unread::TooLarge), Err(_)) => {}
            (Err(_), Ok(theirs)) => prop_assert!(theirs.is_err(), "{:?} is {:?}", text, theirs),
            (ours, Err(_)) => prop_assert!(false, "{:?} is {:?}", text, ours),
        }
    }

    #[test]
    fn durations_round_trip(seconds in 0u64..=1 << 40, nanos in 0u32..1_000_000_000) {
        let duration = std::time::Duration::new(seconds, nanos);
        prop_assert_eq!(duration::parse(&humantime::format_duration(duration).to_string()), Ok(duration));
    }

    #[test]
    fn a_uuid_is_what_the_uuid_crate_reads_with_hyphens(
        text in prop_oneof!["[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "[0-9a-g-]{35,37}", near_text()],
    ) {
        let theirs = uuid::Uuid::try_parse(&text).is_ok() && text.len() == 36 && text.starts_with(|c: char| c.is_ascii_hexdigit());
        prop_assert_eq!(Format::Uuid.accepts(&text), theirs);
    }

    #[test]
    fn base64_reads_as_the_base64_crate_reads_it(
        text in prop_oneof!["[A-Za-d0-1+/]{1,9}={0,2}", "[A-Za-d0-1_-]{1,9}={0,2}", "[A-D+_/-]{1,6}", near_text()],
    ) {
        let theirs = base64_crate(&text).filter(|bytes| !bytes.is_empty());
        prop_assert_eq!(Format::Base64(None).accepts(&text), theirs.is_some());
        prop_assert_eq!(decode_base64(&text).map(|bytes| bytes.to_vec()), theirs);
    }

    #[test]
    fn bytes_round_trip_through_their_text(bytes in prop::collection::vec(any::<u8>(), 1..50)) {
        let padded = engine(&STANDARD, DecodePaddingMode::RequireCanonical).encode(&bytes);
        let url_safe = engine(&URL_SAFE, DecodePaddingMode::RequireCanonical).encode(&bytes);
        for text in [padded.as_str(), url_safe.trim_end_matches('=')] {
            prop_assert!(Format::Base64(Some(bytes.len())).accepts(text));
            prop_assert_eq!(decode_base64(text).map(|bytes| bytes.to_vec()), Some(bytes.clone()));
        }
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        prop_assert!(Format::Hex(Some(bytes.len())).accepts(&text));
        prop_assert_eq!(decode_hex(&text).map(|bytes| bytes.to_vec()), Some(bytes));
    }

    #[test]
    fn json_is_what_serde_json_reads(
        text in prop_oneof!["[\\[\\]{}:, \"a1.e\\\\u-]{0,14}", "\\{(\"a\": ?[0-9\\[\\]a-z\"]{0,4},? ?){0,3}\\}", near_text()],
    ) {
        let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        prop_assert_eq!(Format::Json.accepts(&text), theirs, "{:?}", text);
    }

    #[test]
    fn an_ipv6_address_is_what_std_reads(text in prop_oneof!["[0-9a-f:]{0,20}", "([0-9a-f]{0,4}:){1,8}[0-9a-f]{0,4}", "::[0-9.]{0,16}", "(1:){0,7}(:1){0,7}(1.2.3.4)?"]) {
        let theirs = text.parse::<std::net::Ipv6Addr>().is_ok();
        prop_assert_eq!(Format::HostPort.accepts(&format!("[{text}]:80")), theirs, "{:?}", text);
    }

    #[test]
    fn numbers_without_underscores_read_as_std_reads_them(text in "[+-]?[0-9]{0,41}") {
        prop_assert_eq!(number::parse(&text).ok().and_then(number::Integer::signed), text.parse::<i128>().ok());
        let unsigned = number::parse(&text).ok().and_then(number::Integer::unsigned);
        prop_assert!(unsigned == text.parse::<u128>().ok() || unsigned == Some(0) && text.starts_with('-'));
    }
}
