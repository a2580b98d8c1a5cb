//! What the program prints, from an OpenBao of its own and from one that is there.

use std::process::{Command, Output};

use config_tests_servers::openbao::{ROOT_TOKEN, Server};

fn run(pairs: &[(&str, &str)]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_vault"));
    program.env_clear().current_dir("/");
    // Where OpenBao is, if it is not beside the program, and what starts it.
    for name in ["CONFIG_TESTS_SERVERS", "PATH"] {
        program.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    program.envs(pairs.iter().copied()).output().unwrap()
}

#[track_caller]
fn printed(pairs: &[(&str, &str)]) -> String {
    let output = run(pairs);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn one_struct_is_loaded_from_files_and_from_a_secret_for_each_profile() {
    let text = printed(&[]);
    let of = |what: &str| assert!(text.contains(what), "{what}\n\nis not in\n\n{text}");
    of("a key of 29 characters; localhost takes a password of 19; logging from info on\n");
    of("wrote secret/staging/app, version 1\n");
    of("a key of 25 characters; db.staging.example takes a password of 25; logging from info on\n");
}

#[test]
fn the_table_tells_where_each_value_came_from() {
    let text = printed(&[]);
    let (_, table) = text.split_once("Settings: 4 settings, profile staging\n\n").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    assert_eq!(
        table.lines().map(str::trim).collect::<Vec<_>>(),
        [
            "setting                      from",
            "api_key (secret)             vault secret/staging/app#api_key, version 1",
            "log_level                    default",
            "database.host                vault secret/staging/app#database.host, version 1",
            "database.password (secret)   vault secret/staging/app#database.password, version 1",
        ]
    );
}

#[test]
fn the_plan_names_the_one_request_and_the_policy_that_it_needs() {
    let text = printed(&[]);
    let plan = "  2. vault secret/staging/app, for 4 fields at most
       GET /v1/secret/data/staging/app

  1 network round trip

  vault secret/staging/app needs no more than

    path \"secret/data/staging/app\" { capabilities = [\"read\"] }
";
    assert!(text.contains(plan), "{text}");
}

#[test]
fn a_secret_that_nobody_wrote_is_reported_with_the_command_that_writes_it() {
    let text = printed(&[]);
    let (_, report) = text.split_once("in production ").unwrap();
    assert!(report.starts_with("3 settings could not be loaded (profile production)\n"), "{text}");
    assert!(report.contains("vault secret/production/app#api_key (no such secret)"), "{text}");
    assert!(report.contains("run: vault kv put -mount=secret production/app api_key=-"), "{text}");
}

#[test]
fn no_secret_is_printed() {
    let text = printed(&[]);
    assert!(!text.contains("not-a-real"), "{text}");
}

#[test]
fn a_secret_that_is_there_is_left_as_it_is() {
    let server = Server::dev();
    let url = server.url();
    let pairs = [("VAULT_ADDR", url.as_str()), ("VAULT_TOKEN", ROOT_TOKEN)];
    assert!(printed(&pairs).contains("wrote secret/staging/app, version 1"));
    let text = printed(&pairs);
    assert!(text.contains("left secret/staging/app as it is"), "{text}");
    let (_, answer) = server.admin().get("secret/data/staging/app");
    assert_eq!(answer["data"]["metadata"]["version"], 1);
}

#[test]
fn without_a_vault_and_without_openbao_it_says_what_to_do() {
    let output = run(&[("CONFIG_TESTS_SERVERS", "/none")]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(text.contains("set VAULT_ADDR and VAULT_TOKEN, or install OpenBao"), "{text}");
    assert!(text.contains("tests/servers/install.sh"), "{text}");
}
