//! Many connections at once to a replay: what each costs while it rests, and that none fails. And how soon a stop closes
//! the door.

use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpStream as Blocking,
    thread,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Builder,
};

use crate::{
    load::length_of_answer,
    measure,
    process::{Server, this_program},
    replaying::{prepare, request},
};

/// How many are opened, where the limit of open files lets so many be.
const MANY: usize = 10_000;

/// Memory of an idle connection, and answers to twice as many requests as connections.
pub(crate) fn hold_many() {
    let many = MANY.min(open_files().saturating_sub(200));
    let (folder, pages) = prepare(1);
    let arguments = ["replay", "bench.cassette.yaml", "--allow-unused", "--max-connections", &(many + 50).to_string()];
    let server = Server::retake(folder.path(), &arguments);
    let requests = folder.path().join("requests.json");
    fs::write(&requests, serde_json::to_vec(&request(&pages[0], &server, "")).unwrap()).unwrap();
    let count = many.to_string();

    let mut client = this_program(&["hold", &server.address, requests.to_str().unwrap(), &count])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(client.stdout.take().unwrap());
    let mut next = || {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        serde_json::from_str::<Value>(&line).unwrap()
    };
    assert_eq!(next()["held"], 1);
    let before = server.resident_memory();
    client.stdin.as_mut().unwrap().write_all(b"go on\n").unwrap();
    assert_eq!(next()["held"], many);
    let after = server.resident_memory();
    client.stdin.as_mut().unwrap().write_all(b"go on\n").unwrap();
    let answered = next()["answered"].as_f64().unwrap();
    assert!(client.wait().unwrap().success());

    measure::alone(&format!("{many} connections, each idle"), "KiB", (after - before) / 1024.0 / many as f64, "20");
    measure::alone(&format!("{many} connections, answers of {}", 2 * many), "", answered, "all");
}

/// The role: ADDRESS, a JSON file of a request, and how many connections. Each asks once when it is opened, and once more.
pub(crate) fn hold(arguments: &[&str]) {
    let [address, request, count] = arguments else { panic!("found {arguments:?}") };
    let request: String = serde_json::from_slice(&fs::read(request).unwrap()).unwrap();
    let count: usize = count.parse().unwrap();
    let wait = || {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).unwrap();
    };
    Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let mut held = vec![ask_first(address, &request).await];
        println!("{}", json!({"held": held.len()}));
        wait();
        while held.len() < count {
            held.push(ask_first(address, &request).await);
        }
        println!("{}", json!({"held": held.len()}));
        wait();
        let mut answered = held.len();
        for stream in &mut held {
            ask(stream, &request).await;
            answered += 1;
        }
        println!("{}", json!({"answered": answered}));
    });
}

async fn ask_first(address: &str, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    ask(&mut stream, request).await;
    stream
}

async fn ask(stream: &mut TcpStream, request: &str) {
    stream.write_all(request.as_bytes()).await.unwrap();
    let (mut bytes, mut buffer) = (Vec::new(), [0; 8192]);
    while length_of_answer(&bytes).is_none_or(|length| bytes.len() < length) {
        let count = stream.read(&mut buffer).await.unwrap();
        assert_ne!(count, 0, "the server closed a connection");
        bytes.extend_from_slice(&buffer[..count]);
    }
}

/// The limit of open files of this process.
fn open_files() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    line.split_whitespace().nth(3).and_then(|soft| soft.parse().ok()).unwrap_or(usize::MAX)
}

/// From the signal to the first connection that is refused, and to the end of the process.
pub(crate) fn stop() {
    let (folder, _) = prepare(1);
    let [times] = measure::in_turns(
        || {
            let server = Server::retake(folder.path(), &["replay", "bench.cassette.yaml", "--allow-unused"]);
            let address = server.address.clone();
            let began = Instant::now();
            let closed = thread::spawn(move || {
                while Blocking::connect(&address).is_ok() {
                    thread::sleep(Duration::from_millis(1));
                }
                began.elapsed().as_secs_f64() * 1000.0
            });
            server.stop();
            [closed.join().unwrap()]
        },
        || [f64::NAN],
    );
    measure::alone("from the signal to stop until nobody is let in", "ms", times.0, "100");
}
