//! The client.

use std::io::{self, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::{Headers, Request, Response, wire};

/// Asks one server, on a new connection each time.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    address: SocketAddr,
    patience: Duration,
}

impl Client {
    /// A client of the server at `address`, which waits half a minute for an answer.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, patience: Duration::from_secs(30) }
    }

    /// With another time to wait for each read.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Asks and waits for the whole answer.
    pub fn ask(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Response> {
        let mut fields = Headers::default();
        headers.iter().for_each(|(name, value)| fields.push(*name, *value));
        self.send(&Request {
            method: method.into(),
            target: target.into(),
            headers: fields,
            body: body.into(),
        })
    }

    /// Sends a request on, with `Host` and `Connection` of its own.
    pub fn send(&self, request: &Request) -> io::Result<Response> {
        let mut request = request.clone();
        request.headers.remove(&["connection", "expect"]);
        if request.headers.value("host").is_none() {
            request.headers.push("Host", self.address.to_string());
        }
        request.headers.push("Connection", "close");
        let stream = TcpStream::connect_timeout(&self.address, self.patience)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(self.patience))?;
        stream.set_write_timeout(Some(self.patience))?;
        wire::write_request(&mut &stream, &request)?;
        wire::response(&mut BufReader::new(&stream), &request.method)
    }
}
