//! Any bytes at all, and much of them.

use std::time::{Duration, Instant};

use config_core::dotenv::parse;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        within(&bytes)?;
    }

    #[test]
    fn no_text_of_its_own_characters_makes_it_panic(text in "[AZ_1.=\"'\\\\ \t\n\r#$`{}é\u{a0}\u{feff}n-]{0,60}|(export |A=|[\"'\n\\\\]){0,20}") {
        within(text.as_bytes())?;
    }
}

/// Every place that is told lies in the input.
fn within(bytes: &[u8]) -> Result<(), TestCaseError> {
    let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
    let places = match parse(bytes) {
        Ok(pairs) => {
            prop_assert!(
                pairs
                    .iter()
                    .all(|pair| pair.span.end <= bytes.len() && pair.span.start <= pair.span.end)
            );
            pairs.iter().flat_map(|pair| [pair.key_at, pair.value_at]).collect()
        }
        Err(error) => vec![error.position()],
    };
    for at in places {
        prop_assert!((1..=lines).contains(&(at.line as usize)), "{} in {} lines", at, lines);
        prop_assert!(
            (1..=bytes.len() + 1).contains(&(at.column as usize)),
            "{} in {} bytes",
            at,
            bytes.len()
        );
    }
    Ok(())
}

/// Where the time grew with the square of the size, each of these would take minutes.
#[test]
fn the_time_to_read_grows_with_the_size() {
    let size = 1 << 20;
    let inputs = [
        "A=b\n".repeat(size / 4),
        "#".repeat(size),
        format!("A={}", "#".repeat(size)),
        format!("A={}", " #".repeat(size / 2)),
        format!("A=b{}", " ".repeat(size)),
        format!("{}A=b", " ".repeat(size)),
        format!("{}=b", "A".repeat(size)),
        format!("A=\"{}\"", "\\n".repeat(size / 2)),
        format!("A=\"{}\"", "\r".repeat(size)),
        format!("A='{}", "\n".repeat(size)),
        format!("A=\"{}", "\\\"".repeat(size / 2)),
        "A=\"\n\" #\n".repeat(size / 8),
        "export \t".repeat(size / 8),
    ];
    let start = Instant::now();
    for input in &inputs {
        let _ = parse(input.as_bytes());
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
