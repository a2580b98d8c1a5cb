//! How servers end.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use config_tests_servers::{moto, openbao, postgres};

/// A process and all below it.
fn tree(process: u32) -> Vec<u32> {
    let children =
        fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    let below = children.split_whitespace().filter_map(|child| child.parse().ok()).flat_map(tree);
    [process].into_iter().chain(below).collect()
}

/// Those that still run.
fn running(processes: &[u32]) -> Vec<u32> {
    let runs = |process: &&u32| {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        !stat.is_empty() && !stat.contains(") Z ")
    };
    processes.iter().filter(runs).copied().collect()
}

/// The directories of the servers of these processes.
fn directories(processes: &[u32]) -> Vec<PathBuf> {
    let dir = |process: &u32| fs::read_link(format!("/proc/{process}/cwd")).ok();
    let mut dirs: Vec<PathBuf> =
        processes.iter().filter_map(dir).filter(|dir| !dir.ends_with("data")).collect();
    dirs.dedup();
    dirs
}

fn leaves_nothing<S>(server: S, process: u32) {
    let processes = tree(process);
    let dirs = directories(&processes);
    assert!(processes.len() >= 3, "a keeper, its watcher and the server: {processes:?}");
    assert!(!dirs.is_empty() && dirs.iter().all(|dir| dir.exists()));
    drop(server);
    let start = Instant::now();
    while !running(&processes).is_empty() && start.elapsed() < Duration::from_secs(2) {
        sleep(Duration::from_millis(5));
    }
    assert_eq!(running(&processes), [0; 0]);
    assert!(dirs.iter().all(|dir| !dir.exists()), "something of {dirs:?} is left");
}

#[test]
fn openbao_that_is_dropped_leaves_neither_processes_nor_files() {
    let server = openbao::Server::dev();
    let process = server.process_id();
    leaves_nothing(server, process);
}

#[test]
fn moto_that_is_dropped_leaves_neither_processes_nor_files() {
    let server = moto::Server::start();
    let process = server.process_id();
    leaves_nothing(server, process);
}

#[test]
fn postgres_that_is_dropped_leaves_neither_processes_nor_files() {
    let server = postgres::Cluster::start();
    let process = server.process_id();
    leaves_nothing(server, process);
}

const CHILD: &str = "CONFIG_TESTS_SERVERS_CHILD";

/// Starts shared servers in a process of its own and gives what ends when that is killed.
fn victim() -> (std::process::Child, Vec<u32>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "lifetime::servers_end_with_a_process_that_is_killed", "--nocapture"])
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let keepers: Vec<u32> = lines
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("keeper ")?.parse().ok())
        .take(2)
        .collect();
    assert_eq!(keepers.len(), 2);
    (child, keepers)
}

#[test]
fn servers_end_with_a_process_that_is_killed() {
    if std::env::var_os(CHILD).is_some() {
        println!("\nkeeper {}", openbao::Server::shared().process_id());
        println!("\nkeeper {}", postgres::Cluster::shared().process_id());
        sleep(Duration::from_secs(600));
        return;
    }
    let (mut child, keepers) = victim();
    let processes: Vec<u32> = keepers.iter().copied().flat_map(tree).collect();
    let dirs = directories(&processes);
    assert_eq!(dirs.len(), 2);
    child.kill().unwrap();
    child.wait().unwrap();
    let start = Instant::now();
    let left =
        |dirs: &[PathBuf]| !running(&processes).is_empty() || dirs.iter().any(|dir| dir.exists());
    while left(&dirs) && start.elapsed() < Duration::from_secs(5) {
        sleep(Duration::from_millis(10));
    }
    assert!(!left(&dirs), "{:?} still run, {dirs:?}", running(&processes));
}

fn ends_without_its_keeper<S>(server: S, keeper: u32, address: SocketAddr) {
    let processes = tree(keeper);
    let dirs = directories(&processes);
    assert!(Command::new("kill").args(["-KILL", &keeper.to_string()]).status().unwrap().success());
    let start = Instant::now();
    while TcpStream::connect(address).is_ok() && start.elapsed() < Duration::from_secs(5) {
        sleep(Duration::from_millis(10));
    }
    assert!(TcpStream::connect(address).is_err(), "{:?} still run", running(&processes));
    drop(server);
    assert!(dirs.iter().all(|dir| !dir.exists()), "something of {dirs:?} is left");
}

#[test]
fn a_server_ends_when_its_keeper_is_killed() {
    let server = openbao::Server::dev();
    let (keeper, address) = (server.process_id(), server.address());
    ends_without_its_keeper(server, keeper, address);
    let server = postgres::Cluster::start();
    let (keeper, address) = (server.process_id(), server.address());
    ends_without_its_keeper(server, keeper, address);
}
