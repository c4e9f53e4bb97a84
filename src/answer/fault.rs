//! Responses that no correct library sends: what is put on the wire byte by byte.
//!
//! Data only. A raw responder writes the [`Piece`]s in their order and needs to
//! know nothing else; whoever cannot write raw bytes sends the response as it is.

use crate::message::{Body, End, Response};
use bytes::Bytes;

/// A response, and in what way it is put on the wire wrongly or unusually.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What it amounts to, as evidence: what a client that understands it may make of it.
    pub response: Response,
    /// How it is put on the wire.
    pub wire: Wire,
}

/// The ways in which a response is put on the wire that a correct library would not choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wire {
    /// This line stands in place of the status line; the connection closes after the response.
    StatusLine(String),
    /// These header fields stand behind the response's own, repetitions and all.
    Fields(Vec<(String, String)>),
    /// The head states this length, whatever the body's; the connection closes after the body.
    Length(u64),
    /// The body comes in chunks of so many bytes.
    Chunked(usize),
    /// The head says that the connection closes, and it does.
    Close,
    /// Nothing comes for longer than the client waits; then the connection is reset.
    Stall,
}

/// What a raw responder does, one after the other. Where the last piece is bytes, the connection stays open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// It writes these bytes.
    Bytes(Bytes),
    /// It waits longer than the client does.
    OutlastTimeout,
    /// It closes the connection.
    Close,
    /// It resets the connection.
    Reset,
}

impl Fault {
    /// What is put on the wire, in order.
    pub fn pieces(&self) -> Vec<Piece> {
        if self.wire == Wire::Stall {
            return vec![Piece::OutlastTimeout, Piece::Reset];
        }
        let body = self.body();
        let mut bytes = self.head(body.len()).into_bytes();
        match self.wire {
            Wire::Chunked(size) => bytes.extend(chunked(&body, size, self.response.end == End::Complete)),
            Wire::StatusLine(_) | Wire::Fields(_) | Wire::Length(_) | Wire::Close | Wire::Stall => {
                bytes.extend_from_slice(&body);
            }
        }
        let mut pieces = vec![Piece::Bytes(bytes.into())];
        pieces.extend(self.end());
        pieces
    }

    fn body(&self) -> Bytes {
        match &self.response.body {
            Body::Empty => Bytes::new(),
            Body::Bytes(bytes) => bytes.clone(),
            Body::Withheld(withheld) => withheld.stand_in(),
        }
    }

    fn head(&self, length: usize) -> String {
        let mut head = match (&self.wire, self.response.status) {
            (Wire::StatusLine(line), _) => format!("{line}\r\n"),
            (_, Some(200)) => "HTTP/1.1 200 OK\r\n".to_owned(),
            (_, status) => format!("HTTP/1.1 {} \r\n", status.unwrap_or(500)),
        };
        for (name, value) in self.response.headers.iter() {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match &self.wire {
            Wire::Chunked(_) => head.push_str("transfer-encoding: chunked\r\n"),
            Wire::Length(stated) => head.push_str(&format!("content-length: {stated}\r\n")),
            Wire::StatusLine(_) | Wire::Fields(_) | Wire::Close | Wire::Stall => {
                // A body that is cut short: a length that is never reached.
                let stated = if self.response.end == End::Complete { length } else { length + 1 };
                head.push_str(&format!("content-length: {stated}\r\n"));
            }
        }
        match &self.wire {
            Wire::Close => head.push_str("connection: close\r\n"),
            Wire::Fields(fields) => {
                for (name, value) in fields {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
            }
            Wire::StatusLine(_) | Wire::Length(_) | Wire::Chunked(_) | Wire::Stall => {}
        }
        head + "\r\n"
    }

    /// How the connection ends, if it does.
    fn end(&self) -> Vec<Piece> {
        match self.response.end {
            End::ResetAfter(_) => vec![Piece::Reset],
            End::EofAfter(_) => vec![Piece::Close],
            End::TimeoutAfter(_) => vec![Piece::OutlastTimeout, Piece::Reset],
            End::Complete => match self.wire {
                Wire::StatusLine(_) | Wire::Length(_) | Wire::Close => vec![Piece::Close],
                Wire::Fields(_) | Wire::Chunked(_) | Wire::Stall => Vec::new(),
            },
        }
    }
}

/// The body in chunks; the last one, which ends it, only where it is whole.
fn chunked(body: &[u8], size: usize, is_whole: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() + 32);
    for chunk in body.chunks(size.max(1)) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    if is_whole {
        bytes.extend_from_slice(b"0\r\n\r\n");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Headers;

    fn pieces(wire: Wire, end: End) -> Vec<Piece> {
        let headers = Headers::from_iter([("content-type", "application/json")]);
        let response = Response { status: Some(200), headers, body: Body::from_bytes("{\"a\":1}"), end };
        Fault { response, wire }.pieces()
    }

    fn text(pieces: &[Piece]) -> &str {
        let Piece::Bytes(bytes) = &pieces[0] else { panic!("bytes come first") };
        std::str::from_utf8(bytes).unwrap()
    }

    #[test]
    fn writes_the_body_in_chunks_and_keeps_the_connection() {
        let pieces = pieces(Wire::Chunked(4), End::Complete);

        assert_eq!(
            text(&pieces),
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n\
             4\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\n\r\n"
        );
        assert_eq!(pieces.len(), 1);
    }

    #[test]
    fn leaves_the_last_chunk_out_of_a_body_that_breaks_off() {
        let pieces = pieces(Wire::Chunked(100), End::ResetAfter(7));

        assert!(text(&pieces).ends_with("\r\n\r\n7\r\n{\"a\":1}\r\n"), "{:?}", text(&pieces));
        assert_eq!(pieces[1..], [Piece::Reset]);
    }

    #[test]
    fn states_a_length_a_line_or_fields_that_are_wrong() {
        let length = pieces(Wire::Length(3), End::Complete);
        assert!(text(&length).contains("\r\ncontent-length: 3\r\n\r\n{\"a\":1}"));
        assert_eq!(length[1..], [Piece::Close]);

        let line = pieces(Wire::StatusLine("HTTQ/9 ok".to_owned()), End::Complete);
        assert!(text(&line).starts_with("HTTQ/9 ok\r\ncontent-type"));
        assert_eq!(line[1..], [Piece::Close]);

        let twice = vec![("content-length".to_owned(), "7".to_owned()), ("content-length".to_owned(), "9".to_owned())];
        let fields = pieces(Wire::Fields(twice), End::Complete);
        assert_eq!(text(&fields).matches("content-length").count(), 3);
        assert_eq!(fields.len(), 1);
    }

    #[test]
    fn says_that_it_closes_and_closes() {
        let pieces = pieces(Wire::Close, End::Complete);

        assert!(text(&pieces).contains("content-length: 7\r\nconnection: close\r\n\r\n"));
        assert_eq!(pieces[1..], [Piece::Close]);
    }

    #[test]
    fn never_reaches_the_length_of_a_body_that_breaks_off() {
        let pieces = pieces(Wire::Close, End::EofAfter(7));

        assert!(text(&pieces).contains("content-length: 8\r\n"));
        assert_eq!(pieces[1..], [Piece::Close]);
    }

    #[test]
    fn says_nothing_while_it_stalls() {
        assert_eq!(pieces(Wire::Stall, End::TimeoutAfter(0)), [Piece::OutlastTimeout, Piece::Reset]);
    }
}
