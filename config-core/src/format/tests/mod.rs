//! What each format takes and what it does not.

mod properties;

use std::time::Duration;

use super::number::Unread;
use super::{
    Format, PRESETS, Preset, boolean, check_pattern, duration, looks_like_a_secret, number,
    pattern, size,
};

#[track_caller]
fn takes(format: Format, texts: &[&str]) {
    for text in texts {
        assert!(format.accepts(text), "{format:?} should take {text:?}");
        assert!(format.matches(text));
    }
}

#[track_caller]
fn refuses(format: Format, texts: &[&str]) {
    for text in texts {
        assert!(!format.accepts(text), "{format:?} should refuse {text:?}");
        assert!(!format.matches(text));
    }
}

#[track_caller]
fn fits(pattern: &str, texts: &[&str]) {
    assert_eq!(check_pattern(pattern), Ok(()));
    for text in texts {
        assert!(pattern::fits(pattern, text), "{pattern} should fit {text:?}");
    }
}

#[track_caller]
fn does_not_fit(pattern: &str, texts: &[&str]) {
    assert_eq!(check_pattern(pattern), Ok(()));
    for text in texts {
        assert!(!pattern::fits(pattern, text), "{pattern} should not fit {text:?}");
    }
}

#[test]
fn a_url_has_a_scheme_and_a_host() {
    let any = Format::Url(&[]);
    takes(
        any,
        &[
            "https://example.com",
            "HTTPS://EXAMPLE.com/",
            "http://user:pa%20ss@example.com:8080/a/b?c=d#e",
            "http://[2001:db8::1]:80/",
            "http://127.0.0.1",
            "https://münchen.example/straße",
            "postgres://app:pw@db-1:5432,db-2:5433/app?sslmode=require",
            "postgresql:///app?host=/var/run/postgresql",
            "postgresql://%2Fvar%2Frun/app",
            "mongodb+srv://u:p@cluster0.example.net/?retryWrites=true",
            "redis://:password@cache:6379/0",
            "file:///etc/app.toml",
            "mailto:ops@example.com",
            "sqlite::memory:",
            "jdbc:postgresql://db/app",
            "amqp://guest:gu@est@queue/",
        ],
    );
    refuses(
        any,
        &[
            "",
            "example.com",
            "example.com/path",
            "localhost:8080",
            "app:secret@db/app",
            "//example.com",
            "http:",
            "http:/example.com",
            "http://",
            "http:///path",
            "http://:80",
            "http://?q",
            "postgres://",
            "postgres:///",
            "http://user@",
            "http://a b",
            " http://a",
            "http://a\n",
            "http://a/\u{7f}",
            "http://a/\u{85}",
            "http://a/%",
            "http://a/%2",
            "http://a/%zz",
            "http://a:",
            "http://a:0",
            "http://a:65536",
            "http://a:80x",
            "http://a:$PORT",
            "http://<host>/",
            "http://[::1",
            "http://[::1]x",
            "http://[::g]",
            "http://1.2.3.256",
            "http://1.2.3",
            "1http://a",
            "ht tp://a",
            "mailto:",
        ],
    );
}

#[test]
fn a_url_with_declared_schemes_has_one_of_them() {
    let databases = Format::Url(&["postgres", "postgresql"]);
    takes(databases, &["postgres://db/app", "PostgreSQL://u:p@db/app"]);
    refuses(
        databases,
        &["mysql://db/app", "postgresqlx://db", "postgres", "postgres:", "postgres://"],
    );
    takes(Format::Url(&["custom"]), &["custom:anything"]);
}

#[test]
fn identifiers_and_tokens() {
    takes(
        Format::Uuid,
        &["67e55044-10b1-426f-9247-bb680e5fe0c8", "67E55044-10B1-426F-9247-BB680E5FE0C8"],
    );
    refuses(
        Format::Uuid,
        &[
            "",
            "67e5504410b1426f9247bb680e5fe0c8",
            "67e55044-10b1-426f-9247-bb680e5fe0cg",
            "67e55044-10b1-426f-9247bb680e5fe0c8-",
        ],
    );
    takes(Format::Jwt, &["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyB9.e30.AA"]);
    refuses(
        Format::Jwt,
        &[
            "",
            "..",
            "eyJhbGciOiJIUzI1NiJ9",
            "eyJhbGciOiJIUzI1NiJ9.e30",
            "eyJhbGciOiJIUzI1NiJ9.e30.",
            "eyJhbGciOiJIUzI1NiJ9.e30.c2ln.c2ln",
            "W10.e30.c2ln",
            "e30x.e30.c2ln",
            "eyJhbGciOiJIUzI1NiJ9.e30=.c2ln",
            "eyJhbGciOiJIUzI1NiJ9.e3+.c2ln",
        ],
    );
}

#[test]
fn a_pem_has_its_line_ends_and_both_labels() {
    takes(
        Format::Pem,
        &[
            "-----BEGIN A-----\nAAAA\n-----END A-----",
            "-----BEGIN A-----\r\nAAAA\r\nAA==\r\n-----END A-----\r\n",
            "subject=one\n-----BEGIN C-----\nAAA=\n-----END C-----\n\n-----BEGIN D-----\nAAAA\n-----END D-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        ],
    );
    refuses(
        Format::Pem,
        &[
            "",
            "AAAA",
            "-----BEGIN A-----",
            "-----BEGIN A-----\n-----END A-----",
            "-----BEGIN A-----\nAAAA\n-----END B-----",
            "-----BEGIN A-----\\nAAAA\\n-----END A-----",
            "-----BEGIN A----- AAAA -----END A-----",
            "-----BEGIN A-----\nAAA\n-----END A-----",
            "-----BEGIN A-----\nA*AA\n-----END A-----",
            "-----BEGIN A-----\nAAAA\n-----END A-----\n-----BEGIN A-----\nAAAA\n",
            "-----BEGIN -----\nAAAA\n-----END -----",
        ],
    );
}

#[test]
fn bytes_in_hexadecimal_and_base64_are_counted() {
    takes(Format::Hex(None), &["00", "beefBEEF"]);
    takes(Format::Hex(Some(2)), &["beef"]);
    refuses(Format::Hex(None), &["", "0", "0g", "0x00", "be ef"]);
    refuses(Format::Hex(Some(2)), &["be", "beef00"]);
    takes(Format::Base64(None), &["AA==", "AA", "+/+/", "-_-_", "AAA=", "AAA", "AAAA"]);
    takes(Format::Base64(Some(2)), &["AAA=", "AAA"]);
    refuses(
        Format::Base64(None),
        &["", "=", "A", "A===", "AA=", "AAA==", "AAAA=", "+-AA", "AB==", "AAB", "AA A", "AA\n"],
    );
    refuses(Format::Base64(Some(2)), &["AAAA", "AA"]);
}

#[test]
fn addresses_of_people_and_hosts() {
    takes(Format::Email, &["a@b", "first.last+tag@sub.example.com", "!#$%&'*+/=?^_`{|}~-@a"]);
    refuses(
        Format::Email,
        &[
            "",
            "a",
            "@a",
            "a@",
            "a@b@c",
            "a b@c",
            "a@-b",
            "a@b-",
            "a@b..c",
            "a@b_c",
            "ä@b",
            "Name <a@b>",
        ],
    );
    takes(
        Format::HostPort,
        &[
            "localhost:1",
            "db_1.internal:65535",
            "example.com.:443",
            "127.0.0.1:80",
            "[::1]:80",
            "[1:2:3:4:5:6:7:8]:80",
            "[::ffff:1.2.3.4]:80",
        ],
    );
    refuses(
        Format::HostPort,
        &[
            "",
            ":",
            ":80",
            "host",
            "host:",
            "host:0",
            "host:65536",
            "host:080808",
            "host:+1",
            "::1:80",
            "[::1]",
            "[::1:80",
            "1.2.3:80",
            "1.2.3.256:80",
            "01.2.3.4:80",
            "-a:1",
            "a..b:1",
            "a b:1",
            "http://a:80",
            "[::1::2]:1",
            "[1:2:3:4:5:6:7]:1",
            "[1:2:3:4:5:6:7:8:9]:1",
            "[12345::]:1",
            "[:1]:1",
            "[1:]:1",
            "[]:1",
            "[:::]:1",
            "[1:2:3:4:5:6:7::8]:1:1",
        ],
    );
}

#[test]
fn json_is_judged_by_its_grammar() {
    takes(
        Format::Json,
        &[
            "{}",
            " [ ] ",
            r#"{"a":[1,-0.5e+3,"\u00e4\n",true,false,null],"b":{}}"#,
            "0",
            "\"\"",
            "[[[]],{}]",
            "null",
        ],
    );
    refuses(
        Format::Json,
        &[
            "",
            " ",
            "{",
            "[",
            "]",
            "[1,]",
            "[,]",
            "{,}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{a:1}"#,
            r#"{"a":1,}"#,
            "01",
            "1.",
            ".5",
            "+1",
            "-",
            "1e",
            "nul",
            "truee",
            "1 2",
            "\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\n\"",
            "[1}",
            "{]",
            "'a'",
            "\0",
            "[1] x",
        ],
    );
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    takes(Format::Json, &[&deep(128)]);
    refuses(Format::Json, &[&deep(130), &"[".repeat(100_000)]);
}

#[test]
fn a_pattern_fits_the_whole_text() {
    fits("sk-ant-*", &["sk-ant-", "sk-ant-a", "sk-ant-ü"]);
    does_not_fit("sk-ant-*", &["", "sk-ant", "xsk-ant-", "SK-ANT-a"]);
    fits("a?c", &["abc", "aüc"]);
    does_not_fit("a?c", &["ac", "abbc"]);
    fits("[A-Za-z0-9_-]{3}", &["aZ9", "_-_"]);
    does_not_fit("[A-Za-z0-9_-]{3}", &["aZ", "aZ99", "a.b"]);
    fits("[-a]{1,2}", &["-", "a-"]);
    fits("[ä-ü*?{]{1,}", &["ö*?{"]);
    fits("x{2,3}y", &["xxy", "xxxy"]);
    does_not_fit("x{2,3}y", &["xy", "xxxxy"]);
    fits("[a-z]{1,3}a[a-z]{2,}", &["aaaa", "xyzabc", "xabc", "aabc", "zzzazzzzzzzz"]);
    does_not_fit("[a-z]{1,3}a[a-z]{2,}", &["aaa", "xyza", "wxyzabc"]);
    fits("*[0-9]{70,}*x", &[&("0".repeat(70) + "x"), &("ab".to_owned() + &"0".repeat(100) + "cx")]);
    does_not_fit("*[0-9]{70,}*x", &[&("0".repeat(69) + "x"), &("0".repeat(69) + "a0x")]);
    fits("*[a]{3,130}b", &[&("a".repeat(129) + "b"), &("a".repeat(500) + "b"), "aaab"]);
    does_not_fit("*[a]{3,130}b", &["aab", "aaa"]);
    fits("a{0}b", &["b"]);
    fits("*", &["", "anything\n"]);
    fits("?{2,}*", &["ab", "abc"]);
}

#[test]
fn a_bad_pattern_says_what_to_write() {
    let said =
        |pattern: &str| check_pattern(pattern).map_err(|error| (error.offset(), error.message()));
    assert_eq!(said(""), Err((0, "the pattern is empty; write `any` for any text")));
    assert_eq!(said("ab[c"), Err((2, "`[` has no `]`")));
    assert_eq!(said("a[]"), Err((1, "the set `[]` has no characters")));
    assert_eq!(
        said("[^a]"),
        Err((1, "a set cannot be negated with `^`; list the characters it may have"))
    );
    assert_eq!(
        said("[az-a]"),
        Err((2, "a range in a set runs from the smaller to the larger character, as `a-z`"))
    );
    assert_eq!(said("a{2"), Err((1, "a count is `{n}`, `{n,}` or `{n,m}`")));
    assert_eq!(said("a{x}"), Err((2, "a count needs a number: `{n}`, `{n,}` or `{n,m}`")));
    assert_eq!(said("a{,2}"), Err((2, "a count needs a number: `{n}`, `{n,}` or `{n,m}`")));
    assert_eq!(said("a{1001}"), Err((2, "a count is at most 1000; `{n,}` has no upper end")));
    assert_eq!(
        said("a{99999999999999999999}"),
        Err((2, "a count is at most 1000; `{n,}` has no upper end"))
    );
    assert_eq!(
        said("a{3,2}"),
        Err((1, "a count `{n,m}` runs from the smaller to the larger number"))
    );
    assert_eq!(said("{2}"), Err((0, "a count follows a character, `?` or a set")));
    assert_eq!(
        said("*{2}"),
        Err((1, "`*` already means any number; write `?{n,m}` to count any characters"))
    );
    assert_eq!(said("a{2}{3}"), Err((4, "an item has one count")));
    assert_eq!(
        said("a]"),
        Err((1, "`]` or `}` without its beginning; a literal `}` is written `[}]`"))
    );
    assert_eq!(said(&("*".to_owned() + &"a".repeat(200))), Err((128, "the pattern is too long")));
    assert_eq!(said(&("a".repeat(200) + "*")), Ok(()));
    assert!(!pattern::fits("[", "["));
}

#[test]
fn a_hostile_pattern_takes_linear_time() {
    const TEXT: &str = match std::str::from_utf8(&[b'a'; 2000]) {
        Ok(text) => text,
        Err(_) => "",
    };
    const _: () = assert!(!pattern::fits("*a*a*a*a*a*a*a*b", TEXT));
    let text = "a".repeat(1_000_000);
    assert!(!pattern::fits("*a*a*a*a*a*a*a*b", &text));
    assert!(!pattern::fits("[a]{0,1000}[a]{0,1000}[a]{0,1000}b", &text));
}

#[test]
fn presets_know_their_providers() {
    let body = |length: usize| "0123456789abcdefABCDEF".repeat(20)[..length].to_owned();
    let cases = [
        ("anthropic", format!("sk-ant-api03-{}AA", body(93))),
        ("openai", format!("sk-proj-{}T3BlbkFJ{}", body(74), body(74))),
        ("github", format!("ghp_{}", body(36))),
        ("github", format!("github_pat_{}_{}", body(22), body(59))),
        ("gitlab", format!("glpat-{}", body(20))),
        ("aws_access_key", "AKIAIOSFODNN7EXAMPLE".to_owned()),
        ("aws_secret_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
        ("stripe", format!("sk_live_{}", body(24))),
        ("slack", format!("xoxb-123456789012-1234567890123-{}", body(24))),
        ("google_api_key", format!("AIza{}", body(35))),
        ("sendgrid", format!("SG.{}.{}", body(22), body(43))),
        ("twilio", format!("SK{}", body(32))),
        ("npm", format!("npm_{}", body(36))),
        ("pypi", format!("pypi-AgEIcHlwaS5vcmc{}", body(60))),
        ("huggingface", format!("hf_{}", body(34))),
        ("digitalocean", format!("dop_v1_{}", "0a".repeat(32))),
        ("cloudflare", format!("cfut_{}", body(48))),
        ("datadog", "0a".repeat(16)),
        ("linear", format!("lin_api_{}", body(40))),
        ("notion", format!("ntn_{}", body(46))),
        ("vault_token", format!("hvs.{}", body(92))),
        ("shopify", format!("shpat_{}", body(32))),
        ("telegram", format!("123456:{}", body(35))),
        ("discord", format!("{}.{}.{}", body(24), body(6), body(38))),
        ("azure_storage", format!("{}==", body(86))),
        (
            "azure_storage",
            format!(
                "DefaultEndpointsProtocol=https;AccountName=a;AccountKey={}==;EndpointSuffix=b",
                body(86)
            ),
        ),
        (
            "age",
            format!(
                "AGE-SECRET-KEY-1{}",
                "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".repeat(2)[..58].to_owned()
            ),
        ),
    ];
    for (name, text) in cases {
        let format = Format::named(name).expect(name);
        takes(format, &[&text]);
        refuses(format, &["", "hunter2", &format!("{text} "), &format!("\"{text}\"")]);
        assert!(looks_like_a_secret(&text), "{name}");
    }
}

#[test]
fn every_preset_is_sound_and_in_order() {
    assert!(PRESETS.is_sorted_by_key(Preset::name));
    assert_eq!(Format::NAMES.len(), PRESETS.len() + 11);
    for name in Format::NAMES {
        let format = Format::named(name).expect(name);
        assert_eq!(format.declaration(), *name);
        assert!(!format.to_string().is_empty());
    }
    for preset in PRESETS {
        for pattern in preset.patterns() {
            assert_eq!(check_pattern(pattern), Ok(()), "{pattern}");
        }
    }
}

#[test]
fn what_is_expected_reads_well() {
    let words = |format: Format| format.to_string();
    assert_eq!(
        words(Format::Url(&["postgres", "postgresql"])),
        "a URL with scheme postgres or postgresql"
    );
    assert_eq!(words(Format::Url(&["a", "b", "c"])), "a URL with scheme a, b or c");
    assert_eq!(words(Format::Uuid), "a UUID");
    assert_eq!(words(Format::Hex(Some(32))), "32 bytes in hexadecimal");
    assert_eq!(words(Format::Hex(Some(1))), "1 byte in hexadecimal");
    assert_eq!(words(Format::Pattern("sk-ant-*")), "the pattern sk-ant-*");
    assert_eq!(words(Format::named("anthropic").unwrap()), "an Anthropic API key (sk-ant-*)");
    assert_eq!(Format::Hex(Some(32)).declaration(), "hex(32)");
    assert_eq!(Format::Pattern("a*").declaration(), "\"a*\"");
}

#[test]
#[cfg(feature = "regex")]
fn a_regular_expression_matches_the_whole_text() {
    let format = Format::Regex("a|bc");
    assert!(format.matches("a") && format.matches("bc"));
    assert!(!format.matches("ac") && !format.matches("abc") && !format.matches("a\n"));
    assert!(!Format::Regex("(").matches("("));
    assert_eq!(
        Format::Regex("(").to_string(),
        "the regular expression ( (which is not well formed, so that nothing matches it)"
    );
}

#[test]
#[cfg(not(feature = "regex"))]
fn a_regular_expression_needs_its_feature() {
    assert!(!Format::Regex("a").matches("a"));
    assert_eq!(
        Format::Regex("a").to_string(),
        "the regular expression a (which needs the feature `regex` of config-core)"
    );
}

#[test]
fn a_secret_is_suspected_wherever_it_stands() {
    for text in [
        "https://user:password@example.com",
        "see postgres://app:hunter2@db/app",
        "https://0123456789abcdef0123@sentry.example/1",
        "a, sk-ant-api03-x, b",
        "Server=db;Password=hunter2;",
        "https://example.com/hook?access_token=abc",
        "X-Api-Key: abc".replace(": ", ":").as_str(),
        "{\"token\":\"eyJhbGciOiJIUzI1NiJ9.e30.c2ln\"}",
        "-----BEGIN PRIVATE KEY-----",
    ] {
        assert!(looks_like_a_secret(text), "{text}");
    }
    for text in [
        "",
        "8080",
        "localhost",
        "info,app=debug",
        "https://example.com/a?b=c",
        "redis://cache:6379/0",
        "redis://user:@cache",
        "90s",
        "a@b.example",
    ] {
        assert!(!looks_like_a_secret(text), "{text}");
    }
}

#[test]
fn truth_values_in_words() {
    for text in ["true", "TRUE", "1", "yes", "Yes", "on"] {
        assert_eq!(boolean::parse(text), Some(true), "{text}");
    }
    for text in ["false", "0", "no", "OFF"] {
        assert_eq!(boolean::parse(text), Some(false), "{text}");
    }
    for text in ["", "2", "y", "n", "t", "truee", " true", "enabled"] {
        assert_eq!(boolean::parse(text), None, "{text}");
    }
}

#[test]
fn whole_numbers_may_have_underscores_between_their_digits() {
    let signed = |text: &str| number::parse(text).map(number::Integer::signed);
    assert_eq!(signed("1_000"), Ok(Some(1000)));
    assert_eq!(signed("+7"), Ok(Some(7)));
    assert_eq!(signed("-170141183460469231731687303715884105728"), Ok(Some(i128::MIN)));
    assert_eq!(signed("-170141183460469231731687303715884105729"), Ok(None));
    assert_eq!(
        number::parse("340282366920938463463374607431768211455").unwrap().unsigned(),
        Some(u128::MAX)
    );
    assert_eq!(number::parse("340282366920938463463374607431768211456"), Err(Unread::TooLarge));
    assert_eq!(number::parse("-1").unwrap().unsigned(), None);
    assert_eq!(number::parse("-0").unwrap().unsigned(), Some(0));
    for text in ["", "-", "+", "_1", "1_", "1__0", "1.0", "1e3", " 1", "0x10", "--1", "٣"] {
        assert_eq!(number::parse(text), Err(Unread::Malformed), "{text}");
    }
}

#[test]
fn sizes_have_units_of_1000_or_of_1024() {
    for (text, bytes) in [
        ("512", 512),
        ("1_000", 1000),
        ("512B", 512),
        ("64kB", 64_000),
        ("64KB", 64_000),
        ("10MiB", 10 << 20),
        ("10 mib", 10 << 20),
        ("1.5GiB", 3 << 29),
        ("2.50 GB", 2_500_000_000),
        ("0.5KiB", 512),
        ("1EiB", 1 << 60),
    ] {
        assert_eq!(size::parse(text), Ok(bytes), "{text}");
    }
    assert_eq!(size::parse("1.3KiB"), Err(Unread::Inexact));
    assert_eq!(size::parse("0.5"), Err(Unread::Inexact));
    assert_eq!(size::parse(&"9".repeat(40)), Err(Unread::TooLarge));
    assert_eq!(size::parse("340282366920938463463374607431768211455EiB"), Err(Unread::TooLarge));
    for text in
        ["", "MiB", "-1", "1.", ".5MB", "1..5MB", "1_", "10M", "10K", "10 Mbit", "10MiB ", "1,5MB"]
    {
        assert_eq!(size::parse(text), Err(Unread::Malformed), "{text}");
    }
    takes(Format::Bytes, &["10MiB", "0"]);
    refuses(Format::Bytes, &["10M"]);
}

#[test]
fn durations_are_humantimes() {
    for (text, seconds, nanos) in [
        ("0", 0, 0),
        ("90s", 90, 0),
        ("1h 30m", 5400, 0),
        ("1h30m", 5400, 0),
        (" 2 days\t3hours ", 183_600, 0),
        ("1.5s", 1, 500_000_000),
        ("1.5days", 129_600, 0),
        ("250ms", 0, 250_000_000),
        ("7us 7µs 7ns", 0, 14_007),
        ("1w 1month 1year 1y 1M", 604_800 + 2 * 2_630_016 + 2 * 31_557_600, 0),
        ("1 0s", 10, 0),
    ] {
        assert_eq!(duration::parse(text), Ok(Duration::new(seconds, nanos)), "{text}");
    }
    for text in
        ["", " ", "90", "s", "1", "1x", "1H", "1h30", "-1s", "1.s", ".5s", "1,5s", "1h-", "1 h 2"]
    {
        assert_eq!(duration::parse(text), Err(Unread::Malformed), "{text}");
    }
    assert_eq!(duration::parse("18446744073709551615s"), Ok(Duration::from_secs(u64::MAX)));
    for text in ["18446744073709551616s", "18446744073709551615m", "18446744073709551615s 1s"] {
        assert_eq!(duration::parse(text), Err(Unread::TooLarge), "{text}");
    }
    assert_eq!(duration::parse("0.5ns"), Err(Unread::Inexact));
}

const _: () = {
    assert!(Format::Url(&["postgres"]).accepts("postgres://db/app"));
    assert!(!Format::Jwt.accepts("eyJhbGciOiJIUzI1NiJ9"));
    assert!(Format::Json.accepts("[1, 2]"));
    assert!(matches!(duration::parse("1h 30m"), Ok(total) if total.as_secs() == 5400));
    assert!(matches!(size::parse("10MiB"), Ok(10_485_760)));
    assert!(matches!(boolean::parse("Yes"), Some(true)));
};
