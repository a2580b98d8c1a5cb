//! Stand-ins for vendors' services that cannot be had, written in Python below `standins/`: how they are started,
//! controlled and ended. The checks there keep them honest, by the vendors' own clients.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http::{Client, Response};
use crate::install;

/// An answer that a stand-in gives in place of its own.
#[derive(Debug, Clone)]
pub struct Failure(Value);

/// A request as a stand-in logged it: no header and no body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `GET`, `POST`, ..
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// What was answered.
    pub status: u16,
}

impl Failure {
    /// One answer of this status, with the body that the vendor would send.
    pub fn status(status: u16) -> Self {
        Self(json!({ "status": status, "n": 1, "headers": {} }))
    }

    /// That many answers.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.0["n"] = times.into();
        self
    }

    /// Only to requests whose path begins so.
    #[must_use]
    pub fn below(mut self, path: &str) -> Self {
        self.0["path"] = path.into();
        self
    }

    /// With a header field, `Retry-After` for instance.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.0["headers"][name] = value.into();
        self
    }

    /// With this body, which need not be JSON.
    #[must_use]
    pub fn body(mut self, body: &str) -> Self {
        self.0["body"] = body.into();
        self
    }
}

/// A stand-in's process, which ends when it is dropped, or with the process that started it: its standard input is a pipe
/// that nobody else holds.
#[derive(Debug)]
pub(crate) struct Script {
    child: Child,
    ready: Value,
    control: SocketAddr,
}

impl Script {
    /// Starts it and waits until it tells its ports; `control` names the one that speaks plain HTTP.
    #[track_caller]
    pub(crate) fn start(name: &str, arguments: &[OsString], control: &str) -> Self {
        let mut child = Command::new(install::tool("python3"))
            // Nothing that is installed is in its reach: the standard library is all it may need.
            .args(["-E", "-S", "-B"])
            .arg(standins().join(name))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 can be started");
        let mut line = String::new();
        let output = child.stdout.take().expect("the output is a pipe");
        BufReader::new(output).read_line(&mut line).expect("the output can be read");
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            drop(child.wait());
            panic!("{name} ended at once; its standard error tells why")
        });
        let control = port(&ready, control);
        Self { child, ready, control }
    }

    /// Where it speaks plain HTTP.
    pub(crate) fn address(&self) -> SocketAddr {
        self.control
    }

    /// Where it listens on the port of this name.
    pub(crate) fn port(&self, name: &str) -> SocketAddr {
        port(&self.ready, name)
    }

    /// What it told of itself when it was ready.
    pub(crate) fn told(&self, what: &str) -> &str {
        self.ready[what].as_str().unwrap_or_else(|| panic!("it does not tell its {what}"))
    }

    #[track_caller]
    pub(crate) fn log(&self) -> Vec<Asked> {
        let text = |entry: &Value, what| entry[what].as_str().unwrap_or_default().to_owned();
        let asked = |entry: &Value| Asked {
            method: text(entry, "method"),
            path: text(entry, "path"),
            status: entry["status"].as_u64().and_then(|code| code.try_into().ok()).unwrap_or(0),
        };
        let log = self.control("GET", "log", &json!({})).value();
        log.as_array().expect("the log is a list").iter().map(asked).collect()
    }

    #[track_caller]
    pub(crate) fn reset(&self) {
        assert_eq!(self.control("POST", "reset", &json!({})).status, 200);
    }

    #[track_caller]
    pub(crate) fn fail_next(&self, failure: &Failure) {
        let answer = self.control("POST", "fail", &failure.0);
        assert_eq!(answer.status, 200, "{failure:?} is refused");
    }

    #[track_caller]
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let asked = json!({ "method": method, "path": path, "body": body });
        let answer = self.control("POST", "ask", &asked);
        (answer.status, answer.value())
    }

    #[track_caller]
    fn control(&self, method: &str, what: &str, body: &Value) -> Response {
        let path = format!("/_control/{what}");
        match Client::new(self.control).ask(method, &path, &[], body.to_string().as_bytes()) {
            Ok(response) => response,
            Err(error) => panic!("the stand-in does not answer {path}: {error}"),
        }
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            match self.child.try_wait() {
                Ok(None) => sleep(Duration::from_millis(2)),
                _ => return,
            }
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn port(ready: &Value, name: &str) -> SocketAddr {
    let port = ready[name].as_u64().and_then(|port| u16::try_from(port).ok());
    (Ipv4Addr::LOCALHOST, port.expect("it tells its ports")).into()
}

/// Runs one of the checks by the vendors' own clients, `check_gcp.py` for instance, to its end.
pub fn check(name: &str) -> Output {
    check_in(&standins(), name)
}

/// The same with the scripts of another directory.
pub fn check_in(standins: &Path, name: &str) -> Output {
    Command::new(install::tool("python3"))
        .arg("-B")
        .arg(standins.join(name))
        .stdin(Stdio::null())
        .output()
        .expect("python3 can be started")
}

/// Where the scripts are.
pub fn standins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("standins")
}
