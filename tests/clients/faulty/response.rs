//! Reads one HTTP/1.1 response, as far as it comes, and says how it ended.

use retake::message::{Body, End, Headers, Response};
use std::io::{ErrorKind, Read};

/// The longest head that is read.
const LONGEST_HEAD: usize = 64 * 1024;

/// What was read of an answer.
pub(crate) struct Answered {
    pub(crate) response: Response,
    /// Whether the connection can carry another request.
    pub(crate) is_open: bool,
}

/// Reads a response to its end, whatever that is. A head that is none is no response.
/// Chunks may be taken for the body itself.
pub(crate) fn read_response(stream: impl Read, knows_chunks: bool) -> Answered {
    let mut incoming = Incoming { stream, bytes: Vec::new(), end: None };
    let head = loop {
        if let Some(end) = find(&incoming.bytes, b"\r\n\r\n") {
            let head = incoming.take(end + 4);
            match parse_head(&head) {
                // An interim response is followed by the one that counts.
                Some((status, _)) if (100..200).contains(&status) => continue,
                head => break head,
            }
        }
        if incoming.bytes.len() > LONGEST_HEAD || !incoming.more() {
            break None;
        }
    };
    let Some((status, headers)) = head else {
        let end = incoming.end(0).unwrap_or(End::ResetAfter(0));
        return Answered { response: Response { end, ..Response::default() }, is_open: false };
    };
    let (body, end) = incoming.body(&headers, knows_chunks);
    let says_close = headers.get("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    let is_open = end == End::Complete && incoming.end.is_none() && !says_close;
    let body = Body::from_bytes(body);
    Answered { response: Response { status: Some(status), headers, body, end }, is_open }
}

fn parse_head(head: &[u8]) -> Option<(u16, Headers)> {
    let text: String = head.iter().map(|byte| char::from(*byte)).collect();
    let mut lines = text.split("\r\n");
    let mut words = lines.next()?.splitn(3, ' ');
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    let status = words.next()?.parse().ok().filter(|status| (100..600).contains(status))?;
    let fields = lines.filter(|line| !line.is_empty()).map(|line| line.split_once(':'));
    let fields: Option<Vec<(&str, &str)>> = fields.collect();
    Some((status, fields?.into_iter().map(|(name, value)| (name, value.trim())).collect()))
}

/// The bytes that came, and how they ended once they did.
struct Incoming<S> {
    stream: S,
    bytes: Vec<u8>,
    end: Option<fn(u64) -> End>,
}

impl<S: Read> Incoming<S> {
    /// Waits for more; whether some came.
    fn more(&mut self) -> bool {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => self.end = Some(End::EofAfter),
            Ok(count) => self.bytes.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // A time-out of a socket is either, by the system.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                self.end = Some(End::TimeoutAfter);
            }
            Err(_) => self.end = Some(End::ResetAfter),
        }
        self.end.is_none()
    }

    fn end(&self, count: usize) -> Option<End> {
        self.end.map(|end| end(count as u64))
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        self.bytes.drain(..count).collect()
    }

    fn body(&mut self, headers: &Headers, knows_chunks: bool) -> (Vec<u8>, End) {
        let is_chunked = headers.get("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        let length = headers.get("content-length").map(str::parse::<usize>);
        match (is_chunked, length) {
            (true, _) if !knows_chunks => (std::mem::take(&mut self.bytes), End::Complete),
            (true, _) => self.chunked(),
            (false, Some(Ok(length))) => match self.counted(length) {
                Some(body) => (body, End::Complete),
                None => self.broken(Vec::new()),
            },
            (false, Some(Err(_))) => (Vec::new(), End::ResetAfter(0)),
            (false, None) => self.until_closed(),
        }
    }

    /// So many bytes; none if fewer came.
    fn counted(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.bytes.len() < length {
            if !self.more() {
                return None;
            }
        }
        Some(self.take(length))
    }

    fn chunked(&mut self) -> (Vec<u8>, End) {
        let mut body = Vec::new();
        loop {
            let Some(line) = self.line() else { return self.broken(body) };
            let size = line.split(';').next().unwrap_or_default().trim().to_owned();
            let Ok(size) = usize::from_str_radix(&size, 16) else {
                let length = body.len() as u64;
                return (body, End::ResetAfter(length));
            };
            if size == 0 {
                return if self.trailer() { (body, End::Complete) } else { self.broken(body) };
            }
            match self.counted(size + 2) {
                Some(chunk) => body.extend_from_slice(&chunk[..size]),
                None => return self.broken(body),
            }
        }
    }

    /// Reads to the empty line behind the last chunk; whether it came.
    fn trailer(&mut self) -> bool {
        loop {
            match self.line() {
                Some(line) if line.is_empty() => return true,
                Some(_) => {}
                None => return false,
            }
        }
    }

    fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = find(&self.bytes, b"\r\n") {
                let line = self.take(end + 2);
                return Some(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            if !self.more() {
                return None;
            }
        }
    }

    /// A body without a length ends with the connection, and only by a proper close.
    fn until_closed(&mut self) -> (Vec<u8>, End) {
        while self.more() {}
        let body = std::mem::take(&mut self.bytes);
        match self.end(body.len()) {
            Some(End::EofAfter(_)) | None => (body, End::Complete),
            Some(end) => (body, end),
        }
    }

    /// What came of a body that did not come whole.
    fn broken(&mut self, mut body: Vec<u8>) -> (Vec<u8>, End) {
        body.append(&mut self.bytes);
        let end = self.end(body.len()).unwrap_or(End::ResetAfter(body.len() as u64));
        (body, end)
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
