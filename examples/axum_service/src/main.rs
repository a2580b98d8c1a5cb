//! Settings as the state of an axum service. A caller shows the token of the API; the service compares it without
//! telling by its timing how much was right, and says nothing of the settings that are secrets.
//!
//! A real service would go on serving; this one answers the requests that it sends to itself, and ends.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::get;
use config_core::{ExposeSecret, SecretExt, SecretString, Secrets};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Settings of the greeting service.
#[derive(Debug, Secrets)]
#[secrets(prefix = "APP", sources(env, dotenv))]
struct Settings {
    /// Address that the server listens on; port 0 is any free one.
    #[setting(default = "127.0.0.1:0")]
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
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
    let settings = Arc::new(Settings::loader().root(samples).load_async().await?);
    println!("starting with {settings:?}");

    let listener = TcpListener::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server =
        axum::serve(listener, service(Arc::clone(&settings))).with_graceful_shutdown(async {
            drop(stopped.await);
        });
    let server = tokio::spawn(server.into_future());

    let right = format!("Authorization: Bearer {}\r\n", settings.api_token.expose_secret());
    for header in ["", "Authorization: Bearer wrong\r\n", &right] {
        println!("{}", ask(address, header).await?);
    }
    drop(stop);
    server.await??;
    Ok(())
}

fn service(settings: Arc<Settings>) -> Router {
    Router::new().route("/", get(greet)).with_state(settings)
}

async fn greet(
    State(settings): State<Arc<Settings>>,
    headers: HeaderMap,
) -> Result<String, StatusCode> {
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match shown {
        Some(token) if settings.api_token.ct_eq(token) => Ok(format!("{}!", settings.greeting)),
        _ => Err(StatusCode::UNAUTHORIZED),
    }
}

/// The first line and the body of an answer, as a client without any crate gets it.
async fn ask(address: SocketAddr, header: &str) -> Result<String, Box<dyn Error>> {
    let mut stream = TcpStream::connect(address).await?;
    stream
        .write_all(
            format!("GET / HTTP/1.1\r\nHost: {address}\r\n{header}Connection: close\r\n\r\n")
                .as_bytes(),
        )
        .await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    Ok(format!("{} {body}", head.lines().next().unwrap_or_default()).trim_end().to_owned())
}
