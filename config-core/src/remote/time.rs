//! Times as RFC 3339 writes them, such as `2026-11-21T14:17:20.199421502Z`, and as HTTP does.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Reads one; none where it is not written so, or lies beyond what the system's clock can say.
pub(crate) fn read(text: &str) -> Option<SystemTime> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(clock, ':')?;
    let is_right = (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_right || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let digits = rest
        .strip_prefix('.')
        .map_or(0, |rest| 1 + rest.bytes().take_while(u8::is_ascii_digit).count());
    let (fraction, zone) = rest.split_at(digits);
    let nanos = fraction.bytes().skip(1).chain([b'0'; 9]).take(9);
    let nanos = nanos.fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    let offset = match zone {
        "Z" | "z" => 0,
        zone => {
            let (sign, zone) = zone.split_at_checked(1)?;
            let mut parts = zone.split(':').map(|part| part.parse::<i64>().ok());
            let (hours, minutes) = (parts.next()??, parts.next()??);
            if !(0..=23).contains(&hours) || !(0..=59).contains(&minutes) {
                return None;
            }
            let seconds = (hours * 60 + minutes) * 60;
            match sign {
                "+" => seconds,
                "-" => -seconds,
                _ => return None,
            }
        }
    };
    let seconds = days(year, month, day) * 86_400 + (hour * 60 + minute) * 60 + second - offset;
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let time = match seconds < 0 {
        true => UNIX_EPOCH.checked_sub(whole),
        false => UNIX_EPOCH.checked_add(whole),
    };
    time?.checked_add(Duration::from_nanos(nanos))
}

/// Reads a date of HTTP in the form that is sent (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn read_http(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (name, rest) = text.strip_suffix(" GMT")?.split_once(", ")?;
    let [day, month, year, clock] =
        <[&str; 4]>::try_from(rest.splitn(5, ' ').collect::<Vec<&str>>()).ok()?;
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let is_long =
        [(name, 3), (day, 2), (year, 4), (clock, 8)].iter().all(|(part, long)| part.len() == *long);
    let rfc3339 = format!("{year}-{month:02}-{day}T{clock}Z");
    is_long.then(|| read(&rfc3339))?
}

fn numbers(text: &str, between: char) -> Option<[i64; 3]> {
    let mut parts = text.split(between).map(|part| {
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    });
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

/// Days since 1970, of the Gregorian calendar, by the years that begin in March (Howard Hinnant, chrono-Compatible
/// Low-Level Date Algorithms).
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_era = year * 365 + year / 4 - year / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::{read, read_http};
    use std::time::{Duration, UNIX_EPOCH};

    fn seconds(text: &str) -> Option<u64> {
        read(text).map(|time| time.duration_since(UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn times_are_read_whatever_their_zone() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2024-02-29T12:00:00Z"), Some(1_709_208_000));
        assert_eq!(seconds("2024-02-29T14:30:00+02:30"), Some(1_709_208_000));
        assert_eq!(seconds("2024-02-29T07:00:00-05:00"), Some(1_709_208_000));
        assert_eq!(seconds("2000-12-31T23:59:60Z"), Some(978_307_200));
    }

    #[test]
    fn a_zone_is_less_than_a_day_away() {
        assert_eq!(seconds("1970-01-02T00:00:00+23:59"), Some(60));
        for zone in ["+24:00", "-00:60", "+9223372036854775807:00", "+-1:00", "+00:-1"] {
            assert_eq!(seconds(&format!("2024-02-29T12:00:00{zone}")), None, "{zone}");
        }
    }

    #[test]
    fn fractions_are_kept() {
        let time = read("1970-01-01T00:00:01.5Z").unwrap();
        assert_eq!(time.duration_since(UNIX_EPOCH).unwrap(), Duration::from_millis(1500));
    }

    #[test]
    fn dates_of_http_are_read_as_they_are_sent() {
        let seconds =
            |text| read_http(text).map(|time| time.duration_since(UNIX_EPOCH).unwrap().as_secs());
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(seconds("Thu, 29 Feb 2024 12:00:00 GMT"), Some(1_709_208_000));
        for text in [
            "",
            "GMT",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:77 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT GMT",
            "Sün, 0\u{2460} Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(read_http(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2024",
            "2024-13-01T00:00:00Z",
            "2024-01-01T00:00:00",
            "ö024-01-01T00:00:00Z",
            "2024-01-01T00:00:00.5x",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
