//! Verifying a client with a trivial persistent driver: this program in a role, which asks for the pages and hands them on.
//!
//! Of a spec whose enum has many values many scenarios follow. What one costs is the difference between a run of many and
//! a run of few, so that starting and reporting count for nothing; the driver's own work is in it.

use serde_json::{Value, json};
use std::{
    fs,
    io::{self, BufRead, Read, Write},
    net::TcpStream,
    path::Path,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use crate::{measure, process};

const SPEC: &str = include_str!("../../specs/medical-imaging/list-image-set-versions.yaml");

/// What one scenario costs, and what memory many of them take beside few.
pub(crate) fn client() {
    let folder = tempfile::tempdir().unwrap();
    let [few, many, most] = [100, 1000, 10_000].map(|values| {
        let file = folder.path().join(format!("{values}.yaml"));
        fs::write(&file, spec(values)).unwrap();
        (values, file)
    });

    let turns: Vec<[Run; 2]> =
        (0..measure::TURNS).map(|_| [run(folder.path(), &few.1, few.0), run(folder.path(), &many.1, many.0)]).collect();
    let more = (many.0 - few.0) as f64;
    let cost = turns.iter().map(|[few, many]| (many.seconds - few.seconds) * 1000.0 / more);
    measure::alone("verify client, one scenario", "ms", measure::median(cost), "5");

    let of_many = measure::median(turns.iter().map(|[_, many]| many.memory));
    let of_most = run(folder.path(), &most.1, most.0).memory;
    let work = format!("verify client, peak memory of {} scenarios beside {}", most.0, many.0);
    measure::ratio(&work, "MB", (of_most / 1e6, of_many / 1e6), "");
}

/// The spec with an enum of so many values.
fn spec(values: usize) -> String {
    let (before, rest) = SPEC.split_once("    values: [CREATED").unwrap();
    let (_, after) = rest.split_once("]\n").unwrap();
    let values: Vec<String> = (1..=values).map(|value| format!("VALUE_{value}")).collect();
    format!("{before}    values: [{}]\n{after}", values.join(", "))
}

struct Run {
    seconds: f64,
    memory: f64,
}

/// Runs the scenarios of the enum's values, one after the other.
fn run(folder: &Path, spec: &Path, scenarios: usize) -> Run {
    let report = folder.join("report.json");
    let began = Instant::now();
    let mut child = process::retake()
        .current_dir(folder)
        .args(["verify", "client", "--driver", "--jobs", "1", "--select", "enum/image-set-workflow-status-value-*"])
        .args(["--format", "json", "--spec"])
        .arg(spec)
        .arg("--")
        .args([std::env::current_exe().unwrap().to_str().unwrap(), "role", "driver"])
        .stdout(fs::File::create(&report).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut memory = 0.0;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        memory = process::peak_memory(child.id()).unwrap_or(memory);
        thread::sleep(Duration::from_millis(2));
    };
    let seconds = began.elapsed().as_secs_f64();
    let report: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    let passed = report["scenarios"].as_array().unwrap().iter().filter(|result| result["verdict"] == "pass").count();
    assert_eq!((status.code(), passed), (Some(0), scenarios), "scenarios that passed");
    Run { seconds, memory }
}

/// The role: answers the protocol of drivers, a line for each line.
pub(crate) fn drive() {
    for line in io::stdin().lock().lines() {
        let asked: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let answer = match asked["cmd"].as_str() {
            Some("hello") => {
                let client = json!({"name": "trivial", "version": "1", "language": "rust"});
                json!({"ok": true, "protocol": 1, "client": client, "driver": "1"})
            }
            Some("run") => json!({"seq": asked["seq"], "outcome": {"kind": "ok", "items": items(&asked)}}),
            _ => return,
        };
        let mut out = io::stdout().lock();
        writeln!(out, "{answer}").unwrap();
        out.flush().unwrap();
    }
}

/// The items of all pages.
fn items(asked: &Value) -> Vec<Value> {
    let host = asked["endpoint"].as_str().unwrap().trim_start_matches("http://");
    let mut stream = TcpStream::connect(host.replace("localhost", "127.0.0.1")).unwrap();
    stream.set_nodelay(true).unwrap();
    let input = |name: &str| asked["input"][name].as_str().unwrap().to_owned();
    let path = format!("/datastore/{}/imageSet/{}/listImageSetVersions", input("datastoreId"), input("imageSetId"));
    let mut all = Vec::new();
    let mut query = String::new();
    loop {
        let request = format!("POST {path}{query} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut page = read(&mut stream);
        all.append(page["imageSetPropertiesList"].as_array_mut().unwrap());
        match page["nextToken"].as_str() {
            // The tokens of these scenarios need no encoding.
            Some(token) => query = format!("?nextToken={token}"),
            None => return all,
        }
    }
}

fn read(stream: &mut TcpStream) -> Value {
    let (mut have, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let count = stream.read(&mut buffer).unwrap();
        assert_ne!(count, 0, "the server closed the connection");
        have.extend_from_slice(&buffer[..count]);
        let Some(length) = crate::load::length_of_answer(&have).filter(|length| have.len() >= *length) else {
            continue;
        };
        let body = have.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        return serde_json::from_slice(&have[body..length]).unwrap();
    }
}
