//! Credentials that are made when they are read.

use config_core::{ExposeSecret, ProblemKind, SecretString, Secrets};
use config_tests_servers::openbao::{Database, Server};
use config_tests_servers::postgres::{Cluster, Login};
use config_tests_servers::proxy::Fault;

use super::{admin, and, as_root, proxy, requests, with_token};

#[derive(Debug, Secrets)]
#[secrets(sources(vault("{PLACE}")))]
struct Credentials {
    #[setting(required)]
    username: String,
    #[secret(required, format = any)]
    password: SecretString,
}

fn database() -> Database {
    admin().database(Cluster::shared(), "1h", "24h")
}

#[test]
fn user_and_password_are_of_one_lease_and_log_in() {
    let database = database();
    let proxy = proxy();
    let environment = and(as_root(&proxy.url()), "PLACE", &database.creds());
    let credentials = Credentials::loader().env(environment).load().unwrap();
    let login =
        Cluster::shared().login(&credentials.username, credentials.password.expose_secret());
    assert!(matches!(login, Login::Accepted), "{login:?}");
    assert_eq!(database.leases(), 1);
    let mut asked = requests(&proxy);
    // The first two come at the same time.
    asked[..2].sort_unstable();
    assert_eq!(
        asked,
        [
            "GET /v1/auth/token/lookup-self".to_owned(),
            format!("GET /v1/sys/internal/ui/mounts/{}", database.creds()),
            format!("GET /v1/{}", database.creds()),
        ]
    );
}

#[test]
fn a_token_that_may_do_nothing_else_is_enough() {
    let database = database();
    let rule = format!("path \"{}\" {{ capabilities = [\"read\"] }}", database.creds());
    let token = admin().token(&[&admin().policy(&rule)], "1h");
    let environment = with_token(&Server::shared().url(), &token);
    let environment = and(environment, "PLACE", &database.creds());
    let plan = Credentials::loader().env(environment.clone()).plan().unwrap();
    assert_eq!(plan.policies().next().unwrap().1.text(), rule);
    assert_eq!(plan.sources()[0].round_trips(), 2);
    assert!(Credentials::loader().env(environment).load().is_ok());
}

#[test]
fn a_credential_whose_answer_is_lost_is_not_made_twice() {
    let database = database();
    let proxy = proxy();
    let path = format!("/v1/{}", database.creds());
    let creds = path.clone();
    proxy.when(move |request| (request.path() == creds).then_some(Fault::NoReply));
    let environment = and(as_root(&proxy.url()), "PLACE", &database.creds());
    let error = Credentials::loader().env(environment).load().unwrap_err();
    assert!(error.iter().all(|problem| problem.kind() == ProblemKind::Unreachable), "{error}");
    assert_eq!((proxy.count("GET", &path), database.leases()), (1, 1));
}

#[test]
fn reports_and_plans_make_no_credential() {
    let database = database();
    let environment = and(as_root(&Server::shared().url()), "PLACE", &database.creds());
    let report = Credentials::loader().env(environment.clone()).explain();
    assert!(report.to_string().contains("reading it mints a credential"), "{report}");
    Credentials::loader().env(environment).plan().unwrap();
    assert_eq!(database.leases(), 0);
}

#[test]
fn the_password_of_a_static_role_is_looked_at_without_making_one() {
    let database = database();
    let user = Cluster::shared().user("n0t-a-real-password");
    let role = database.static_role(&user, "24h");
    let place = format!("{}/static-creds/{role}", database.mount);
    let environment = and(as_root(&Server::shared().url()), "PLACE", &place);
    let report = Credentials::loader().env(environment.clone()).explain();
    assert!(!report.to_string().contains("not read"), "{report}");
    let credentials = Credentials::loader().env(environment).load().unwrap();
    assert_eq!(credentials.username, user);
}

#[test]
fn a_role_that_is_not_there_is_absent() {
    let database = database();
    let place = format!("{}/creds/no-such-role", database.mount);
    let environment = and(as_root(&Server::shared().url()), "PLACE", &place);
    let error = Credentials::loader().env(environment).load().unwrap_err();
    assert!(error.iter().all(|problem| problem.kind() == ProblemKind::Missing), "{error}");
    assert!(error.to_string().contains("no such role"), "{error}");
}
