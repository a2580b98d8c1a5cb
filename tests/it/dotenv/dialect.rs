//! The rules of the dialect, one test a rule.

use super::{error, pairs, value};

const NEEDS_SIGN: &str = "expected `=` after the key";
const BAD_BEGINNING: &str = "a key must begin with a letter or `_`";
const BAD_KEY: &str =
    "a key may hold only letters, digits, `_`, `.` and `-`, and `=` comes after it";
const AFTER_QUOTE: &str = "only blanks and a comment may follow the closing quote";

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn fails(text: impl AsRef<[u8]>, line: u32, column: u32, message: &str) {
    let error = error(text);
    assert_eq!(
        (error.position().line, error.position().column, error.message()),
        (line, column, message)
    );
}

#[test]
fn a_hash_begins_a_comment_only_after_white_space() {
    assert_eq!(value("A=pa#ss"), "pa#ss");
    assert_eq!(value("A=#c"), "#c");
    assert_eq!(value("A= #c"), "");
    assert_eq!(value("A=\t#c"), "");
    assert_eq!(value("A=b #c"), "b");
    assert_eq!(value("A=b## #c"), "b##");
    assert_eq!(value("A=b\u{a0}#c"), "b");
    assert_eq!(value("A=b#c #d"), "b#c");
}

#[test]
fn a_plain_value_goes_to_the_end_of_the_line_and_is_trimmed() {
    assert_eq!(value("A= \t b c \t "), "b c");
    assert_eq!(value("A=\u{3000}b\u{a0}"), "b");
    assert_eq!(value("A=b;C=d && e"), "b;C=d && e");
    assert_eq!(value("A=b=c="), "b=c=");
    assert_eq!(value("A="), "");
    assert_eq!(value("A=   "), "");
}

#[test]
fn quotes_backslashes_and_dollars_in_a_plain_value_stand_for_themselves() {
    for text in [
        "it's",
        "a\"b\"",
        "b'c'",
        "C:\\new\\table",
        "a\\\"b",
        "\\",
        "$HOME",
        "${HOME}",
        "$(id)",
        "`id`",
        "pa$$word",
    ] {
        assert_eq!(value(&format!("A={text}\n")), text);
    }
}

#[test]
fn single_quotes_keep_everything() {
    assert_eq!(value(r#"A='\n "x" $B # c ` \'"#), r#"\n "x" $B # c ` \"#);
    assert_eq!(value("A='  b  '"), "  b  ");
    assert_eq!(value("A=''"), "");
    assert_eq!(value("A='b\n# no comment\nC=d\n'"), "b\n# no comment\nC=d\n");
}

#[test]
fn double_quotes_have_six_escapes_and_keep_every_other_backslash() {
    assert_eq!(value(r#"A="\n\r\t\\\"\$""#), "\n\r\t\\\"$");
    assert_eq!(value(r#"A="\x41 \a \' \0 \é""#), r"\x41 \a \' \0 \é");
    assert_eq!(value(r#"A="b\\""#), r"b\");
    assert_eq!(value(r#"A="\\n""#), r"\n");
    assert_eq!(value(r#"A="$B ${C} `d`""#), "$B ${C} `d`");
    assert_eq!(value("A=\"b\\\nc\""), "b\\\nc");
}

#[test]
fn line_ends_inside_quotes_become_line_feeds() {
    for quote in ['\'', '"'] {
        assert_eq!(
            value(&format!("A={quote}a\nb\r\nc\rd\r\r\ne\n\rf{quote}")),
            "a\nb\nc\nd\n\ne\n\nf"
        );
    }
    assert_eq!(value("A=\"a\\\r\nb\""), "a\\\nb");
}

#[test]
fn lines_end_in_lf_crlf_or_cr() {
    let expected = owned(&[("A", "b"), ("C", "d"), ("E", "f")]);
    assert_eq!(pairs("A=b\nC='d'\nE=f"), expected);
    assert_eq!(pairs("A=b\r\nC='d'\r\nE=f\r\n"), expected);
    assert_eq!(pairs("A=b\rC='d'\rE=f\r"), expected);
    assert_eq!(pairs("A=b # c\r\r\nC=\"d\"# c\rE=f"), expected);
}

#[test]
fn no_other_character_ends_a_line() {
    for character in ['\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'] {
        assert_eq!(value(&format!("A=b{character}C=d")), format!("b{character}C=d"));
    }
}

#[test]
fn only_blanks_and_a_comment_follow_a_closing_quote() {
    assert_eq!(value("A='b' \t "), "b");
    assert_eq!(value("A='b'#c"), "b");
    assert_eq!(value("A=\"b\" # \"c\" d"), "b");
    fails("A='b'c", 1, 6, AFTER_QUOTE);
    fails("A=\"b\" \"c\"", 1, 7, AFTER_QUOTE);
    fails("A='b\nc' d", 2, 4, AFTER_QUOTE);
    fails("A=''''", 1, 5, AFTER_QUOTE);
}

#[test]
fn quotes_that_are_not_closed_are_an_error_where_they_open() {
    fails("A=1\nB= 'b\nC=d\n", 2, 4, "this single quote is never closed");
    fails("A=\"b", 1, 3, "this double quote is never closed");
    fails("A=\"b\\\"", 1, 3, "this double quote is never closed");
    fails("A=\"b'", 1, 3, "this double quote is never closed");
    fails("A=\"", 1, 3, "this double quote is never closed");
}

#[test]
fn keys_are_ascii_letters_digits_underscores_dots_and_hyphens() {
    assert_eq!(pairs("_=1\nA.b-c_9=2\nz=3"), owned(&[("_", "1"), ("A.b-c_9", "2"), ("z", "3")]));
    for bad in
        ["1A=b", "-A=b", ".A=b", "é=b", "'A'=b", "\"A\"=b", "$A=b", "???", "\u{feff}\u{feff}A=b"]
    {
        fails(bad, 1, 1, BAD_BEGINNING);
    }
    for bad in ["A+=b", "A$B=c", "A:b", "A[0]=b", "Aé=b", "A#b", "A'=b"] {
        fails(bad, 1, 2, BAD_KEY);
    }
    fails("  =b", 1, 3, "there is no key before `=`");
}

#[test]
fn a_line_without_an_equals_sign_is_an_error() {
    fails("A", 1, 2, NEEDS_SIGN);
    fails("A\nB=c", 1, 2, NEEDS_SIGN);
    fails("A\rB=c", 1, 2, NEEDS_SIGN);
    fails("B=c\r\nA # d", 2, 3, NEEDS_SIGN);
    fails("A B=c", 1, 3, NEEDS_SIGN);
    fails("A=\"b\"\nc", 2, 2, NEEDS_SIGN);
}

#[test]
fn blanks_around_the_equals_sign_and_before_the_key_are_fine() {
    assert_eq!(pairs(" \tA \t = \t b"), owned(&[("A", "b")]));
    assert_eq!(pairs("A = 'b'"), owned(&[("A", "b")]));
}

#[test]
fn export_in_front_of_a_key_is_accepted() {
    assert_eq!(pairs("export A=b"), owned(&[("A", "b")]));
    assert_eq!(pairs("  export \t A = 'b'"), owned(&[("A", "b")]));
    assert_eq!(pairs("export export=b"), owned(&[("export", "b")]));
    assert_eq!(pairs("exported=b"), owned(&[("exported", "b")]));
}

#[test]
fn export_is_a_key_where_an_equals_sign_follows() {
    assert_eq!(pairs("export=b"), owned(&[("export", "b")]));
    assert_eq!(pairs("export = b"), owned(&[("export", "b")]));
}

#[test]
fn export_without_a_pair_is_an_error() {
    fails("export A", 1, 9, NEEDS_SIGN);
    fails("export", 1, 7, NEEDS_SIGN);
    fails("export \nA=b", 1, 8, NEEDS_SIGN);
    fails("export 1=b", 1, 8, BAD_BEGINNING);
    fails("EXPORT A=b", 1, 8, NEEDS_SIGN);
    fails("export export A=b", 1, 15, NEEDS_SIGN);
}

#[test]
fn blank_lines_and_comments_are_passed_over() {
    assert_eq!(pairs("\n \t\n# A=b\n  #\n\r\n\u{a0}\n"), []);
    assert_eq!(pairs("# it's \"open\nA=b"), owned(&[("A", "b")]));
}

#[test]
fn a_byte_order_mark_is_dropped_and_takes_no_column() {
    assert_eq!(pairs("\u{feff}A=b"), owned(&[("A", "b")]));
    assert_eq!(pairs("\u{feff}"), []);
    fails("\u{feff}A", 1, 2, NEEDS_SIGN);
    assert_eq!(value("A=\u{feff}b"), "\u{feff}b");
}

#[test]
fn a_key_that_stands_twice_is_told_twice_in_order() {
    assert_eq!(pairs("A=1\nB=2\nA="), owned(&[("A", "1"), ("B", "2"), ("A", "")]));
}

#[test]
fn what_is_not_utf8_is_an_error_where_it_begins() {
    fails(b"A=b\r\nC=\xC3\xA9\xFFd", 2, 4, "is not UTF-8");
    fails(b"\xEF\xBB\xBFA\xFF", 1, 2, "is not UTF-8");
    fails(b"A=b\r\xC3", 2, 1, "is not UTF-8");
    fails(b"\xFF\xFEA\0=\0b\0", 1, 1, "is UTF-16, not UTF-8");
}

#[test]
fn a_zero_byte_in_a_value_stands_for_itself() {
    assert_eq!(value("A=b\0c"), "b\0c");
}
