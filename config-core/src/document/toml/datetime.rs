//! Dates and times as RFC 3339 has them, with the liberties that TOML takes: any of the three parts may be missing.

/// Whether a text is a date, a time, or both, that can be on a calendar and a clock.
pub(super) fn is_valid(text: &str) -> bool {
    let Some((_, rest)) = text.split_at_checked(10).filter(|(date, _)| is_date(date)) else {
        return time(text) == Some("");
    };
    match rest.strip_prefix(['T', 't', ' ']) {
        Some(rest) => time(rest).is_some_and(is_offset),
        None => rest.is_empty(),
    }
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2))
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// What follows a time; none where there is no time.
fn time(text: &str) -> Option<&str> {
    let rest = clock(text)?;
    let Some(rest) = rest.strip_prefix(':') else { return Some(rest) };
    let (seconds, rest) = rest.split_at_checked(2)?;
    number(seconds, 2).filter(|seconds| *seconds <= 60)?;
    let Some(fraction) = rest.strip_prefix('.') else { return Some(rest) };
    let after = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
    (after.len() < fraction.len()).then_some(after)
}

fn is_offset(text: &str) -> bool {
    match text.strip_prefix(['+', '-']) {
        Some(offset) => clock(offset) == Some(""),
        None => matches!(text, "" | "Z" | "z"),
    }
}

/// What follows `HH:MM`.
fn clock(text: &str) -> Option<&str> {
    let (hour, rest) = text.split_at_checked(2)?;
    let (minute, rest) = rest.strip_prefix(':')?.split_at_checked(2)?;
    number(hour, 2).filter(|hour| *hour <= 23)?;
    number(minute, 2).filter(|minute| *minute <= 59)?;
    Some(rest)
}

fn number(text: &str, digits: usize) -> Option<u32> {
    let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}
