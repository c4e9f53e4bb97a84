//! Replay beside a responder that looks its answers up in a hash map.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

use crate::{
    data::{self, Page},
    measure,
    process::{self, Server},
    whole_file::seal,
};

const CASSETTE: &str = "bench.cassette.yaml";
const PLAIN: &str = "bench.txt";

/// Requests a second, latency and processor time, and how flat they are over the number of exchanges.
pub(crate) fn throughput() {
    for exchanges in [1, 10_000] {
        let (folder, pages) = prepare(exchanges);
        let ours = Server::retake(folder.path(), &["replay", CASSETTE, "--allow-unused"]);
        let limit = Server::limit(&["map", folder.path().join(PLAIN).to_str().unwrap()]);
        let requests = folder.path().join("requests.json");
        let texts: Vec<String> = pages.iter().map(|page| request(page, &ours, "")).collect();
        std::fs::write(&requests, serde_json::to_vec(&texts).unwrap()).unwrap();

        for connections in [1, 16, 64] {
            let [rate, p50, p99, used] = measure::in_turns(
                || process::load(&ours, &requests, connections),
                || process::load(&limit, &requests, connections),
            );
            let work = format!("replay, exchanges {exchanges}, connections {connections}");
            let (rate_aim, p99_aim) = if connections == 1 { ("", "") } else { ("0.8", "1.5") };
            measure::ratio(&work, "requests/s", rate, rate_aim);
            measure::ratio(&format!("{work}: median"), "µs", p50, "");
            measure::ratio(&format!("{work}: 99th percentile"), "µs", p99, p99_aim);
            measure::ratio(&format!("{work}: processor time"), "µs/request", used, "");
        }
        let bodies: usize = pages.iter().map(|page| page.body.len()).sum();
        if exchanges > 1 {
            let memory = (ours.peak_memory() / 1e6, bodies as f64 / 1e6);
            measure::ratio(&format!("peak memory of replay, {exchanges} exchanges, of the bodies"), "MB", memory, "10");
        }
    }
}

/// From starting the process to the first whole answer.
pub(crate) fn start() {
    for (exchanges, aim) in [(1, "0.050 s"), (10_000, "1.5 s")] {
        let (folder, pages) = prepare(exchanges);
        let plain = folder.path().join(PLAIN);
        let [seconds] = measure::in_turns(
            || first_answer(&pages[0], || Server::retake(folder.path(), &["replay", CASSETTE, "--allow-unused"])),
            || first_answer(&pages[0], || Server::limit(&["map", plain.to_str().unwrap()])),
        );
        measure::ratio(&format!("start to first answer, exchanges {exchanges}"), "s", seconds, aim);
    }
}

fn first_answer(page: &Page, start: impl FnOnce() -> Server) -> [f64; 1] {
    let began = Instant::now();
    let server = start();
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.write_all(request(page, &server, "").as_bytes()).unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    let seconds = began.elapsed().as_secs_f64();
    drop(server);
    // The next one must not find this one still being taken down.
    thread::sleep(Duration::from_millis(50));
    [seconds]
}

/// A folder with the pages as a sealed cassette and as plain data.
pub(crate) fn prepare(exchanges: usize) -> (TempDir, Vec<Page>) {
    let folder = tempfile::tempdir().unwrap();
    let pages = data::pages(exchanges);
    data::write_cassette(&folder.path().join(CASSETTE), &pages);
    data::write_plain(&folder.path().join(PLAIN), &pages);
    seal(folder.path(), Path::new(CASSETTE));
    (folder, pages)
}

/// The request for a page, with more header lines where they are wanted.
pub(crate) fn request(page: &Page, server: &Server, headers: &str) -> String {
    format!("POST {} HTTP/1.1\r\nhost: {}\r\n{headers}content-length: 0\r\n\r\n", page.target, server.host())
}
