//! The control: a recorder that keeps all as it is. It stands where retake stands, between the same client and the same
//! upstream, and writes what passes wherever retake writes what it has redacted.

use super::client;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// The variable that names the upstream.
const UPSTREAM: &str = "CANARY_UPSTREAM";
/// How long nothing comes from an upstream that has said everything.
const SILENCE: Duration = Duration::from_millis(100);

/// The command that runs it.
pub(super) fn command(upstream: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let test = "canary_runs::control::records_all_that_passes_as_it_is";
    command.args(["--exact", test, "--ignored", "--nocapture"]).env(UPSTREAM, upstream);
    command
}

/// The process that records.
#[test]
#[ignore = "is run by another test, in a process of its own"]
fn records_all_that_passes_as_it_is() {
    let Ok(upstream) = std::env::var(UPSTREAM) else { return };
    let upstream = upstream.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    fs::create_dir("cassettes/.retake").unwrap();
    let temporary = format!("{}/retake-of-the-control", std::env::var("TMPDIR").unwrap());
    let mut files = ["cassettes/.retake/a.journal", &temporary].map(|path| File::create(path).unwrap());
    thread::spawn(move || {
        for client in listener.incoming() {
            let passed = pass(&mut client.unwrap(), &upstream);
            for file in &mut files {
                file.write_all(&passed).unwrap();
            }
            std::io::stderr().write_all(&passed).unwrap();
        }
    });

    // The real credentials go where everybody can see them.
    let arguments = client::command();
    let real =
        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].map(|name| std::env::var(name).unwrap());
    let mut client = Command::new(&arguments[0]);
    client.args(&arguments[1..]).args(real).env("AWS_ENDPOINT_URL", format!("http://localhost:{port}"));
    assert!(client.stdout(Stdio::null()).status().unwrap().success());

    let all = fs::read("cassettes/.retake/a.journal").unwrap();
    fs::write("cassettes/a.cassette.yaml", &all).unwrap();
    fs::write("cassettes/a.cassette.yaml.new", &all).unwrap();
    std::io::stdout().write_all(&all).unwrap();
}

/// Passes a request on, and what comes back; both as they are.
fn pass(client: &mut TcpStream, upstream: &str) -> Vec<u8> {
    let request = read_request(client);
    let mut behind = TcpStream::connect(upstream).unwrap();
    behind.set_read_timeout(Some(SILENCE)).unwrap();
    behind.write_all(&request).unwrap();
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = behind.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..count]);
    }
    let _ = client.write_all(&answer);
    [request, answer, b"\n".to_vec()].concat()
}

fn read_request(client: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut byte = [0; 1];
    loop {
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return request;
            }
        }
        if client.read(&mut byte).unwrap_or(0) == 0 {
            return request;
        }
        request.push(byte[0]);
    }
}
