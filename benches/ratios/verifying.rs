//! Verifying a client with a trivial persistent driver: this program in a role, which asks for the pages and hands them on.
//!
//! Many scenarios follow from many specs: the same operation under many names. What one costs is the difference between a
//! run of many and a run of few, so that starting and reporting count for nothing; the driver's own work is in it.

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

use crate::{measure, process, recording};

const SPEC: &str = include_str!("../../specs/medical-imaging/list-image-set-versions.yaml");

/// The scenarios of each spec that end without waiting.
const SELECTED: [&str; 2] = ["baseline/*", "enum/*"];

/// One scenario of each spec.
const ONE: [&str; 1] = ["baseline/one-page"];

/// What one scenario costs, and what memory ten thousand of them take beside a few of the same specs.
pub(crate) fn client() {
    let folder = tempfile::tempdir().unwrap();
    let runs: Vec<[Run; 2]> =
        (0..measure::TURNS).map(|_| [run(folder.path(), 3, &SELECTED), run(folder.path(), 30, &SELECTED)]).collect();
    let cost = |[few, many]: &[Run; 2]| (many.seconds - few.seconds) * 1000.0 / (many.scenarios - few.scenarios);
    measure::alone("verify client, one scenario", "ms", measure::median(runs.iter().map(cost)), "5");

    let [few, many] = [run(folder.path(), 300, &ONE), run(folder.path(), 300, &SELECTED)];
    let work =
        format!("verify client, peak memory, {} scenarios beside {} of the same specs", many.scenarios, few.scenarios);
    measure::ratio(&work, "MB", (many.memory / 1e6, few.memory / 1e6), "");
    measure::alone("the report of them, in the same memory", "MB", many.report / 1e6, "");
}

struct Run {
    scenarios: f64,
    seconds: f64,
    memory: f64,
    /// Bytes of the report.
    report: f64,
}

/// Runs the selected scenarios of so many specs, one after the other.
fn run(folder: &Path, specs: usize, select: &[&str]) -> Run {
    let sources = folder.join(format!("specs-{specs}"));
    fs::create_dir_all(&sources).unwrap();
    for number in 0..specs {
        let spec = SPEC.replace("ListImageSetVersions", &format!("ListImageSetVersions{number}"));
        let spec = spec.replace("/listImageSetVersions", &format!("/listImageSetVersions{number}"));
        fs::write(sources.join(format!("{number}.yaml")), spec).unwrap();
    }
    let report = folder.join("report.json");
    let began = Instant::now();
    let mut child = process::retake()
        .current_dir(folder)
        .args(["verify", "client", "--driver", "--jobs", "1", "--format", "json", "--spec"])
        .arg(&sources)
        .args(select.iter().flat_map(|glob| ["--select", glob]))
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
    let bytes = fs::read(&report).unwrap();
    let report: Value = serde_json::from_slice(&bytes).unwrap();
    let results = report["scenarios"].as_array().unwrap();
    let judged = results.iter().filter(|result| result["verdict"] == "pass" || result["verdict"] == "fail").count();
    assert_eq!(judged, results.len(), "scenarios that were judged; {status}");
    Run { scenarios: judged as f64, seconds, memory, report: bytes.len() as f64 }
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
    let last = asked["operation"].as_str().unwrap().replacen('L', "l", 1);
    let path = format!("/datastore/{}/imageSet/{}/{last}", input("datastoreId"), input("imageSetId"));
    let environment = json!({
        "AWS_ACCESS_KEY_ID": asked["credentials"]["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": asked["credentials"]["secret_access_key"],
        "AWS_SESSION_TOKEN": asked["credentials"]["session_token"],
        "AWS_REGION": asked["region"],
        "AWS_ENDPOINT_URL": asked["endpoint"],
    });
    let mut all = Vec::new();
    let mut query = String::new();
    loop {
        let target = format!("{path}{query}");
        let signature = recording::signed(&target, &environment);
        let request = format!("POST {target} HTTP/1.1\r\nhost: {host}\r\n{signature}content-length: 0\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut page = read(&mut stream);
        if let Some(items) = page["imageSetPropertiesList"].as_array_mut() {
            all.append(items);
        }
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
