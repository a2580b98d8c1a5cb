//! One connection's requests, and how each of them fares.

use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;
use socket2::SockRef;

use super::{Fault, State};
use crate::http::{Request, Response, wire};

/// Whether the connection can carry another request.
enum Connection {
    Stays,
    Ends,
}

/// Serves what comes over a stream, which that socket carries.
pub(super) fn serve(state: &State, number: u64, socket: &TcpStream, stream: impl Read + Write) {
    let mut reader = BufReader::new(stream);
    while let Ok(Some(request)) = wire::request(&mut reader) {
        let entry = state.log.begin(number, &request);
        let (delay, fault) = state.fate(&request);
        state.log.note(entry, |logged| logged.fault = fault.as_ref().map(Fault::name));
        sleep(delay);
        let sent = |status| state.log.note(entry, |logged| logged.status = Some(status));
        // Noted before the last byte goes out: the client may ask again before this thread runs again.
        let ended =
            || state.log.note(entry, |logged| _ = logged.ended.get_or_insert_with(Instant::now));
        let (request, stream) = (&request, reader.get_mut());
        let exchange = Exchange { state, request, socket, stream, sent: &sent, ended: &ended };
        let outcome = exchange.fare(fault.as_ref());
        ended();
        let close = request
            .headers
            .value("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"));
        if close || !matches!(outcome, Ok(Connection::Stays)) {
            break;
        }
    }
    if !matches!(SockRef::from(socket).linger(), Ok(Some(_))) {
        drop(socket.shutdown(Shutdown::Both));
    }
}

struct Exchange<'a, S> {
    state: &'a State,
    request: &'a Request,
    socket: &'a TcpStream,
    stream: &'a mut S,
    sent: &'a dyn Fn(u16),
    ended: &'a dyn Fn(),
}

impl<S: Read + Write> Exchange<'_, S> {
    fn fare(self, fault: Option<&Fault>) -> io::Result<Connection> {
        match fault {
            None => {
                let response = self.upstream();
                self.answer(&response)
            }
            Some(Fault::Late(by)) => {
                sleep(*by);
                let response = self.upstream();
                self.answer(&response)
            }
            Some(Fault::BlackHole) => {
                // Until the client gives up or the proxy ends.
                io::copy(self.stream, &mut io::sink())?;
                Ok(Connection::Ends)
            }
            Some(Fault::Reset) => {
                SockRef::from(self.socket).set_linger(Some(Duration::ZERO))?;
                Ok(Connection::Ends)
            }
            Some(Fault::NoReply) => {
                self.upstream();
                Ok(Connection::Ends)
            }
            Some(Fault::Answer { status, headers, body }) => {
                let mut response = Response::text(*status, "application/json", "");
                response.body.clone_from(body);
                headers.iter().for_each(|(name, value)| response.headers.push(name, value));
                self.answer(&response)
            }
            Some(Fault::SlowBody(pause)) => self.slowly(*pause),
            Some(Fault::Truncated) => {
                let mut response = self.upstream();
                let length = response.body.len();
                response.body.truncate(length / 2);
                (self.sent)(response.status);
                wire::write_response(self.stream, &response, length.max(1))?;
                Ok(Connection::Ends)
            }
            Some(Fault::MalformedJson) => {
                let mut response = self.upstream();
                if response.body.ends_with(b"\n") {
                    response.body.pop();
                }
                if response.body.pop().is_none() {
                    response.body = b"{".to_vec();
                }
                self.answer(&response)
            }
            Some(Fault::Huge { bytes, chunked }) => self.flood(*bytes, *chunked),
            Some(Fault::Rewritten(change)) => {
                let mut response = self.upstream();
                let mut value = response.value();
                change(&mut value);
                response.body = value.to_string().into();
                self.answer(&response)
            }
        }
    }

    /// The real answer; 502 where there is none.
    fn upstream(&self) -> Response {
        let answer = self.state.upstream.send(self.request);
        let mut response = answer
            .unwrap_or_else(|_| Response::json(502, &json!({ "errors": ["nothing upstream"] })));
        response.headers.remove(&["connection", "keep-alive"]);
        response
    }

    fn answer(self, response: &Response) -> io::Result<Connection> {
        (self.sent)(response.status);
        (self.ended)();
        if self.request.method == "HEAD" {
            let length =
                response.headers.value("content-length").and_then(|length| length.parse().ok());
            let head = Response { body: Vec::new(), ..response.clone() };
            wire::write_response(self.stream, &head, length.unwrap_or(0))?;
        } else {
            wire::write_response(self.stream, response, response.body.len())?;
        }
        Ok(Connection::Stays)
    }

    fn slowly(self, pause: Duration) -> io::Result<Connection> {
        let mut response = self.upstream();
        let body = std::mem::take(&mut response.body);
        (self.sent)(response.status);
        wire::write_response(self.stream, &response, body.len())?;
        for byte in &body {
            self.stream.write_all(&[*byte])?;
            self.stream.flush()?;
            sleep(pause);
        }
        Ok(Connection::Stays)
    }

    /// `{"padding":"aaa.."}` of so many bytes.
    fn flood(self, bytes: u64, chunked: bool) -> io::Result<Connection> {
        const START: &[u8] = br#"{"padding":""#;
        const END: &[u8] = br#""}"#;
        let padding = bytes.saturating_sub((START.len() + END.len()) as u64);
        let total = padding + (START.len() + END.len()) as u64;
        let framing = if chunked {
            "Transfer-Encoding: chunked".into()
        } else {
            format!("Content-Length: {total}")
        };
        let to = self.stream;
        (self.sent)(200);
        to.write_all(
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{framing}\r\n\r\n")
                .as_bytes(),
        )?;
        let mut part = |bytes: &[u8]| {
            if chunked {
                to.write_all(format!("{:x}\r\n", bytes.len()).as_bytes())?;
            }
            to.write_all(bytes)?;
            if chunked { to.write_all(b"\r\n") } else { Ok(()) }
        };
        part(START)?;
        let block = vec![b'a'; 1 << 16];
        let mut left = padding;
        while left > 0 {
            let size = left.min(block.len() as u64);
            part(&block[..usize::try_from(size).unwrap_or(block.len())])?;
            left -= size;
        }
        part(END)?;
        if chunked {
            to.write_all(b"0\r\n\r\n")?;
        }
        Ok(Connection::Stays)
    }
}
