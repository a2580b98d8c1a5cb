//! What the program prints, from an OpenBao of its own, installed or not, and from one that is there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
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

/// Makes a `python3` in a directory, and gives the path by which it is the first to be found.
fn python(directory: &Path, script: &str) -> String {
    let file = directory.join("python3");
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{}", directory.display(), std::env::var("PATH").unwrap())
}

#[test]
fn where_openbao_is_not_installed_it_says_so_and_installs_it_once() {
    let directory = tempfile::tempdir().unwrap();
    let home = directory.path().join("servers");
    let home = home.to_str().unwrap();
    // All that is installed is what is there already: the way to PyPI is none of this test's.
    let bao = Server::program().unwrap();
    let environment = format!(
        "case \"$1\" in --version) echo Python 3; exit;; esac\nbin=$3/bin; mkdir -p \"$bin\"\n\
         printf '#!/bin/sh\\n' > \"$bin/pip\"; printf '#!/bin/sh\\necho %s\\n' '{}' > \"$bin/python\"\n\
         chmod +x \"$bin/pip\" \"$bin/python\"",
        bao.display()
    );
    let path = python(directory.path(), &environment);
    let pairs = [("CONFIG_TESTS_SERVERS", home), ("PATH", path.as_str())];
    let says = "OpenBao is not installed yet: tests/servers/install.sh does so now";
    for is_first in [true, false] {
        let output = run(&pairs);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{told}");
        assert_eq!(told.contains(says), is_first, "{told}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("wrote secret/staging/app, version 1"), "{text}");
    }
}

#[test]
fn where_it_cannot_be_installed_it_says_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let path = python(directory.path(), "exit 1");
    let home = directory.path().join("servers");
    let pairs = [("CONFIG_TESTS_SERVERS", home.to_str().unwrap()), ("PATH", path.as_str())];
    let output = run(&pairs);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(text.contains("OpenBao could not be installed"), "{text}");
    assert!(text.contains("needs python3 with venv"), "{text}");
    assert!(text.contains("or set VAULT_ADDR and VAULT_TOKEN"), "{text}");
}
