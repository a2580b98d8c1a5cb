use super::{Canaries, assert_no_secrets};

/// Every sort of character that an encoding changes: quotes, a backslash, a slash, a percent sign, letters beyond ASCII.
const SECRET: &str = "n0t-\"a\\real/s%cr+t=é😀~w0rd";

fn canaries() -> Canaries {
    Canaries::none().and("token", SECRET)
}

/// The leaks of a text, as a failed assertion lists them.
fn leaks(text: &str) -> Vec<String> {
    canaries().leaks(text).iter().map(ToString::to_string).collect()
}

fn base64(bytes: &[u8], alphabet: &[u8; 64]) -> String {
    let letter = |group: &[u8], index: usize| {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        char::from(alphabet[(bits >> (18 - 6 * index)) as usize & 63])
    };
    bytes
        .chunks(3)
        .flat_map(|group| (0..=group.len()).map(move |index| letter(group, index)))
        .collect()
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn percent(text: &str, keep: impl Fn(u8) -> bool) -> String {
    text.bytes()
        .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[test]
fn a_text_without_the_secret_has_no_leak() {
    let innocent = [
        "",
        "3 settings could not be loaded (profile production)\n\n  token   missing\n      looked in   env APP_TOKEN (not set)",
        "the token has 25 characters",
        "aGVsbG8gd29ybGQsIHRoaXMgaXMgbm90aGluZw== 6e6f7468696e67 [110, 111, 116, 104, 105, 110, 103] %20%41 \\u0041\\n",
    ];
    for text in innocent {
        assert_eq!(leaks(text), [""; 0], "{text}");
    }
}

#[test]
fn the_plain_secret_is_found_with_its_line() {
    assert_eq!(leaks(&format!("one\ntwo: {SECRET}.\n")), ["line 2 holds `token`"]);
}

#[test]
fn eight_characters_in_a_row_are_found_and_seven_are_not() {
    let from_the_middle: String = SECRET.chars().skip(5).take(8).collect();
    assert_eq!(leaks(&format!("<{from_the_middle}>")), ["line 1 holds a piece of `token`"]);
    let seven: String = SECRET.chars().skip(5).take(7).collect();
    assert_eq!(leaks(&format!("<{seven}>")), [""; 0]);
}

#[test]
fn the_escapes_of_debug_and_of_json_are_undone() {
    let debug = format!("{SECRET:?}");
    assert_eq!(leaks(&debug), ["line 1 holds `token`, escaped"]);
    assert_eq!(leaks(&SECRET.escape_unicode().to_string()), ["line 1 holds `token`, escaped"]);
    assert_eq!(
        leaks(&SECRET.as_bytes().escape_ascii().to_string()),
        ["line 1 holds `token`, escaped"]
    );
    let json = serde_json::to_string(SECRET).unwrap();
    assert_eq!(leaks(&json), ["line 1 holds `token`, escaped"]);
    let ascii: String = json
        .encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect();
    assert_eq!(leaks(&ascii.replace('/', "\\/")), ["line 1 holds `token`, escaped"]);
}

#[test]
fn percent_encoding_is_undone_however_much_of_it_is_encoded() {
    let strict = percent(SECRET, |byte| byte.is_ascii_alphanumeric());
    assert_eq!(
        leaks(&format!("postgres://app:{strict}@db")),
        ["line 1 holds `token`, percent-encoded"]
    );
    assert_eq!(
        leaks(&strict.to_lowercase().replace("%c3%a9", "%C3%a9"))[..],
        ["line 1 holds `token`, percent-encoded"]
    );
    assert_eq!(leaks(&percent(SECRET, |_| false)), ["line 1 holds `token`, percent-encoded"]);
    let spaced = Canaries::none().and("phrase", "not a real passphrase");
    assert_eq!(spaced.leaks("p=not+a+real+passphrase").len(), 1);
}

#[test]
fn base64_is_undone_in_both_alphabets_at_every_alignment_padded_or_not() {
    for alphabet in [STANDARD, URL_SAFE] {
        for before in ["", "a", "ab", "abc", "user:"] {
            for after in ["", "z", "zz"] {
                let encoded = base64(format!("{before}{SECRET}{after}").as_bytes(), alphabet);
                let expected = ["line 1 holds `token`, as base64"];
                assert_eq!(leaks(&format!("Basic {encoded}")), expected, "{before} {after}");
                assert_eq!(leaks(&format!("Basic {encoded}==.")), expected, "{before} {after}");
                assert_eq!(
                    leaks(&format!("x/{encoded}")),
                    expected,
                    "{before} {after}: glued to a letter"
                );
            }
        }
    }
}

#[test]
fn the_letters_in_which_the_two_alphabets_differ_are_undone() {
    let canaries = Canaries::none().and("token", "?>~?>~?>~?>~&??");
    for (alphabet, letters) in [(STANDARD, ['+', '/']), (URL_SAFE, ['-', '_'])] {
        let encoded = base64(b"a?>~?>~?>~?>~&??", alphabet);
        assert!(letters.iter().all(|letter| encoded.contains(*letter)), "{encoded}");
        assert!(canaries.leaks(&encoded)[0].is_whole(), "{encoded}");
    }
}

#[test]
fn base64_that_is_broken_into_lines_is_undone() {
    let encoded = base64(SECRET.as_bytes(), STANDARD);
    let (first, second) = encoded.split_at(17);
    assert_eq!(leaks(&format!("key:\n{first}\r\n{second}")).len(), 1);
}

#[test]
fn hex_is_undone_in_either_case_and_at_either_alignment() {
    let lower: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    let expected = ["line 1 holds `token`, as hex"];
    assert_eq!(leaks(&lower), expected);
    assert_eq!(leaks(&lower.to_uppercase()), expected);
    assert_eq!(leaks(&format!("a{lower}")), expected);
    assert_eq!(leaks(&format!("0x{lower}")), expected);
}

#[test]
fn a_list_of_bytes_is_undone() {
    let expected = ["line 1 holds `token`, as a list of bytes"];
    assert_eq!(leaks(&format!("{:?}", SECRET.as_bytes())), expected);
    assert_eq!(leaks(&format!("{:02x?}", SECRET.as_bytes())), expected);
    assert_eq!(leaks(&format!("{:#04x?}", SECRET.as_bytes()).replace('\n', " ")), expected);
    assert_eq!(
        leaks(&format!("{:#?}", SECRET.as_bytes())),
        ["line 2 holds `token`, as a list of bytes"]
    );
    let dump: Vec<String> = SECRET.bytes().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(leaks(&dump.join(":")), expected);
}

#[test]
fn two_encodings_over_each_other_are_undone() {
    let json = serde_json::to_string(SECRET).unwrap();
    assert_eq!(leaks(&format!("{json:?}")), ["line 1 holds `token`, escaped and then escaped"]);
    let encoded = base64(format!("{{\"password\":{json}}}").as_bytes(), STANDARD);
    assert_eq!(leaks(&encoded), ["line 1 holds `token`, escaped and then as base64"]);
    let in_url = percent(&base64(SECRET.as_bytes(), STANDARD), |byte| byte.is_ascii_alphanumeric());
    assert_eq!(canaries().leaks(in_url).len(), 1);
}

#[test]
fn pieces_are_found_in_every_encoding() {
    let piece: String = SECRET.chars().skip(3).take(12).collect();
    let hex: String = piece.bytes().map(|byte| format!("{byte:02x}")).collect();
    let encoded = base64(format!("12{piece}").as_bytes(), URL_SAFE);
    for text in [
        format!("{piece:?}"),
        hex,
        encoded,
        percent(&piece, |_| false),
        format!("{:?}", piece.as_bytes()),
    ] {
        let leaks = canaries().leaks(&text);
        assert!(leaks.len() == 1 && !leaks[0].is_whole(), "{text}: {leaks:?}");
    }
}

#[test]
fn the_scheme_of_a_url_and_the_frame_of_a_pem_document_are_no_secrets() {
    let url = Canaries::none().and("database_url", "postgresql://app:n0t-a-real-one@db/app");
    assert!(url.leaks("expected a URL such as postgresql://user:password@host/name").is_empty());
    assert_eq!(url.leaks("got app:n0t-a-re").len(), 1);
    let pem = "-----BEGIN PRIVATE KEY-----\nbm90IGEgcmVhbCBrZXk\n-----END PRIVATE KEY-----\n";
    let key = Canaries::none().and("key", pem);
    assert!(key.leaks("must begin with -----BEGIN PRIVATE KEY-----").is_empty());
    assert_eq!(key.leaks("line 2 is bm90IGEgcmVhbCBrZXk").len(), 1);
}

#[test]
fn a_piece_that_is_known_as_public_is_no_leak_but_the_whole_secret_always_is() {
    let mut canaries = Canaries::none().and("token", "github_pat_n0tReal");
    canaries.expect(b"github_pat_*");
    assert!(canaries.leaks("expected github_pat_*").is_empty());
    assert_eq!(canaries.leaks("got hub_pat_n0").len(), 1);
    canaries.expect(b"github_pat_n0tReal");
    assert!(canaries.leaks("hub_pat_n0").is_empty());
    assert_eq!(canaries.leaks("github_pat_n0tReal").len(), 1);
}

#[test]
fn bytes_that_are_no_text_are_looked_for_too() {
    let bytes: Vec<u8> = (0..32).map(|index| 128 + index * 3).collect();
    let canaries = Canaries::none().and("key", &bytes);
    assert_eq!(canaries.leaks(&bytes[4..20]).len(), 1);
    assert_eq!(
        canaries.leaks(format!("{bytes:?}"))[0].to_string(),
        "line 1 holds `key`, as a list of bytes"
    );
    assert_eq!(canaries.leaks(base64(&bytes, STANDARD)).len(), 1);
}

#[test]
fn each_secret_is_told_by_its_own_name() {
    let canaries =
        Canaries::none().and("first", "not-a-real-first").and("second", "another-fake-one");
    let leaks = canaries.leaks("another-fake-one\nnot-a-real-first");
    let told: Vec<(&str, usize)> = leaks.iter().map(|leak| (leak.path(), leak.line())).collect();
    assert_eq!(told, [("first", 2), ("second", 1)]);
}

#[test]
fn no_value_is_in_the_debug_or_in_the_message_of_a_failed_assertion() {
    assert_eq!(format!("{:?}", canaries()), "[\"token\"]");
    let panic = std::panic::catch_unwind(|| assert_no_secrets(format!("<{SECRET}>"), canaries()))
        .unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert_eq!(message, "the text holds secrets:\n  line 1 holds `token`");
    assert_no_secrets(message, canaries());
}

#[test]
#[should_panic(expected = "no secret was loaded")]
fn an_assertion_about_no_secret_at_all_fails() {
    assert_no_secrets("anything", Canaries::none());
}

#[test]
#[should_panic(expected = "`pin` is too short to be looked for")]
fn an_assertion_about_a_secret_that_stands_in_any_text_fails() {
    assert_no_secrets("anything", Canaries::none().and("pin", "123"));
}
