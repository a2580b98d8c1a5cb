//! What a person is told: what would be asked, what has to be allowed, what to run.

use std::collections::BTreeSet;

use super::backend::Server;
use super::mounts::{Engine, Mount, question};
use super::place::{Place, encoded};
use crate::remote::Read;
use crate::source::{Failure, FailureKind, Policy, SourcePlan};

/// What reading these would ask and need.
pub(super) fn plan(server: &Server, reads: &[(Read, usize)]) -> SourcePlan {
    let mut plan = SourcePlan::default();
    let mut policies = Vec::new();
    let mut asked = BTreeSet::new();
    for (read, _) in reads {
        let (place, version) = match Server::named(read) {
            Ok(named) => named,
            Err(failure) => {
                plan = plan.warns(format!("{} is not asked for: {failure}", read.place));
                continue;
            }
        };
        let (path, query) = match server.mounts.of(&place) {
            None if place.may_mint() => {
                // One for all that are in the same mount.
                if asked.insert(place.guess().0.to_owned()) {
                    plan = plan.reads(format!("GET /v1/{}", question(&place)));
                }
                (place.path.clone(), String::new())
            }
            known => {
                let mount = known.unwrap_or_else(|| Mount::guess(&place));
                let query = version.map_or(String::new(), |version| format!("?version={version}"));
                (mount.api_path(&place), query)
            }
        };
        plan = plan.reads(format!("GET /v1/{}{query}", encoded(&path)));
        policies.push(stanza(&path, "read"));
    }
    policies.sort_unstable();
    policies.dedup();
    let policy = Policy::new("hcl", policies.join("\n"));
    let reads: Vec<Read> = reads.iter().map(|(read, _)| read.clone()).collect();
    let count = match (plan.calls().is_empty(), asked.is_empty() && !server.looks_up(&reads)) {
        (true, _) => return plan,
        (false, true) => 1,
        (false, false) => 2,
    };
    plan.round_trips(count).needs(policy)
}

/// What to run so that a secret has a key.
pub(super) fn remedy(
    server: &Server,
    read: &Read,
    key: Option<&str>,
    is_absent: bool,
) -> Option<String> {
    let place = Place::read(&read.place).ok()?;
    let mount = server.mounts.of(&place).unwrap_or_else(|| Mount::guess(&place));
    if matches!(mount.engine, Engine::Other(_)) || place.may_mint() {
        return None;
    }
    let below = place.below(&mount.path)?;
    if mount.engine == Engine::Kv2
        && let Some(slip) = of_api(&mount.path, &place)
    {
        return Some(slip);
    }
    if read.version.is_some() {
        return Some("name a version that is there, or none for the current one".to_owned());
    }
    let verb = match (key, mount.engine) {
        (Some(_), Engine::Kv2) if !is_absent => "patch",
        _ => "put",
    };
    let namespace = server.client.namespace();
    let namespace = namespace.map_or(String::new(), |name| format!("-namespace={} ", quoted(name)));
    let (mount, below) = (quoted(&mount.path), quoted(below));
    let data = key.map_or("@file.json".to_owned(), |key| format!("{}=-", quoted(key)));
    // A second `put` would take away what the first has written.
    let then = if verb == "put" && key.is_some() { ", then kv patch for further keys" } else { "" };
    let program = server.program;
    Some(format!("run: {program} kv {verb} {namespace}-mount={mount} {below} {data}{then}"))
}

/// The failure of a token that may not do this, with what would allow it.
pub(super) fn denied(mount: &Mount, place: &Place) -> Failure {
    let path = mount.api_path(place);
    let message = format!("the token's policies do not allow to read {path}");
    let rule = format!("add to one of its policies: {}", stanza(&path, "read"));
    // What does not exist is denied too.
    let slip = of_api(&mount.path, place).filter(|_| mount.engine == Engine::Kv2);
    let hint = slip.map_or(rule.clone(), |slip| format!("{slip}; else {rule}"));
    Failure::new(FailureKind::Denied, message).hint(hint)
}

/// What to write instead of a place that was copied from an address of the API: `v1/secret/data/app`.
pub(super) fn of_api(mount: &str, place: &Place) -> Option<String> {
    if let Some(rest) = place.path.strip_prefix("v1/").filter(|_| mount == "v1") {
        let meant = match rest.split_once('/') {
            Some((mount, below)) => {
                format!("{mount}/{}", below.strip_prefix("data/").unwrap_or(below))
            }
            None => rest.to_owned(),
        };
        return Some(format!("leave `v1/` out of the place: vault(\"{meant}\")"));
    }
    let rest = place.below(mount)?.strip_prefix("data/")?;
    Some(format!("leave `data/` out of the place: vault(\"{mount}/{rest}\")"))
}

/// A rule of a policy.
pub(super) fn stanza(path: &str, capability: &str) -> String {
    let path = path.replace('\\', "\\\\").replace('"', "\\\"");
    format!("path \"{path}\" {{ capabilities = [\"{capability}\"] }}")
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:".contains(&byte);
    match word.bytes().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::{quoted, stanza};

    #[test]
    fn a_word_is_quoted_for_a_shell_only_where_it_has_to_be() {
        assert_eq!(quoted("team/app"), "team/app");
        assert_eq!(quoted("it's; rm"), r"'it'\''s; rm'");
    }

    #[test]
    fn a_rule_of_a_policy_is_whole() {
        assert_eq!(stanza("a/data/b", "read"), r#"path "a/data/b" { capabilities = ["read"] }"#);
    }
}
