//! The load generator: keeps a number of connections busy for a while and says how many answers came and how long each took.
//!
//! It writes requests that were made beforehand and reads answers by their content-length, so that it costs less than what it
//! measures. An answer that is not 200 ends it.

use serde_json::{Value, json};
use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Builder,
    task::JoinSet,
};

/// The role: ADDRESS, a JSON file of request texts, the number of connections, and for how many milliseconds.
pub(crate) fn run(arguments: &[&str]) {
    let [address, requests, connections, milliseconds] = arguments else { panic!("found {arguments:?}") };
    let requests: Arc<Vec<String>> = Arc::new(serde_json::from_slice(&fs::read(requests).unwrap()).unwrap());
    let connections: usize = connections.parse().unwrap();
    let length = Duration::from_millis(milliseconds.parse().unwrap());

    let mut times = Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        // A first, uncounted round opens the connections of whatever stands behind the server.
        all(address, &requests, connections, length / 5).await;
        all(address, &requests, connections, length).await
    });

    times.sort_unstable();
    println!("{}", summary(&times, length));
}

fn summary(times: &[u64], length: Duration) -> Value {
    json!({
        "per_second": times.len() as f64 / length.as_secs_f64(),
        "requests": times.len(),
        "p50": times[times.len() / 2] as f64 / 1000.0,
        "p99": times[times.len() * 99 / 100] as f64 / 1000.0,
    })
}

/// The nanoseconds that each answer took, over all connections.
async fn all(address: &str, requests: &Arc<Vec<String>>, connections: usize, length: Duration) -> Vec<u64> {
    let until = Instant::now() + length;
    let mut tasks = JoinSet::new();
    for connection in 0..connections {
        tasks.spawn(one(address.to_owned(), Arc::clone(requests), connection * 7919, until));
    }
    tasks.join_all().await.concat()
}

async fn one(address: String, requests: Arc<Vec<String>>, offset: usize, until: Instant) -> Vec<u64> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut times, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
    for number in offset.. {
        let began = Instant::now();
        if began >= until {
            break;
        }
        stream.write_all(requests[number % requests.len()].as_bytes()).await.unwrap();
        read_answer(&mut stream, &mut buffer).await;
        times.push(began.elapsed().as_nanos() as u64);
    }
    times
}

async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) {
    let mut have = 0;
    let mut whole = None;
    while whole.is_none_or(|length| have < length) {
        let read = stream.read(&mut buffer[have..]).await.unwrap();
        assert_ne!(read, 0, "the server closed the connection after {:?}", String::from_utf8_lossy(&buffer[..have]));
        have += read;
        if whole.is_none() {
            whole = length_of_answer(&buffer[..have]);
        }
    }
}

/// Head and body together, once the head is there.
pub(crate) fn length_of_answer(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = str::from_utf8(&bytes[..head]).unwrap();
    assert!(text.starts_with("HTTP/1.1 200"), "expected 200, found {}", String::from_utf8_lossy(bytes));
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    Some(head + length.expect("an answer with a content-length"))
}
