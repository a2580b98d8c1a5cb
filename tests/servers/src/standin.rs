//! A server whose answers are a closure, for services that cannot be had.

use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::http::{Request, Response, wire};
use crate::listener::Listener;

/// An HTTP server that ends when it is dropped.
#[derive(Debug)]
pub struct Standin {
    listener: Listener,
}

impl Standin {
    /// Starts it; `answer` is asked on many threads at once.
    pub fn start(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        Self::behind(Some, answer)
    }

    /// Starts it behind something that every connection has to pass first, such as TLS.
    pub fn behind<S: Read + Write>(
        pass: impl Fn(TcpStream) -> Option<S> + Send + Sync + 'static,
        answer: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> Self {
        let listener = Listener::bind();
        listener.open(move |_, stream| {
            let Some(stream) = pass(stream) else { return };
            let mut stream = BufReader::new(stream);
            while let Ok(Some(request)) = wire::request(&mut stream) {
                let response = answer(&request);
                let length = response.body.len();
                if wire::write_response(stream.get_mut(), &response, length).is_err()
                    || request.headers.value("connection").is_some_and(is_last)
                {
                    return;
                }
            }
        });
        Self { listener }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// `http://` and the address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }
}

fn is_last(connection: &str) -> bool {
    connection.eq_ignore_ascii_case("close")
}
