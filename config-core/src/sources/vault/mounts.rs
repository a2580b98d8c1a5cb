//! Which engine is mounted where, as far as it is known; asked for once, and anew where an answer casts doubt on it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::answer::{table, text, unlike};
use super::client::{Call, Client, refused};
use super::place::{Place, encoded};
use crate::source::Failure;
use crate::value::Text;

/// What is mounted somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// Without a slash at its end.
    pub(super) path: String,
    pub(super) engine: Engine,
}

/// What answers below a mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Engine {
    Kv2,
    Kv1,
    /// Some other, by the name of its type.
    Other(String),
}

/// Those that are known, and since when.
#[derive(Default)]
pub(super) struct Mounts {
    known: Mutex<Vec<(Mount, Instant)>>,
    /// Held while the server is asked, so that two reads below one mount ask once; by the first segment of their places.
    asking: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// What came of asking which mount a place is in.
pub(super) enum Asked {
    /// This one.
    Mount(Mount),
    /// The token may not know: it may read nothing there, or there is no mount, or the token is not valid.
    Denied,
}

/// Mounts that every server has and that are none of KV.
const FIXED: [(&str, &str); 4] =
    [("cubbyhole", "cubbyhole"), ("identity", "identity"), ("sys", "system"), ("auth", "auth")];

impl Mounts {
    /// The mount that a place is known to be in.
    pub(super) fn of(&self, place: &Place) -> Option<Mount> {
        if place.kv1 {
            let path = self.longest(place).map_or_else(|| place.guess().0.to_owned(), |m| m.path);
            return Some(Mount { path, engine: Engine::Kv1 });
        }
        fixed(place).or_else(|| self.longest(place))
    }

    /// Remembers one.
    pub(super) fn learn(&self, mount: Mount) {
        let mut known = self.known();
        known.retain(|(other, _)| other.path != mount.path);
        known.push((mount, Instant::now()));
    }

    /// Forgets in which mount a place is.
    pub(super) fn forget(&self, place: &Place) {
        self.known().retain(|(mount, _)| place.below(&mount.path).is_none());
    }

    /// Asks the server which mount a place is in, unless that has been learned since then.
    pub(super) async fn ask(
        &self,
        place: &Place,
        client: &Client,
        token: &Text,
        until: Instant,
        since: Instant,
    ) -> Result<Asked, Failure> {
        let asking = self.asking(place);
        let _one_at_a_time = asking.lock().await;
        if let Some((mount, learned)) = self.longest_since(place)
            && learned >= since
        {
            return Ok(Asked::Mount(mount));
        }
        let call = Call::get(question(place));
        let response = client.ask(&call, Some(token), until).await?;
        match response.status {
            403 => return Ok(Asked::Denied),
            _ if !response.is_success() => return Err(refused(&response)),
            _ => {}
        }
        let answer = response.json()?;
        let data = table(&answer, "data")?;
        let path = text(data, "path").map(|path| path.trim_matches('/')).ok_or_else(unlike)?;
        let kind = text(data, "type").ok_or_else(unlike)?;
        if place.below(path).is_none() {
            return Err(unlike());
        }
        let version = data.entry("options").and_then(|options| text(options, "version"));
        let engine = match (kind.as_str(), version.map(|version| version.as_str())) {
            ("kv" | "generic", Some("2")) => Engine::Kv2,
            ("kv" | "generic", _) => Engine::Kv1,
            (other, _) => Engine::Other(other.to_owned()),
        };
        let mount = Mount { path: path.to_owned(), engine };
        self.forget(place);
        self.learn(mount.clone());
        Ok(Asked::Mount(mount))
    }

    fn asking(&self, place: &Place) -> Arc<tokio::sync::Mutex<()>> {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(asking.entry(place.guess().0.to_owned()).or_default())
    }

    fn longest(&self, place: &Place) -> Option<Mount> {
        self.longest_since(place).map(|(mount, _)| mount)
    }

    fn longest_since(&self, place: &Place) -> Option<(Mount, Instant)> {
        let known = self.known();
        let above = known.iter().filter(|(mount, _)| place.below(&mount.path).is_some());
        above.max_by_key(|(mount, _)| mount.path.len()).cloned()
    }

    fn known(&self) -> MutexGuard<'_, Vec<(Mount, Instant)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a place is in a mount that every server has.
pub(super) fn is_fixed(place: &Place) -> bool {
    fixed(place).is_some()
}

fn fixed(place: &Place) -> Option<Mount> {
    let (first, _) = place.guess();
    let (path, kind) = FIXED.iter().find(|(path, _)| *path == first)?;
    Some(Mount { path: (*path).to_owned(), engine: Engine::Other((*kind).to_owned()) })
}

/// Where to ask for the mount of a place.
pub(super) fn question(place: &Place) -> String {
    format!("sys/internal/ui/mounts/{}", encoded(&place.path))
}

impl Mount {
    /// What most places are in: KV version 2 at the first segment.
    pub(super) fn guess(place: &Place) -> Self {
        Self { path: place.guess().0.to_owned(), engine: Engine::Kv2 }
    }

    /// Where in the API the place is read, without its version.
    pub(super) fn api_path(&self, place: &Place) -> String {
        self.below(place, "data")
    }

    /// Where in the API a part of KV version 2 is for the place: its `data`, `metadata`, and others.
    pub(super) fn below(&self, place: &Place, part: &str) -> String {
        let below = place.below(&self.path).unwrap_or_default();
        match self.engine {
            Engine::Kv2 => format!("{}/{part}/{below}", self.path),
            Engine::Kv1 | Engine::Other(_) => place.path.clone(),
        }
    }

    /// Whether reading the place may make a credential.
    pub(super) fn mints(&self, place: &Place) -> bool {
        match &self.engine {
            Engine::Kv2 | Engine::Kv1 => false,
            Engine::Other(kind) => match kind.as_str() {
                "cubbyhole" | "pki" | "transit" | "system" => false,
                _ => !place.below(&self.path).is_some_and(|path| path.starts_with("static-creds/")),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Engine, Mount, Mounts};
    use crate::sources::vault::place::Place;

    fn place(written: &str) -> Place {
        Place::read(written).unwrap()
    }

    fn mount(path: &str, engine: Engine) -> Mount {
        Mount { path: path.to_owned(), engine }
    }

    #[test]
    fn the_longest_mount_that_a_place_is_below_is_its_own() {
        let mounts = Mounts::default();
        mounts.learn(mount("a", Engine::Kv1));
        mounts.learn(mount("a/b", Engine::Kv2));
        assert_eq!(mounts.of(&place("a/b/c")).unwrap().path, "a/b");
        assert_eq!(mounts.of(&place("a/bc")).unwrap().path, "a");
        assert_eq!(mounts.of(&place("b/c")), None);
    }

    #[test]
    fn a_declared_version_is_believed() {
        assert_eq!(Mounts::default().of(&place("kv1:a/b")), Some(mount("a", Engine::Kv1)));
    }

    #[test]
    fn version_2_has_its_data_below_the_mount() {
        let place = place("a/b/c");
        assert_eq!(mount("a/b", Engine::Kv2).api_path(&place), "a/b/data/c");
        assert_eq!(mount("a", Engine::Kv2).api_path(&place), "a/data/b/c");
        assert_eq!(mount("a", Engine::Kv1).api_path(&place), "a/b/c");
    }

    #[test]
    fn engines_that_make_credentials_are_told_from_those_that_keep_them() {
        let database = mount("db", Engine::Other("database".to_owned()));
        assert!(database.mints(&place("db/creds/app")));
        assert!(!database.mints(&place("db/static-creds/app")));
        assert!(!mount("pki", Engine::Other("pki".to_owned())).mints(&place("pki/cert/ca")));
    }
}
