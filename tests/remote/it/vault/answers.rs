//! What live settings keep of a store's answers, how old they say to be for it, and when they do not ask.

use std::path::Path;
use std::time::{Duration, Instant};

use config_core::{Cache, ExposeSecret, Live, Loader, SecretString, Secrets, State};
use config_tests_servers::openbao::{Kv, ROOT_TOKEN};
use config_tests_servers::proxy::{Fault, Proxy};
use serde_json::json;
use tempfile::TempDir;

use super::{admin, proxy, requests, soon, variables};

#[derive(Debug, Secrets)]
#[secrets(sources(env, dotenv, vault("{PLACE}")))]
struct Mixed {
    #[setting(default = 1)]
    size: u32,
    #[secret(required, format = any)]
    api_key: SecretString,
}

/// A secret in a store behind a proxy, and a `.env` file that says where that is.
struct Bed {
    kv: Kv,
    proxy: Proxy,
    directory: TempDir,
}

impl Bed {
    fn new() -> Self {
        let kv = admin().kv(2);
        kv.put("app", &json!({ "api_key": "n0t-a-real-one" }));
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join(".git")).unwrap();
        let bed = Self { kv, proxy: proxy(), directory };
        bed.write(ROOT_TOKEN, "");
        bed
    }

    /// The file with that token, and more lines; put in place whole.
    fn write(&self, token: &str, more: &str) {
        let text = format!("VAULT_ADDR={}\nVAULT_TOKEN={token}\n{more}", self.proxy.url());
        let new = self.path().join("new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, self.path().join(".env")).unwrap();
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn loader(&self) -> Loader<Mixed> {
        let place = format!("{}/app", self.kv.mount);
        Mixed::loader().root(self.path()).env(variables([("PLACE", place.as_str())]))
    }

    fn live(&self, cache: &Cache) -> Live<Mixed> {
        let loader = self.loader().cache(cache);
        loader.live().poll(Duration::from_millis(50)).start_blocking().unwrap()
    }

    /// Another token that may read the secret.
    fn token(&self) -> String {
        admin().token(&[&admin().may_read(&self.kv.mount)], "1h")
    }
}

fn cache() -> Cache {
    Cache::new(Duration::from_secs(3600))
}

#[test]
fn what_was_answered_to_a_token_that_was_replaced_is_not_kept() {
    let (bed, cache) = (Bed::new(), cache());
    let live = bed.live(&cache);
    assert_eq!(cache.len(), 1);
    for size in 2..6 {
        bed.write(&bed.token(), &format!("SIZE={size}\n"));
        soon("it has followed", || live.snapshot().size == size);
        assert_eq!(cache.len(), 1, "the answer to the last token alone");
    }
}

#[test]
fn what_others_have_read_into_the_same_cache_stays_there() {
    let (bed, cache) = (Bed::new(), cache());
    let live = bed.live(&cache);
    let other = Bed::new();
    other.loader().cache(&cache).load().unwrap();
    let beside = other.live(&cache);
    bed.loader().cache(&cache).load().unwrap();
    assert_eq!(cache.len(), 2);
    bed.write(&bed.token(), "SIZE=2\n");
    soon("it has followed", || live.snapshot().size == 2);
    live.refresh_now_blocking().unwrap();
    beside.refresh_now_blocking().unwrap();
    // Its own of now, the one of the load at first, and that of the others.
    assert_eq!(cache.len(), 3);
}

#[test]
fn an_answer_that_was_kept_makes_neither_the_settings_younger_nor_the_store_well() {
    let (bed, cache) = (Bed::new(), cache());
    let live = bed.live(&cache);
    bed.proxy.refuse();
    std::thread::sleep(Duration::from_millis(1500));
    bed.write(ROOT_TOKEN, "SIZE=2\n");
    soon("it has followed the file", || live.snapshot().size == 2);
    let health = live.health();
    assert_eq!(health.state, State::Fresh, "{health}");
    let vault = health.sources.iter().find(|source| source.label.starts_with("vault")).unwrap();
    let (second, answered) = (Duration::from_millis(1500), vault.last_success.unwrap());
    assert!(answered >= second, "{health}");
    assert!(health.age >= second, "{health}");
    assert!(live.metrics().age_seconds >= 1.5);
    let file = health.sources.iter().find(|source| source.label.starts_with("dotenv")).unwrap();
    assert!(file.last_success.unwrap() < answered, "{health}");

    bed.proxy.accept();
    let before = Instant::now();
    live.refresh_now_blocking().unwrap();
    let (health, since) = (live.health(), before.elapsed());
    assert!(health.age <= since, "{health}");
    assert!(health.sources.iter().all(|source| source.last_success.unwrap() <= since), "{health}");
}

#[test]
fn a_store_that_asked_to_be_left_alone_is_not_asked_whatever_makes_a_refresh() {
    let (bed, cache) = (Bed::new(), cache());
    let live = bed.live(&cache);
    bed.proxy.always(Fault::too_many_requests(Some(600)));
    let error = live.refresh_now_blocking().unwrap_err().to_string();
    assert!(error.contains("too many requests (HTTP 429; asks to wait 600 s)"), "{error}");
    let asked = requests(&bed.proxy).len();
    bed.proxy.heal();
    for _ in 0..3 {
        let error = live.refresh_now_blocking().unwrap_err().to_string();
        assert!(error.contains("asked to be left alone for 600 s"), "{error}");
    }
    live.invalidate("api_key");
    let refreshes = live.metrics().refreshes_total;
    bed.write(ROOT_TOKEN, "SIZE=2\n");
    soon("there was a refresh for the file", || live.metrics().refreshes_total > refreshes);
    assert_eq!(requests(&bed.proxy).len(), asked, "{:?}", requests(&bed.proxy));
    let health = live.health();
    assert!(health.next_try > Duration::from_secs(500), "{health}");
    // The files are read all the while: one that has the secret itself mends it.
    bed.write(ROOT_TOKEN, "SIZE=3\nAPI_KEY=of-the-file\n");
    soon("the file is followed", || live.snapshot().size == 3);
    assert_eq!(live.snapshot().api_key.expose_secret(), "of-the-file");
    assert_eq!((live.health().state, requests(&bed.proxy).len()), (State::Fresh, asked));
}
