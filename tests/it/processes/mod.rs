//! The real binary as a server, and what it promises as a process.

mod clients;
mod connections;
mod determinism;
mod escaping;
mod names;
mod stopping;

use crate::command::{Run, command};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::JoinHandle;

const GOOD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cli/good.cassette.yaml");

/// A server of its own process. Dropping it kills it.
struct Server {
    child: Child,
    port: u16,
    printed: Option<JoinHandle<String>>,
}

impl Server {
    /// Starts it, and reads the line that says where it listens.
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = command(folder, arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut printed = String::new();
        let port = loop {
            let mut line = String::new();
            assert_ne!(errors.read_line(&mut line).unwrap(), 0, "it ended, and printed: {printed}");
            printed += &line;
            if let Some(port) = line.strip_prefix("listening on http://localhost:") {
                break port.trim().parse().unwrap();
            }
        };
        // Read on, so that it never waits for us.
        let printed = std::thread::spawn(move || {
            errors.read_to_string(&mut printed).unwrap();
            printed
        });
        Self { child, port, printed: Some(printed) }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Asks it to end, and waits until it has.
    fn stop(mut self) -> Run {
        self.signal("-TERM");
        self.ended()
    }

    /// Waits until it has ended.
    fn ended(&mut self) -> Run {
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        let code = self.child.wait().unwrap().code().expect("it was not killed");
        Run { code, stdout, stderr: self.printed.take().unwrap().join().unwrap() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
