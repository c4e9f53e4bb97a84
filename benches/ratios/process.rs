//! The processes that a measure starts: the limits and the load generator (this program in a role) and the command.

use serde_json::Value;
use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A server that is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    pub(crate) environment: Value,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts a limit; it prints its address when it listens.
    pub(crate) fn limit(role: &[&str]) -> Self {
        let mut child = this_program(role).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { child, address: address.trim().to_owned(), environment: Value::Null }
    }

    /// Starts the command; it writes a file when it listens.
    pub(crate) fn retake(folder: &Path, arguments: &[&str]) -> Self {
        let ready = folder.join("ready.json");
        let _ = fs::remove_file(&ready);
        let child = retake()
            .current_dir(folder)
            .args(arguments)
            .arg("--ready-file")
            .arg(&ready)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let facts: Value = wait_for(|| serde_json::from_slice(&fs::read(&ready).ok()?).ok());
        let address = facts["endpoint"].as_str().unwrap().replace("http://localhost", "127.0.0.1");
        Self { child, address, environment: facts["env"].clone() }
    }

    /// The host that a client names when it comes here.
    pub(crate) fn host(&self) -> String {
        self.address.replace("127.0.0.1", "localhost")
    }

    /// The processor time that it has used, in microseconds.
    pub(crate) fn processor_time(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let after_name = stat.rsplit_once(") ").unwrap().1;
        let ticks: u64 = after_name.split(' ').skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum();
        ticks as f64 * 10_000.0
    }

    /// The most memory that it has held, in bytes.
    pub(crate) fn peak_memory(&self) -> f64 {
        peak_memory(self.child.id()).unwrap()
    }

    /// The memory that it holds now, in bytes.
    pub(crate) fn resident_memory(&self) -> f64 {
        memory(self.child.id(), "VmRSS:").unwrap()
    }

    /// Asks it to end, as a user would, and gives the seconds that took.
    pub(crate) fn stop(mut self) -> f64 {
        let began = Instant::now();
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        self.child.wait().unwrap();
        began.elapsed().as_secs_f64()
    }
}

/// The most memory that a process has held, in bytes; none once it has ended.
pub(crate) fn peak_memory(process: u32) -> Option<f64> {
    memory(process, "VmHWM:")
}

fn memory(process: u32, name: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0)
}

/// What the load generator found: requests a second, median and 99th percentile in microseconds, processor time a request.
pub(crate) fn load(server: &Server, requests: &Path, connections: usize) -> [f64; 4] {
    let before = server.processor_time();
    let output = this_program(&["load", &server.address, requests.to_str().unwrap(), &connections.to_string(), "2000"])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "the load generator ended with {}", output.status);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let number = |name: &str| found[name].as_f64().unwrap();
    // The uncounted first round is a fifth of the counted one.
    let used = (server.processor_time() - before) / (number("requests") * 1.2);
    [number("per_second"), number("p50"), number("p99"), used]
}

/// The command under measure, built as `cargo bench` builds it.
pub(crate) fn retake() -> Command {
    Command::new(env!("CARGO_BIN_EXE_retake"))
}

pub(crate) fn this_program(role: &[&str]) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.arg("role").args(role);
    command
}

fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(60);
    while Instant::now() < until {
        if let Some(found) = look() {
            return found;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("a server was not ready within a minute");
}
