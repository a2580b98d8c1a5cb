//! PostgreSQL.

use config_tests_servers::postgres::{Cluster, Login};

#[test]
fn passwords_are_checked() {
    let cluster = Cluster::shared();
    let user = cluster.user("it's right");
    assert_eq!(cluster.login(&user, "it's right"), Login::Accepted);
    assert_eq!(cluster.login(&user, "wrong"), Login::Refused);
    assert_eq!(cluster.login("nobody", "wrong"), Login::Refused);
}

#[test]
fn sql_gives_rows_as_lines() {
    assert_eq!(
        Cluster::shared().execute("SELECT 1, 'a' UNION ALL SELECT 2, 'b' ORDER BY 1"),
        "1|a\n2|b"
    );
}

#[test]
fn its_debug_text_has_no_password() {
    let cluster = Cluster::shared();
    assert!(!format!("{cluster:?}").contains(cluster.password()));
}
