//! Every limit of a server one below it, at it and one above it, at the figures that are promised.
//!
//! The control of each is a server whose limit is one higher: what was refused passes.

use crate::server::{CLOSE, ok, start};
use crate::wires::{Reply, connect, read_to_end, talk};
use retake::net::{Limits, UpstreamLimits};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::sleep;

#[test]
fn the_limits_are_those_that_are_promised() {
    let limits = Limits::default();
    let upstream = UpstreamLimits::default();

    assert_eq!((limits.headers, limits.header_bytes, limits.target_bytes), (64, 16 << 10, 32 << 10));
    assert_eq!((limits.body_bytes, upstream.kept_bytes, limits.connections), (8 << 20, 8 << 20, 1024));
    assert_eq!([limits.head, limits.gap, limits.whole, limits.drain].map(|limit| limit.as_secs()), [10, 30, 300, 10]);
    assert_eq!([upstream.gap, upstream.whole].map(|limit| limit.as_secs()), [30, 300]);
}

/// A head of so many fields of so many bytes together, and a target of so many.
fn head(fields: usize, bytes: usize, target: usize) -> String {
    let mut head = format!("GET /{} HTTP/1.1\r\n{CLOSE}", "t".repeat(target - 1));
    let mut missing = bytes - ("host".len() + "localhost".len() + "connection".len() + "close".len());
    for index in 2..fields {
        let name = format!("x{index}");
        let length = if index == fields - 1 { missing - name.len() } else { 1 };
        head += &format!("{name}: {}\r\n", "v".repeat(length));
        missing -= length + name.len();
    }
    head + "\r\n"
}

/// The statuses of heads that are one below, at and one above a limit in one way each.
async fn heads(limits: &Limits, served: Limits) -> Vec<u16> {
    let (port, handler, serving) = start(ok("{}"), served, 99).await;
    let Limits { headers, header_bytes, target_bytes, .. } = *limits;
    let mut statuses = Vec::new();
    for step in [0, 1, 2] {
        let fields = headers - 1 + step;
        for request in [
            head(fields, 4 * fields + 28, 10),
            head(4, header_bytes - 1 + step, 10),
            head(4, 100, target_bytes - 1 + step),
        ] {
            statuses.push(talk(port, request).await.status());
        }
    }
    let all = head(headers, header_bytes, target_bytes);
    statuses.push(talk(port, all).await.status());
    let refused = statuses.iter().filter(|status| **status == 431).count();
    assert_eq!(handler.asked.load(Ordering::SeqCst), statuses.len() - refused);
    assert_eq!(serving.shutdown().await.refused, refused as u64);
    statuses
}

#[tokio::test]
async fn takes_a_head_at_each_limit_and_none_above() {
    for limits in [Limits::default(), Limits { headers: 8, header_bytes: 400, target_bytes: 300, ..Limits::default() }]
    {
        let statuses = heads(&limits, limits.clone()).await;

        assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 431, 431, 431, 200]);
    }
}

#[tokio::test]
async fn a_head_that_was_refused_passes_where_the_limit_is_one_higher() {
    let limits = Limits::default();
    let higher = Limits {
        headers: limits.headers + 1,
        header_bytes: limits.header_bytes + 1,
        target_bytes: limits.target_bytes + 1,
        ..limits.clone()
    };

    assert_eq!(heads(&limits, higher).await, [200; 10]);
}

#[tokio::test]
async fn refuses_a_head_far_over_every_limit() {
    let (port, handler, serving) = start(ok("{}"), Limits::default(), 9).await;
    let endless = format!("GET / HTTP/1.1\r\n{}", "x: y\r\n".repeat(100_000));
    for request in [head(64, 1 << 20, 10), head(4, 100, 1 << 20), head(5_000, 40_000, 10), endless] {
        let reply = talk(port, request).await;
        // What goes on sending may see the reset before the answer.
        assert!(matches!(reply.status(), 431 | 400 | 0), "{reply:?}");
    }
    assert_eq!(handler.asked.load(Ordering::SeqCst), 0);
    assert_eq!(serving.shutdown().await.refused, 4);
}

/// The statuses of bodies that are one below, at, one above and far above a limit.
async fn bodies(most: usize, served: usize) -> Vec<u16> {
    let (port, handler, _serving) = start(ok("{}"), Limits { body_bytes: served, ..Limits::default() }, 9).await;
    let mut statuses = Vec::new();
    for length in [most - 1, most, most + 1, most + (1 << 20)] {
        let body = "b".repeat(length);
        let reply = talk(port, format!("PUT / HTTP/1.1\r\n{CLOSE}Content-Length: {length}\r\n\r\n{body}")).await;
        statuses.push(reply.status());
    }
    assert_eq!(handler.asked.load(Ordering::SeqCst), statuses.iter().filter(|status| **status == 200).count());
    statuses
}

#[tokio::test]
async fn takes_a_body_at_its_limit_and_none_above() {
    for most in [10, Limits::default().body_bytes] {
        let statuses = bodies(most, most).await;

        assert_eq!(statuses[..2], [200, 200]);
        // What is still being sent when the answer comes may see the reset before it.
        assert!(statuses[2..].iter().all(|status| matches!(status, 413 | 0)), "{statuses:?}");
    }
    assert_eq!(bodies(10, 11).await[..3], [200; 3]);
}

/// Sends bytes one by one with a pause before each, as long as they are taken; then what came back.
async fn drip(port: u16, begin: &str, bytes: &str) -> Reply {
    let mut stream = connect(port).await;
    stream.set_nodelay(true).unwrap();
    stream.write_all(begin.as_bytes()).await.unwrap();
    for byte in bytes.bytes() {
        sleep(Duration::from_millis(20)).await;
        if stream.write_all(&[byte]).await.is_err() {
            break;
        }
    }
    read_to_end(&mut stream).await
}

#[tokio::test]
async fn a_head_that_drips_does_not_get_more_time_by_dripping() {
    let head = format!("GET / HTTP/1.1\r\n{CLOSE}X: {}\r\n\r\n", "y".repeat(60));
    for (limit, status) in [(Duration::from_millis(200), 0), (Duration::from_secs(60), 200)] {
        let (port, handler, _serving) = start(ok("{}"), Limits { head: limit, ..Limits::default() }, 9).await;

        let reply = drip(port, "", &head).await;

        assert_eq!((reply.status(), handler.asked.load(Ordering::SeqCst)), (status, usize::from(status == 200)));
    }
}

#[tokio::test]
async fn a_body_that_drips_ends_with_the_time_of_the_whole() {
    let head = format!("PUT / HTTP/1.1\r\n{CLOSE}Content-Length: 100\r\n\r\n");
    for (limit, status) in [(Duration::from_millis(200), 0), (Duration::from_secs(60), 200)] {
        let (port, handler, _serving) = start(ok("{}"), Limits { whole: limit, ..Limits::default() }, 9).await;

        let reply = drip(port, &head, &"b".repeat(100)).await;

        assert_eq!((reply.status(), handler.asked.load(Ordering::SeqCst)), (status, usize::from(status == 200)));
    }
}

#[tokio::test]
async fn a_gap_in_a_body_is_a_timeout_and_a_shorter_one_is_none() {
    let head = format!("PUT / HTTP/1.1\r\n{CLOSE}Content-Length: 2\r\n\r\n");
    for (limit, status) in [(Duration::from_millis(100), 408), (Duration::from_secs(60), 200)] {
        let (port, _handler, _serving) = start(ok("{}"), Limits { gap: limit, ..Limits::default() }, 9).await;
        let mut stream = connect(port).await;
        stream.write_all(format!("{head}a").as_bytes()).await.unwrap();
        sleep(Duration::from_millis(600)).await;
        // It may be closed by now.
        let _ = stream.write_all(b"b").await;

        assert_eq!(read_to_end(&mut stream).await.status(), status, "{limit:?}");
    }
}
