//! A million requests at each concurrency: how many answers are not, byte for byte, the first one of their request.

use serde_json::Value;
use std::{
    env, fs,
    process::Stdio,
    sync::{Arc, OnceLock},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Builder,
    task::JoinSet,
};

use crate::{
    load::length_of_answer,
    measure,
    process::{Server, this_program},
    replaying::{prepare, request},
};

/// `RETAKE_REQUESTS` says another number.
const TIMES: usize = 1_000_000;

const KEYS: usize = 100;

pub(crate) fn compare_many() {
    let times = env::var("RETAKE_REQUESTS").ok().and_then(|times| times.parse().ok()).unwrap_or(TIMES);
    let (folder, pages) = prepare(KEYS);
    let server = Server::retake(folder.path(), &["replay", "bench.cassette.yaml", "--allow-unused"]);
    let requests = folder.path().join("requests.json");
    let texts: Vec<String> = pages.iter().map(|page| request(page, &server, "")).collect();
    fs::write(&requests, serde_json::to_vec(&texts).unwrap()).unwrap();

    for connections in [1, 16, 256] {
        let output = this_program(&[
            "compare",
            &server.address,
            requests.to_str().unwrap(),
            &connections.to_string(),
            &times.to_string(),
        ])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
        assert!(output.status.success(), "the comparison ended with {}", output.status);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let work = format!("{times} requests over {connections} connections, answers that differ");
        measure::alone(&work, "", found.as_f64().unwrap(), "0");
    }
}

/// The role: ADDRESS, a JSON file of request texts, the number of connections, and how many requests.
pub(crate) fn compare(arguments: &[&str]) {
    let [address, requests, connections, times] = arguments else { panic!("found {arguments:?}") };
    let requests: Arc<Vec<String>> = Arc::new(serde_json::from_slice(&fs::read(requests).unwrap()).unwrap());
    let (connections, times): (usize, usize) = (connections.parse().unwrap(), times.parse().unwrap());
    let first: Arc<Vec<OnceLock<Vec<u8>>>> = Arc::new(requests.iter().map(|_| OnceLock::new()).collect());

    let differing = Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let mut tasks = JoinSet::new();
        for connection in 0..connections {
            let numbers = (connection..times).step_by(connections);
            tasks.spawn(one((*address).to_owned(), Arc::clone(&requests), Arc::clone(&first), numbers));
        }
        tasks.join_all().await.into_iter().sum::<usize>()
    });

    println!("{differing}");
}

async fn one(
    address: String,
    requests: Arc<Vec<String>>,
    first: Arc<Vec<OnceLock<Vec<u8>>>>,
    numbers: impl Iterator<Item = usize>,
) -> usize {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut differing, mut buffer) = (0, vec![0; 64 * 1024]);
    for number in numbers {
        let key = number % requests.len();
        stream.write_all(requests[key].as_bytes()).await.unwrap();
        let mut have = 0;
        while length_of_answer(&buffer[..have]).is_none_or(|length| have < length) {
            let read = stream.read(&mut buffer[have..]).await.unwrap();
            assert_ne!(read, 0, "the server closed a connection");
            have += read;
        }
        differing += usize::from(first[key].get_or_init(|| buffer[..have].to_vec()) != &buffer[..have]);
    }
    differing
}
