//! An axum service that takes up changed settings without a restart, and goes on with those it has while the file that
//! they are in is broken. `/ready` is for the load balancer, `/version` for whoever wants to know what an instance runs.
//!
//! A real service would go on serving; this one changes a copy of its samples, answers the requests that it sends to
//! itself, and ends.

use std::error::Error;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::get;
use config_core::{Change, Changes, Live, SecretExt, SecretString, Secrets, WhenExpired};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Settings of the greeting service.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, file("settings.json")))]
struct Settings {
    /// Address that the server listens on; port 0 is any free one. It is bound once.
    #[setting(default = "127.0.0.1:0", restart_only)]
    listen: SocketAddr,

    /// What callers are told.
    #[setting(default = "Hello", len = 1..=100)]
    greeting: String,

    /// What callers have to show.
    #[secret(required, format = any, len = 16..)]
    api_token: SecretString,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    put("settings.json", directory.path())?;

    let live = Settings::loader()
        .root(directory.path())
        .live()
        .max_stale(Duration::from_millis(500)) // an hour, unless told; here nobody wants to wait for it
        .when_expired(WhenExpired::Refuse)
        .start()
        .await?;
    println!("starting with {live:?}");
    let told = tokio::spawn(tell(live.subscribe()));

    let listener = TcpListener::bind(live.snapshot().listen).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, service(live.clone())).with_graceful_shutdown(async {
        drop(stopped.await);
    });
    let server = tokio::spawn(server.into_future());

    let morning = "Authorization: Bearer not-a-real-token-of-the-morning\r\n";
    let evening = "Authorization: Bearer not-a-real-token-of-the-evening\r\n";
    println!("{}", ask(address, "/", morning).await?);
    println!("{}", ask(address, "/version", "").await?);

    put("rotated.json", directory.path())?;
    until(address, "/version", "HTTP/1.1 200 OK generation 2").await?;
    println!("{}", ask(address, "/", morning).await?);
    println!("{}", ask(address, "/", evening).await?);
    println!("{}", ask(address, "/ready", "").await?);

    // The service goes on with what it has, until that is too old.
    put("broken.json", directory.path())?;
    println!("{}", until(address, "/ready", "HTTP/1.1 503").await?);
    println!("{}", ask(address, "/", evening).await?);
    println!("{}", live.health().last_failure.unwrap_or_default());

    put("settings.json", directory.path())?;
    println!("{}", until(address, "/ready", "HTTP/1.1 200").await?);
    println!("{}", ask(address, "/", morning).await?);

    drop(stop);
    server.await??;
    drop(live); // the last handle: the thread is stopped, and whoever waits for changes is told that there are no more
    told.await?;
    Ok(())
}

fn service(live: Live<Settings>) -> Router {
    Router::new()
        .route("/", get(greet))
        .route("/ready", get(ready))
        .route("/version", get(version))
        .with_state(live)
}

/// One snapshot for a request: it sees the token and the greeting of one generation, whatever changes meanwhile.
async fn greet(
    State(live): State<Live<Settings>>,
    headers: HeaderMap,
) -> Result<String, StatusCode> {
    let settings = live.snapshot();
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match shown {
        Some(token) if settings.api_token.ct_eq(token) => Ok(format!("{}!", settings.greeting)),
        _ => Err(StatusCode::UNAUTHORIZED),
    }
}

async fn ready(State(live): State<Live<Settings>>) -> (StatusCode, &'static str) {
    match live.health().is_ready() {
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "the settings are too old"),
    }
}

/// Anybody may ask for it: it has no values, and no names of fields.
async fn version(State(live): State<Live<Settings>>) -> String {
    let health = live.health();
    format!("generation {}, {} s old", health.generation, health.age.as_secs())
}

/// Prints each change, until the last handle is gone.
async fn tell(mut changes: Changes) {
    while let Some(Change { from, to, fields, restart_only, cause, .. }) = changes.changed().await {
        println!("changed: generation {from} to {to} ({cause}): {}", fields.join(", "));
        if !restart_only.is_empty() {
            println!("changed: a restart would change {}", restart_only.join(", "));
        }
    }
    println!("changed: no more");
}

/// Puts a sample in the place of the file that is read, in one step, so that nobody reads half of it.
fn put(sample: &str, directory: &Path) -> std::io::Result<()> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    fs::copy(samples.join(sample), directory.join("next"))?;
    fs::rename(directory.join("next"), directory.join("settings.json"))
}

/// The first answer that begins so.
async fn until(address: SocketAddr, path: &str, start: &str) -> Result<String, Box<dyn Error>> {
    for _ in 0..1_000 {
        let answer = ask(address, path, "").await?;
        if answer.starts_with(start) {
            return Ok(answer);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(format!("{path} never answered {start}").into())
}

/// The first line and the body of an answer, as a client without any crate gets it.
async fn ask(address: SocketAddr, path: &str, header: &str) -> Result<String, Box<dyn Error>> {
    let mut stream = TcpStream::connect(address).await?;
    stream
        .write_all(
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{header}Connection: close\r\n\r\n")
                .as_bytes(),
        )
        .await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    Ok(format!("{} {body}", head.lines().next().unwrap_or_default()).trim_end().to_owned())
}
