//! Raw sockets for tests: what a library would not send, and how a connection really ended.

use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than anything takes here; a test that waits so long hangs.
const FOREVER: Duration = Duration::from_secs(60);

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Closed,
    Reset,
}

/// What came back over a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    pub(crate) ended: Ended,
}

impl Reply {
    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// The value of a header of the first response.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub(crate) async fn connect(port: u16) -> TcpStream {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap()
}

/// Sends bytes and reads until the connection ends.
pub(crate) async fn talk(port: u16, bytes: impl AsRef<[u8]>) -> Reply {
    let mut stream = connect(port).await;
    // A server that has refused already may have closed.
    let _ = stream.write_all(bytes.as_ref()).await;
    read_to_end(&mut stream).await
}

/// Reads until the connection ends.
pub(crate) async fn read_to_end(stream: &mut TcpStream) -> Reply {
    let (all, ended) = read_bytes(stream).await;
    split(&all, ended)
}

/// Reads until the connection ends, whatever it is that comes.
pub(crate) async fn read_bytes(stream: &mut TcpStream) -> (Vec<u8>, Ended) {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    let ended = loop {
        match timeout(FOREVER, stream.read(&mut buffer)).await.expect("the connection never ended") {
            Ok(0) => break Ended::Closed,
            Ok(count) => all.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break Ended::Reset,
            Err(error) => panic!("{error}"),
        }
    };
    (all, ended)
}

/// Reads exactly so many bytes.
pub(crate) async fn read_exactly(stream: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    timeout(FOREVER, stream.read_exact(&mut bytes)).await.expect("the bytes never came").unwrap();
    bytes
}

/// Reads one whole response with a content-length.
pub(crate) async fn read_one(stream: &mut TcpStream) -> Reply {
    let mut all = Vec::new();
    loop {
        let reply = split(&all, Ended::Closed);
        let length = reply.header("content-length").and_then(|length| length.parse::<usize>().ok());
        if length.is_some_and(|length| reply.body.len() >= length) {
            return reply;
        }
        let mut buffer = [0; 1];
        let count = timeout(FOREVER, stream.read(&mut buffer)).await.expect("nothing came").unwrap();
        assert_ne!(count, 0, "the connection ended in {:?}", String::from_utf8_lossy(&all));
        all.extend_from_slice(&buffer[..count]);
    }
}

fn split(all: &[u8], ended: Ended) -> Reply {
    let end = all.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let (head, body) = end.map_or((all, &[][..]), |end| (&all[..end], &all[end + 4..]));
    let head = String::from_utf8_lossy(head).into_owned();
    assert_no_cors(&head);
    Reply { head, body: body.to_vec(), ended }
}

/// Whatever a test reads from a server of ours, no field of it lets a web page read it.
fn assert_no_cors(head: &str) {
    assert!(!head.to_ascii_lowercase().contains("access-control-"), "a page in a browser may read this: {head}");
}

#[test]
#[should_panic(expected = "a page in a browser may read this")]
fn a_field_that_lets_a_page_read_an_answer_is_found_in_every_reply() {
    split(b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\r\n", Ended::Closed);
}
