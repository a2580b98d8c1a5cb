//! Two entries of a list that are places at one server.

use std::time::Duration;

use config_core::{ExposeSecret, Loader, ProblemKind, SecretString, Secrets};
use config_tests_servers::openbao::{Admin, AppRole, Server};
use config_tests_servers::proxy::Proxy;
use serde_json::{Value, json};

use super::{Variables, as_root, by_app_role, requests, variables, with_token};

#[derive(Debug, Secrets)]
#[secrets(sources(vault("secret/app"), vault("secret/db")))]
struct Two {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[secret(required, format = any)]
    url: SecretString,
}

/// The second entry's place is named by a field too.
#[derive(Debug, Secrets)]
#[secrets(sources(vault("secret/app"), vault("secret/db")))]
struct Named {
    #[secret(required, format = any)]
    api_key: SecretString,
    #[secret(required, format = any, vault = "secret/db#user")]
    user: SecretString,
    #[secret(required, format = any)]
    url: SecretString,
}

const APP: &str = "GET /v1/secret/data/app";
const DB: &str = "GET /v1/secret/data/db";

/// A server of the test's own, behind a proxy.
struct Bed {
    _server: Server,
    admin: Admin,
    proxy: Proxy,
}

impl Bed {
    fn new() -> Self {
        let server = Server::dev();
        let (admin, proxy) = (server.admin(), Proxy::before(server.address()));
        let bed = Self { _server: server, admin, proxy };
        bed.put("app", &json!({ "api_key": "n0t-a-real-key" }));
        bed.put("db", &json!({ "url": "n0t-a-real-url", "user": "n0t-a-real-user" }));
        bed
    }

    fn put(&self, path: &str, data: &Value) {
        let write =
            || self.admin.post(&format!("secret/data/{path}"), &json!({ "data": data })).0 == 200;
        while !write() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// A role whose secret ids are good for that many logins.
    fn role(&self, uses: u32) -> AppRole {
        let settings = json!({ "secret_id_num_uses": uses });
        self.admin.app_role(&[&self.admin.may_read("secret")], "1h", &settings)
    }

    fn as_role(&self, role: &AppRole) -> Variables {
        variables([
            ("VAULT_ADDR", &*self.proxy.url()),
            ("VAULT_ROLE_ID", &role.role_id),
            ("VAULT_SECRET_ID", &role.secret_id()),
            ("VAULT_APPROLE_MOUNT", &role.mount),
        ])
    }

    /// What was asked since the last look, in order of arrival.
    fn asked(&self) -> Vec<String> {
        let asked = requests(&self.proxy);
        self.proxy.forget();
        asked
    }
}

fn sorted(mut requests: Vec<String>) -> Vec<String> {
    requests.sort_unstable();
    requests
}

/// The calls that a plan has, of all its sources.
fn planned<S: Secrets>(loader: Loader<S>) -> Vec<String> {
    let plan = loader.plan().unwrap();
    plan.sources().iter().flat_map(|source| source.reads().to_vec()).collect()
}

#[test]
fn they_log_in_once_so_that_a_secret_id_for_one_login_is_enough() {
    let bed = Bed::new();
    let role = bed.role(1);
    let environment = bed.as_role(&role);
    let plan = planned(Two::loader().env(environment.clone()));
    let settings = Two::loader().env(environment).load().unwrap();
    assert_eq!(settings.api_key.expose_secret(), "n0t-a-real-key");
    assert_eq!(settings.url.expose_secret(), "n0t-a-real-url");
    let asked = bed.asked();
    let login = format!("POST /v1/auth/{}/login", role.mount);
    assert_eq!(asked[0], login);
    assert_eq!(sorted(asked[1..].to_vec()), [APP, DB]);
    assert_eq!(plan, [&login, APP, DB]);
}

#[test]
fn they_log_in_once_for_a_load_that_blocks_nobody_and_for_a_report() {
    let bed = Bed::new();
    let role = bed.role(1);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let loader = || Two::loader().env(bed.as_role(&role));
    assert!(runtime.block_on(loader().load_async()).is_ok());
    assert_eq!(bed.asked().len(), 3);
    let report = loader().explain().to_string();
    assert_eq!(bed.asked().len(), 3, "{report}");
}

#[test]
fn a_place_that_a_field_names_as_well_is_read_once() {
    let bed = Bed::new();
    let role = bed.role(0);
    let check = |loader: &dyn Fn() -> Loader<Named>, login: &[String]| {
        let plan = planned(loader());
        let settings = loader().load().unwrap();
        assert_eq!(settings.api_key.expose_secret(), "n0t-a-real-key");
        assert_eq!(settings.user.expose_secret(), "n0t-a-real-user");
        assert_eq!(settings.url.expose_secret(), "n0t-a-real-url");
        let asked = sorted(bed.asked());
        let expected = [APP.to_owned(), DB.to_owned()].into_iter().chain(login.iter().cloned());
        assert_eq!(asked, expected.collect::<Vec<_>>());
        assert_eq!(sorted(plan), asked);
    };
    let login = [format!("POST /v1/auth/{}/login", role.mount)];
    check(&|| Named::loader().env(bed.as_role(&role)), &login);
    check(&|| Named::loader().env(as_root(&bed.proxy.url())), &[]);
    // The same where the program gives one server for both.
    let given = || Named::loader().env(variables([])).source(by_app_role(&bed.proxy, &role));
    check(&given, &login);
}

#[test]
fn what_both_want_and_is_denied_is_asked_for_once_and_told_of_each() {
    let bed = Bed::new();
    let policy = "path \"secret/data/app\" { capabilities = [\"read\"] }";
    let token = bed.admin.token(&[&bed.admin.policy(policy)], "1h");
    let loader = Named::loader().env(with_token(&bed.proxy.url(), &token));
    let error = loader.load().unwrap_err();
    let reads = |path: &str| bed.proxy.count("GET", path);
    assert_eq!((reads("/v1/secret/data/app"), reads("/v1/secret/data/db")), (1, 1), "{error}");
    let denied = error.iter().filter(|problem| problem.kind() == ProblemKind::Denied);
    assert_eq!(denied.count(), 2, "{error}");
}

#[test]
fn live_settings_go_on_with_the_one_login_of_both() {
    let bed = Bed::new();
    let role = bed.role(1);
    let live = Two::loader().env(bed.as_role(&role)).live().start_blocking().unwrap();
    live.refresh_now_blocking().unwrap();
    live.refresh_now_blocking().unwrap();
    let asked = bed.asked();
    let logins = asked.iter().filter(|asked| asked.starts_with("POST"));
    assert_eq!((logins.count(), asked.len()), (1, 1 + 3 * 2), "{asked:?}");
}

#[test]
fn two_names_are_two_servers() {
    #[derive(Debug, Secrets)]
    #[secrets(sources(vault("secret/app"), vault@eu("secret/db")))]
    #[expect(dead_code, reason = "what is asked counts")]
    struct Apart {
        #[secret(required, format = any)]
        api_key: SecretString,
        #[secret(required, format = any)]
        url: SecretString,
    }
    let bed = Bed::new();
    let role = bed.role(0);
    let environment = bed.as_role(&role);
    let eu = |(name, value): (String, String)| (name.replace("VAULT", "VAULT_EU"), value);
    let both: Variables = environment.clone().into_iter().map(eu).chain(environment).collect();
    assert!(Apart::loader().env(both).load().is_ok());
    assert_eq!(bed.asked().iter().filter(|asked| asked.starts_with("POST")).count(), 2);
}
