//! The targets of CONNECT that are no host of the specs: none is opened, whoever answers behind it.

use super::{HOST, Rig, tunnel};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Targets that a careless proxy would connect to; PORT is that of the server itself.
pub(crate) const TARGETS: [&str; 50] = [
    "169.254.169.254:80",
    "169.254.169.254:443",
    "169.254.170.2:80",
    "[fd00:ec2::254]:80",
    "[fe80::1]:443",
    "metadata.google.internal:80",
    "instance-data.ec2.internal:80",
    "localhost:443",
    "localhost:PORT",
    "runtime-localhost:PORT",
    "127.0.0.1:443",
    "127.0.0.1:PORT",
    "127.1:443",
    "127.0.0.2:443",
    "2130706433:443",
    "0x7f000001:443",
    "0177.0.0.1:443",
    "0.0.0.0:443",
    "0.0.0.0:PORT",
    "[::1]:443",
    "[::1]:PORT",
    "[::]:443",
    "[::ffff:127.0.0.1]:443",
    "[0:0:0:0:0:0:0:1]:443",
    "10.0.0.1:443",
    "192.168.0.1:443",
    "1.1.1.1:443",
    "[2606:4700:4700::1111]:443",
    "example.com:443",
    "amazonaws.com:443",
    "s3.us-east-1.amazonaws.com:443",
    "sts.us-east-1.amazonaws.com:443",
    "imaging.us-east-1.amazonaws.com:443",
    "runtime-medical-imaging.us-west-2.amazonaws.com:443",
    "runtime-medical-imaging.us-east-1.amazonaws.com.cn:443",
    "HOST",
    "HOST:80",
    "HOST:4430",
    "HOST:44",
    "HOST:0443",
    "HOST:+443",
    "HOST.:443",
    ".HOST:443",
    "x.HOST:443",
    "xHOST:443",
    "HOST.evil.example:443",
    "user@HOST:443",
    "user:secret@HOST:443",
    "HOST@evil.example:443",
    "RUNTIME-MEDICAL-IMAGING.US-EAST-1.AMAZONAWS.COM:443",
];

/// Targets of no form that CONNECT has.
const MALFORMED: [&str; 11] = [
    "HOST:443:443",
    "HOST%2e:443",
    "/",
    "/HOST:443",
    "https://HOST:443",
    "http://HOST:443/",
    "http://169.254.169.254/latest/meta-data/",
    "HOST:443/",
    "*",
    ":443",
    "//HOST:443",
];

/// The targets as they are sent to a server at a port.
pub(crate) fn spelled(targets: &[&str], port: u16) -> Vec<String> {
    targets.iter().map(|target| target.replace("PORT", &port.to_string()).replace("HOST", HOST)).collect()
}

#[tokio::test]
async fn opens_no_tunnel_to_anything_but_the_hosts_of_the_specs() {
    let rig = Rig::start().await;
    let targets = spelled(&TARGETS, rig.port());
    for target in &targets {
        for form in [
            format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n"),
            format!("CONNECT {target} HTTP/1.0\r\n\r\n"),
        ] {
            let (head, _) = tunnel(rig.port(), &form).await;

            assert_eq!(head.split(' ').nth(1), Some("403"), "{form:?}: {head}");
        }
    }
    for target in spelled(&MALFORMED, rig.port()) {
        let (head, _) = tunnel(rig.port(), &format!("CONNECT {target} HTTP/1.1\r\nHost: {HOST}\r\n\r\n")).await;

        let status = head.split(' ').nth(1);
        assert!(matches!(status, Some("400" | "403")), "{target}: {head}");
    }
    let refused = 2 * targets.len() + MALFORMED.len();
    assert_eq!(rig.stop().await.refused, refused as u64);
}

#[tokio::test]
async fn says_which_tunnels_it_opens() {
    let rig = Rig::start().await;

    let reply = crate::wires::talk(rig.port(), "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n").await;

    let expected = format!(
        "only tunnels to medical-imaging.us-east-1.amazonaws.com:443, {HOST}:443 are opened here; add other hosts to \
         NO_PROXY\n"
    );
    assert_eq!((reply.status(), reply.text()), (403, expected));
}

/// A proxy that asks nobody: it counts what it would have connected to.
struct Careless {
    port: u16,
    connected: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Careless {
    async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connected = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connected);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if connect_anywhere(stream).await {
                    counted.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        Self { port, connected, task }
    }
}

/// Whether a client names a target of a host and a port, as a proxy splits it.
async fn connect_anywhere(mut stream: TcpStream) -> bool {
    let mut head = vec![0; 1024];
    let count = stream.read(&mut head).await.unwrap();
    let head = String::from_utf8_lossy(&head[..count]).into_owned();
    let target = head.split(' ').nth(1).unwrap_or_default();
    let goes = target
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.trim_start_matches('+').parse::<u16>().is_ok());
    let answer = if goes { "HTTP/1.1 200 OK\r\n\r\n" } else { "HTTP/1.1 400 X\r\n\r\n" };
    stream.write_all(answer.as_bytes()).await.unwrap();
    goes
}

#[tokio::test]
async fn a_proxy_that_asks_nobody_would_connect_to_nearly_all_of_them() {
    let careless = Careless::start().await;
    let targets = spelled(&TARGETS, careless.port);
    for target in &targets {
        tunnel(careless.port, &format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n")).await;
    }

    // One of them names no port.
    assert_eq!(careless.connected.load(Ordering::SeqCst), targets.len() - 1);
    careless.task.abort();
}
