//! Requests that two readers could end in different places: refused, and the connection closed behind them.
//!
//! Each carries a second request where one reader or another would find it, signed like the first. The upstream
//! must see neither; of what is no trick it sees one request for each that was sent, framed by us.

use super::{PATH, Rig, at, head_of, list};
use crate::upstreams::{Stub, answer};
use crate::wires::talk;
use retake::net::Credentials;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

const PAGE: &str = r#"{"imageSetPropertiesList":[]}"#;

/// What stands in a good head for its length.
const LENGTH: &str = "Content-Length: 0\r\n";

/// A request, and one more that hides behind it.
struct Requests {
    /// Signed, with `Content-Length: 0`, its connection staying open.
    good: String,
    hidden: String,
}

impl Requests {
    fn new(port: u16, credentials: &Credentials) -> Self {
        let of = |token| head_of(&list(&[("nextToken", token)]), port, credentials);
        Self { good: of("first").replacen("Connection: close\r\n", "", 1), hidden: of("smuggled") }
    }

    /// The first with other framing, and the hidden one behind it.
    fn framed(&self, framing: &str) -> String {
        self.good.replacen(LENGTH, framing, 1) + &self.hidden
    }

    /// The first with something put into its head, and the hidden one behind it.
    fn with(&self, before: &str, spelled: &str) -> String {
        self.good.replacen(before, spelled, 1) + &self.hidden
    }
}

/// Lengths, and codings beside and instead of them, that readers take differently; `N` is the length of what hides.
const FRAMINGS: [&str; 41] = [
    "Content-Length: 0\r\nContent-Length: N\r\n",
    "Content-Length: N\r\nContent-Length: 0\r\n",
    "Content-Length: 0\r\ncontent-length: N\r\n",
    "Content-Length: 0, N\r\n",
    "Content-Length: 0, 0\r\n",
    "Content-Length: 0,0\r\n",
    "Content-Length: +0\r\n",
    "Content-Length: -0\r\n",
    "Content-Length: -1\r\n",
    "Content-Length: 0x0\r\n",
    "Content-Length: 0 0\r\n",
    "Content-Length: 0;x\r\n",
    "Content-Length: 0.0\r\n",
    "Content-Length: 1e1\r\n",
    "Content-Length: \"0\"\r\n",
    "Content-Length:\r\n",
    "Content-Length: \r\n",
    "Content-Length: nine\r\n",
    "Content-Length: 18446744073709551616\r\n",
    "Content-Length: 99999999999999999999999999\r\n",
    "Content-Length : 0\r\n",
    "Content-Length\t: 0\r\n",
    "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
    "Content-Length: 0\r\nTransfer-Encoding: identity\r\n",
    "Content-Length: 0\r\nTransfer-Encoding: xchunked\r\n",
    "Content-Length: 0\r\nTransfer-Encoding:\r\n",
    "Content-Length: 0\r\nTransfer-Encoding: Chunked\r\n",
    "Content-Length: 0\r\nTransfer-Encoding: chunked, identity\r\n",
    "Content-Length: 0\r\nTransfer-Encoding: chunked, chunked\r\n",
    "Content-Length: 0\r\nTransfer-Encoding: \"chunked\"\r\n",
    "Content-Length: 0\r\nTransfer-Encoding: \x0bchunked\r\n",
    "Content-Length: 0\r\nTransfer-Encoding : chunked\r\n",
    "Content-Length: 0\r\nTransfer-Encoding\t: chunked\r\n",
    "Content-Length: 0\r\nTransfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n",
    "Content-Length: 0\r\nTransfer-Encoding: gzip, chunked\r\n",
    "Content-Length: 0\r\nX: y\r\n Transfer-Encoding: chunked\r\n",
    "Content-Length: 0\r\nTransfer-Encoding:\r\n chunked\r\n",
    "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
];

/// Bodies in chunks, each with a trick, and what hides at their end.
const CHUNKS: [&str; 16] = [
    "0\r\n\r\n",
    "00000000000000000000\r\n\r\n",
    "0;ext=1\r\n\r\n",
    "0;\n\r\n\r\n",
    "0\n\n",
    "0\r\r\n\r\n",
    " 0\r\n\r\n",
    "0x0\r\n\r\n",
    "-1\r\n\r\n",
    "+0\r\n\r\n",
    "1\r\nab\r\n0\r\n\r\n",
    "2\r\na\r\n0\r\n\r\n",
    "FFFFFFFFFFFFFFFF1\r\na\r\n0\r\n\r\n",
    "8000000000000000\r\na\r\n0\r\n\r\n",
    "0\r\nContent-Length: 9\r\n\r\n",
    "0\r\nX: y",
];

/// What is put into a good head, and where.
fn heads() -> Vec<(&'static str, String)> {
    let line = |spelled: &str| ("\r\nHost: ", format!("\r\n{spelled}\r\nHost: "));
    let mut heads = vec![
        ("\r\nHost: ", "\r\nHost: evil.example\r\nHost: ".to_owned()),
        ("\r\nHost: ", "\r\n Host: ".to_owned()),
        ("\r\nHost: ", "\rHost: ".to_owned()),
        ("\r\nHost: ", "\r\nHost : ".to_owned()),
        (" HTTP/1.1", " HTTP/1.1 ".to_owned()),
        (" HTTP/1.1", " HTTP/0.9".to_owned()),
        (" HTTP/1.1", " HTTP/2.0".to_owned()),
        (" HTTP/1.1", " HTTP/1.11".to_owned()),
        (" HTTP/1.1", " HTTP/11".to_owned()),
        (" HTTP/1.1", " http/1.1".to_owned()),
        (" HTTP/1.1", " HTTPS/1.1".to_owned()),
        (" HTTP/1.1", " x HTTP/1.1".to_owned()),
        (" HTTP/1.1", "\tHTTP/1.1".to_owned()),
        (" HTTP/1.1", "\0 HTTP/1.1".to_owned()),
        (" HTTP/1.1", "\u{7f} HTTP/1.1".to_owned()),
        (" HTTP/1.1", String::new()),
        ("POST ", "P OST ".to_owned()),
        ("POST ", "PO\0ST ".to_owned()),
        ("POST ", "POST\t".to_owned()),
        ("POST ", "\tPOST ".to_owned()),
        ("POST ", " POST ".to_owned()),
        ("POST ", "PO(ST ".to_owned()),
        ("POST ", "{} ".to_owned()),
        ("POST ", "P\u{d6}ST ".to_owned()),
        ("POST ", " ".to_owned()),
        ("POST /", "POST ".to_owned()),
    ];
    let lines = [
        "X: a\rb",
        "X: a\r",
        "X: a\0b",
        "X\0: a",
        "X: a\x01b",
        "X: a\x1bb",
        "X: a\x7fb",
        "X: a\r\n folded",
        "X: a\r\n\tfolded",
        " X: a",
        "\tX: a",
        ": a",
        "X",
        "X y: a",
        "X(y): a",
        "X: a\n b",
        "\x0bX: a",
        "X\u{e9}: a",
    ];
    heads.extend(lines.map(line));
    heads
}

fn tricks(requests: &Requests) -> Vec<String> {
    let length = requests.hidden.len().to_string();
    let framings = FRAMINGS.iter().map(|framing| requests.framed(&framing.replace('N', &length)));
    let chunks = CHUNKS.iter().map(|chunks| {
        let chunked = requests.good.replacen(LENGTH, "Transfer-Encoding: chunked\r\n", 1);
        format!("{chunked}{chunks}{}", requests.hidden)
    });
    let heads = heads().into_iter().map(|(before, spelled)| requests.with(before, &spelled));
    let whole =
        ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\0\x01\0\x01\u{fc}\x03\x03\r\n\r\n", "SSH-2.0-x\r\n\r\n"];
    let whole = whole.iter().map(|begin| format!("{begin}{}", requests.hidden));
    let bare = [format!("GET {PATH}\r\n\r\n"), format!("POST {PATH}\r\n\r\n{}", requests.hidden)];
    framings.chain(chunks).chain(heads).chain(whole).chain(bare).collect()
}

#[tokio::test]
async fn refuses_what_two_readers_could_end_in_different_places_and_closes() {
    let stub = Stub::start(vec![vec![answer(200, "", PAGE)]]).await;
    let rig = Rig::start(at(&stub.url())).await;
    let port = rig.port();
    let requests = Requests::new(port, &rig.running.access().credentials);
    let tricks = tricks(&requests);

    let mut wrong = Vec::new();
    for trick in &tricks {
        let before = stub.requests().len();
        let reply = talk(port, trick).await;
        // The preface of HTTP/2 is answered by the end of the connection alone.
        let is_refused = reply.status() == 400 || (reply.status() == 0 && trick.starts_with("PRI "));
        if !is_refused || reply.text().contains("HTTP/1.1") || stub.requests().len() > before {
            wrong.push(format!("{trick:?} got {reply:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(stub.connections(), 0);

    let counts = rig.finish().await.unwrap().counts;
    assert!(tricks.len() > 100, "{}", tricks.len());
    assert_eq!((counts.refused, counts.exchanges), (tricks.len() as u64, 0));
}

#[tokio::test]
async fn a_proxy_that_passes_bytes_on_lets_the_hidden_request_through() {
    let stub = Stub::start(vec![vec![answer(200, "", PAGE)]]).await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let (port, upstream) = (listener.local_addr().unwrap().port(), stub.port);
    let proxy = tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut server = TcpStream::connect(("127.0.0.1", upstream)).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await });
        }
    });
    let tricks = tricks(&Requests::new(port, &Credentials::throwaway().unwrap()));

    let mut through = 0;
    for trick in &tricks {
        let seen = stub.requests().len();
        send_and_close(port, trick.as_bytes()).await;
        let hidden = |request: &String| request.contains("\nPOST") || request.starts_with("POST");
        through +=
            usize::from(stub.requests()[seen..].iter().any(|request| request.contains("smuggled") && hidden(request)));
    }
    proxy.abort();

    assert!(through * 2 > tricks.len(), "{through} of {}", tricks.len());
}

/// Sends bytes, says that no more come, and waits for the end.
async fn send_and_close(port: u16, bytes: &[u8]) {
    use tokio::io::AsyncWriteExt;

    let mut stream = crate::wires::connect(port).await;
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    crate::wires::read_bytes(&mut stream).await;
}

#[tokio::test]
async fn one_request_in_is_one_request_out_framed_by_us() {
    let stub = Stub::start(vec![vec![answer(200, "", PAGE)]]).await;
    let rig = Rig::start(at(&stub.url())).await;
    let port = rig.port();
    let good = head_of(&list(&[]), port, &rig.running.access().credentials);
    let pipelined = good.replacen("Connection: close\r\n", "", 1) + &good;
    let line = |spelled: &str| good.replacen("\r\nHost: ", &format!("\r\n{spelled}\r\nHost: "), 1);
    let cases = [
        (good.clone(), 1),
        (pipelined, 2),
        (line("Connection: close, authorization, content-length"), 1),
        (good.replacen(" HTTP/1.1", "#x HTTP/1.1", 1), 1),
        // Said twice it is the same length to all.
        (line("Content-Length: 0"), 1),
        (line("Keep-Alive: timeout=5"), 1),
        (line("TE: trailers"), 1),
        (line("Trailer: x"), 1),
        (line("Upgrade: h2c"), 1),
        (line("Expect: 100-continue"), 1),
        (line("Transfer_Encoding: chunked"), 1),
        (line("X-Transfer-Encoding: chunked"), 1),
        (line("Proxy-Connection: keep-alive"), 1),
        (line("Via: 1.1 a"), 1),
        (line("X-Content-Length: 9"), 1),
        (format!("\r\n{good}"), 1),
        (good.clone() + "trailing bytes that are no request", 1),
    ];
    for (sent, expected) in cases {
        let before = stub.requests().len();

        let reply = talk(port, &sent).await;

        let seen = stub.requests().split_off(before);
        assert_eq!((reply.status(), seen.len()), (200, expected), "{sent:?}: {reply:?}");
        for forwarded in seen {
            assert!(forwarded.starts_with(&format!("POST {PATH} HTTP/1.1\r\n")), "{forwarded}");
            assert!(forwarded.ends_with("\r\n\r\n"), "{forwarded}");
            assert_eq!(forwarded.matches("content-length: 0\r\n").count(), 1, "{forwarded}");
            for absent in ["encoding", "connection", "expect", "upgrade", "trailer", "via", "keep-alive"] {
                assert!(!forwarded.to_lowercase().contains(absent), "{absent}: {forwarded}");
            }
        }
    }
}
