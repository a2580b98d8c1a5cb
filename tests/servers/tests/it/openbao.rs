//! OpenBao in each of its states, and its engines.

use config_tests_servers::openbao::Server;
use config_tests_servers::postgres::{Cluster, Login};
use serde_json::{Value, json};

#[test]
fn a_server_in_dev_mode_is_ready() {
    let server = Server::shared();
    assert_eq!(server.health(), 200);
    assert_eq!(server.admin().get("sys/mounts/secret").0, 200);
    assert_eq!(server.client("wrong").get("sys/mounts/secret").0, 403);
}

#[test]
fn a_fresh_server_is_uninitialised_then_sealed_then_ready() {
    let server = Server::uninitialised();
    assert_eq!(server.health(), 501);
    let keys = server.initialise();
    assert_eq!(server.health(), 503);
    server.unseal(&keys);
    assert_eq!(server.health(), 200);
    assert_eq!(server.client(&keys.root).get("sys/mounts").0, 200);
    server.seal(&keys.root);
    assert_eq!(server.health(), 503);
    server.unseal(&keys);
    assert_eq!(server.health(), 200);
}

#[test]
fn a_server_with_tls_has_a_ca_of_its_own() {
    let (server, other) = (Server::dev_tls(), Server::dev_tls());
    let trusts = |ca: &Server| {
        let mut curl = std::process::Command::new("curl");
        curl.args(["--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--cacert"]);
        curl.arg(ca.ca_file()).arg(format!("{}/v1/sys/health", server.tls_url()));
        String::from_utf8(curl.output().unwrap().stdout).unwrap()
    };
    assert_eq!(trusts(&server), "200");
    assert_eq!(trusts(&other), "000");
    assert_eq!(server.admin().get("sys/mounts").0, 200);
}

#[test]
fn kv_keeps_versions_in_version_2_only() {
    let admin = Server::shared().admin();
    for version in [1, 2] {
        let kv = admin.kv(version);
        assert_eq!(kv.data("app"), Value::Null);
        kv.put("app", &json!({ "port": 1 }));
        let second = kv.put("app", &json!({ "port": 2 }));
        assert_eq!(second, if version == 1 { 0 } else { 2 });
        assert_eq!(kv.current("app"), second);
        assert_eq!(kv.data("app"), json!({ "port": 2 }));
        kv.delete("app");
        assert_eq!(kv.data("app"), Value::Null);
        assert_eq!(admin.get(&kv.path("app")).0, 404);
    }
}

#[test]
fn a_token_may_only_what_its_policies_allow() {
    let admin = Server::shared().admin();
    let (mine, other) = (admin.kv(2), admin.kv(2));
    mine.put("app", &json!({ "port": 1 }));
    let token = admin.with_token(&admin.token(&[&admin.may_read(&mine.mount)], "1h"));
    assert_eq!(token.get(&mine.path("app")).0, 200);
    assert_eq!(token.post(&mine.path("app"), &json!({ "data": {} })).0, 403);
    assert_eq!(token.get(&other.path("app")).0, 403);
}

#[test]
fn a_namespace_has_mounts_of_its_own() {
    let admin = Server::shared().admin();
    let (name, inside) = admin.namespace();
    let kv = inside.kv(2);
    kv.put("app", &json!({ "port": 1 }));
    assert_eq!(admin.get(&kv.path("app")).0, 404);
    assert_eq!(admin.get(&format!("{name}/{}", kv.path("app"))).0, 200);
    assert_eq!(admin.in_namespace(&name).get(&kv.path("app")).0, 200);
}

#[test]
fn a_rate_quota_answers_429() {
    let admin = Server::shared().admin();
    let kv = admin.kv(1);
    admin.rate_quota(&format!("{}/", kv.mount), 1.0);
    let statuses: Vec<u16> = (0..5).map(|_| admin.get(&kv.path("app")).0).collect();
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[test]
fn the_database_engine_makes_users_and_ends_them_with_their_lease() {
    let (admin, cluster) = (Server::shared().admin(), Cluster::shared());
    let database = admin.database(cluster, "1h", "2h");
    let lease = admin.must("GET", &database.creds(), &Value::Null);
    let (user, password) =
        (lease["data"]["username"].as_str().unwrap(), lease["data"]["password"].as_str().unwrap());
    assert_eq!(database.leases(), 1);
    assert_eq!(cluster.login(user, password), Login::Accepted);
    admin.must("PUT", "sys/leases/revoke", &json!({ "lease_id": lease["lease_id"], "sync": true }));
    assert_eq!(database.leases(), 0);
    assert_eq!(cluster.login(user, password), Login::Refused);
}

#[test]
fn a_static_role_changes_the_password_of_a_user_there_is() {
    let (admin, cluster) = (Server::shared().admin(), Cluster::shared());
    let user = cluster.user("first");
    assert_eq!(cluster.login(&user, "first"), Login::Accepted);
    let database = admin.database(cluster, "1h", "2h");
    let role = database.static_role(&user, "24h");
    let creds = admin.must("GET", &format!("{}/static-creds/{role}", database.mount), &Value::Null);
    assert_eq!(cluster.login(&user, creds["data"]["password"].as_str().unwrap()), Login::Accepted);
    assert_eq!(cluster.login(&user, "first"), Login::Refused);
}
