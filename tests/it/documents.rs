//! What the documents say exists, exists.

use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const DOCUMENTS: [&str; 5] =
    ["README.md", "DESIGN.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"];

fn read(document: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(document)).unwrap()
}

/// The pieces of a text that stand between two marks.
fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(open).skip(1).filter_map(move |rest| rest.split_once(close)).map(|(piece, _)| piece)
}

/// The anchor that a heading gets where the documents are shown.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars()
        .filter(|character| character.is_alphanumeric() || "-_".contains(*character))
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut count = 0;
    for document in DOCUMENTS {
        let text = read(document);
        for link in between(&text, "](", ")").filter(|link| !link.contains("://")) {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { document } else { path };
            assert!(Path::new(ROOT).join(target).exists(), "{document}: {link}");
            if !heading.is_empty() {
                let target = read(target);
                let mut headings = target
                    .lines()
                    .filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
                assert!(
                    headings.any(|of| anchor(of) == heading),
                    "{document}: no heading for {link}"
                );
            }
            count += 1;
        }
    }
    assert!(count > 10, "only {count} links were found");
}

#[test]
fn every_file_that_is_named_is_there() {
    for (document, least) in [("SECURITY.md", 10), ("CONTRIBUTING.md", 10)] {
        let text = read(document);
        let quoted = text.split('`').skip(1).step_by(2);
        let of_ours =
            |word: &&str| ["tests/", "config-"].iter().any(|start| word.starts_with(start));
        let paths: Vec<&str> = quoted.filter(of_ours).filter(|word| word.contains('/')).collect();
        assert!(paths.len() > least, "{document}: {paths:?}");
        // Words in capitals stand for a name.
        let is_real = |path: &&str| !path.contains("NAME") && !path.contains("ATTRIBUTE");
        for path in paths.into_iter().filter(is_real) {
            assert!(Path::new(ROOT).join(path).exists(), "{document}: {path}");
        }
    }
}

#[test]
fn the_attributes_in_the_readme_and_in_the_documentation_of_the_derive_are_the_same() {
    assert!(read("README.md").contains(&read("config-core/src/attributes.md")));
}

#[test]
fn every_feature_is_in_the_readme_and_in_the_run_of_the_checks() {
    let manifest = read("config-core/Cargo.toml");
    let (_, features) = manifest.split_once("[features]\n").unwrap();
    let (features, _) = features.split_once("\n\n").unwrap();
    let (readme, checks) = (read("README.md"), read(".ci/run"));
    // Those of an underscore are switched on by others.
    let public = features.lines().filter(|line| !line.starts_with(['_', '#']));
    for feature in public.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name) {
        assert!(
            feature == "default" || readme.contains(&format!("`{feature}`")),
            "{feature} is not in README.md"
        );
        let words = checks.split_whitespace().map(|word| word.trim_end_matches(';'));
        assert!(
            feature == "default" || words.into_iter().any(|word| word == feature),
            "{feature} is not in .ci/run"
        );
    }
}
