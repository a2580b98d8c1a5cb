//! Messages as bytes.

use std::io::{self, BufRead, Read, Write};

use super::{Headers, Request, Response};

const MOST: usize = 256 << 20;

/// The next request of a connection; `None` at its end.
pub(crate) fn request(from: &mut impl BufRead) -> io::Result<Option<Request>> {
    let Some((start, headers)) = head(from)? else { return Ok(None) };
    let mut words = start.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(malformed("a request line"));
    };
    let (method, target) = (method.to_owned(), target.to_owned());
    let body = body(from, &headers, false)?;
    Ok(Some(Request { method, target, headers, body }))
}

/// The answer to a request of this method.
pub(crate) fn response(from: &mut impl BufRead, method: &str) -> io::Result<Response> {
    loop {
        let (start, headers) = head(from)?.ok_or_else(|| malformed("an answer"))?;
        let status = start.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status: u16 = status.ok_or_else(|| malformed("a status line"))?;
        if (100..200).contains(&status) {
            continue;
        }
        let bodiless = method == "HEAD" || status == 204 || status == 304;
        let body = if bodiless { Vec::new() } else { body(from, &headers, true)? };
        return Ok(Response { status, headers, body });
    }
}

/// Writes a request in one go.
pub(crate) fn write_request(to: &mut impl Write, request: &Request) -> io::Result<()> {
    let start = format!("{} {} HTTP/1.1", request.method, request.target);
    write_message(to, &start, &request.headers, request.body.len(), &request.body)
}

/// Writes an answer that claims to have a body of `length` bytes, and as much of the body as there is.
pub(crate) fn write_response(
    to: &mut impl Write,
    response: &Response,
    length: usize,
) -> io::Result<()> {
    let start = format!("HTTP/1.1 {} -", response.status);
    write_message(to, &start, &response.headers, length, &response.body)
}

fn write_message(
    to: &mut impl Write,
    start: &str,
    headers: &Headers,
    length: usize,
    body: &[u8],
) -> io::Result<()> {
    let mut message = format!("{start}\r\n");
    for (name, value) in headers.iter() {
        if !["content-length", "transfer-encoding"].contains(&name.to_ascii_lowercase().as_str()) {
            message += &format!("{name}: {value}\r\n");
        }
    }
    message += &format!("Content-Length: {length}\r\n\r\n");
    let mut message = message.into_bytes();
    message.extend_from_slice(body);
    to.write_all(&message)?;
    to.flush()
}

/// The first line and the header fields.
fn head(from: &mut impl BufRead) -> io::Result<Option<(String, Headers)>> {
    let Some(start) = line(from)? else { return Ok(None) };
    let mut headers = Headers::default();
    loop {
        let field = line(from)?.ok_or_else(|| malformed("the end of the head"))?;
        if field.is_empty() {
            return Ok(Some((start, headers)));
        }
        let (name, value) = field.split_once(':').ok_or_else(|| malformed("a header field"))?;
        headers.push(name.trim(), value.trim());
    }
}

fn body(from: &mut impl BufRead, headers: &Headers, to_the_end: bool) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if headers
        .value("transfer-encoding")
        .is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"))
    {
        loop {
            let size = line(from)?.ok_or_else(|| malformed("a chunk"))?;
            let size = size.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| malformed("a chunk's size"))?;
            exactly(from, size, &mut body)?;
            line(from)?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
    if let Some(length) = headers.value("content-length") {
        exactly(from, length.parse().map_err(|_| malformed("a content length"))?, &mut body)?;
    } else if to_the_end {
        from.take(MOST as u64).read_to_end(&mut body)?;
    }
    Ok(body)
}

fn exactly(from: &mut impl BufRead, size: usize, into: &mut Vec<u8>) -> io::Result<()> {
    if into.len() + size > MOST {
        return Err(malformed("a body of sensible size"));
    }
    let start = into.len();
    into.resize(start + size, 0);
    from.read_exact(&mut into[start..])
}

fn line(from: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    if from.take(64 << 10).read_line(&mut line)? == 0 {
        return Ok(None);
    }
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(Some(line))
}

fn malformed(expected: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("expected {expected}"))
}

#[cfg(test)]
mod tests {
    use super::{request, response};

    #[test]
    fn a_chunked_body_is_put_together() {
        let wire = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";
        assert_eq!(response(&mut &wire[..], "GET").unwrap().body, b"abcde");
    }

    #[test]
    fn a_body_without_a_length_goes_to_the_end() {
        let wire = b"HTTP/1.1 200 OK\r\n\r\nabc";
        assert_eq!(response(&mut &wire[..], "GET").unwrap().body, b"abc");
        assert_eq!(response(&mut &wire[..], "HEAD").unwrap().body, b"");
    }

    #[test]
    fn an_interim_answer_is_passed_over() {
        let wire = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\nx";
        assert_eq!(response(&mut &wire[..], "GET").unwrap().status, 404);
    }

    #[test]
    fn requests_follow_each_other_on_one_connection() {
        let mut wire =
            &b"PUT /a?b=c HTTP/1.1\r\ncontent-LENGTH: 2\r\n\r\nxyGET / HTTP/1.1\r\n\r\n"[..];
        let first = request(&mut wire).unwrap().unwrap();
        assert_eq!((first.path(), first.query(), &first.body[..]), ("/a", Some("b=c"), &b"xy"[..]));
        assert_eq!(request(&mut wire).unwrap().unwrap().method, "GET");
        assert!(request(&mut wire).unwrap().is_none());
    }

    #[test]
    fn a_truncated_body_is_an_error() {
        let wire = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc";
        assert!(response(&mut &wire[..], "GET").is_err());
    }
}
