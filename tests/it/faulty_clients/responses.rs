//! What the faulty clients make of bytes: a verdict on a client is worth no more than what the client can read.

use super::response::read_response;
use retake::message::End;
use std::io::{Error, ErrorKind, Read};

/// Bytes that come in pieces of one length, and how they end.
struct Stub {
    bytes: &'static [u8],
    piece: usize,
    end: Option<ErrorKind>,
}

impl Read for Stub {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let count = self.piece.min(self.bytes.len()).min(buffer.len());
        match (count, self.end) {
            (0, Some(kind)) => Err(kind.into()),
            (count, _) => {
                buffer[..count].copy_from_slice(&self.bytes[..count]);
                self.bytes = &self.bytes[count..];
                Ok(count)
            }
        }
    }
}

const RESET: Option<ErrorKind> = Some(ErrorKind::ConnectionReset);
const SILENCE: Option<ErrorKind> = Some(ErrorKind::WouldBlock);

#[test]
fn reads_a_body_by_its_length_by_chunks_or_to_the_end_whatever_pieces_it_comes_in() {
    let cases: [(&[u8], Option<ErrorKind>, bool); 6] = [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n{\"a\":1", SILENCE, true),
        (b"HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n2;x=y\r\n:1\r\n0\r\n\r\n", SILENCE, true),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n6\r\n{\"a\":1\r\n0\r\ntrailer: x\r\n\r\n",
            SILENCE,
            true,
        ),
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 6\r\n\r\n{\"a\":1", None, false),
        (b"HTTP/1.0 200 OK\r\n\r\n{\"a\":1", None, false),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n{\"a\":1", SILENCE, true),
    ];
    for (bytes, end, is_open) in cases {
        for piece in [1, 7, 10_000] {
            let answered = read_response(Stub { bytes, piece, end }, true);

            let shown = String::from_utf8_lossy(bytes);
            assert_eq!((answered.response.status, answered.response.end), (Some(200), End::Complete), "{shown}");
            assert_eq!(answered.response.body.bytes(), b"{\"a\":1", "{shown}");
            assert_eq!(answered.is_open, is_open, "{shown}");
        }
    }
}

#[test]
fn tells_a_body_that_is_cut_from_one_that_is_reset_and_one_that_never_comes() {
    let heads: [&[u8]; 2] = [
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf",
    ];
    for bytes in heads {
        for (end, expected) in [(None, End::EofAfter(4)), (RESET, End::ResetAfter(4)), (SILENCE, End::TimeoutAfter(4))]
        {
            let answered = read_response(Stub { bytes, piece: 5, end }, true);

            assert_eq!((answered.response.end, answered.is_open), (expected, false));
            assert_eq!(answered.response.body.bytes(), b"half");
        }
    }
    let unbounded = b"HTTP/1.1 200 OK\r\n\r\nhalf";
    assert_eq!(read_response(Stub { bytes: unbounded, piece: 99, end: RESET }, true).response.end, End::ResetAfter(4));
}

#[test]
fn takes_nothing_for_a_response_that_has_no_head_of_one() {
    let cases: [(&[u8], Option<ErrorKind>, End); 7] = [
        (b"", None, End::EofAfter(0)),
        (b"", RESET, End::ResetAfter(0)),
        (b"", SILENCE, End::TimeoutAfter(0)),
        (b"HTTP/1.1 200 OK\r\ncontent-le", None, End::EofAfter(0)),
        (b"HTTP/1.1 two hundred\r\n\r\n{}", SILENCE, End::ResetAfter(0)),
        (b"220 mail.example ESMTP\r\n\r\n", SILENCE, End::ResetAfter(0)),
        (b"HTTP/1.1 200 OK\r\nno field\r\n\r\n", SILENCE, End::ResetAfter(0)),
    ];
    for (bytes, end, expected) in cases {
        let response = read_response(Stub { bytes, piece: 3, end }, true).response;

        assert_eq!((response.status, response.end), (None, expected), "{}", String::from_utf8_lossy(bytes));
    }
}
