//! What a run of a recorder is surrounded by: folders of its own, real credentials, an upstream, a client.

use super::{client, control};
use crate::canaries::passing::{everything, head_of, sent_by};
use crate::canaries::{Aviary, Carriers, Exchanged, SPELLINGS};
use crate::command::command;
use crate::upstreams::{Act, Stub, send};
use crate::wires::{connect, read_exactly, talk};
use retake::net::Credentials;
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

/// Who records.
pub(super) enum Recorder {
    Retake { format: &'static str, review: bool },
    Control,
}

/// Everything that carries something, in some spellings.
pub(super) struct Scene {
    pub(super) aviary: Aviary,
    exchanges: Vec<Exchanged>,
    refused: VecDeque<String>,
    real: Credentials,
}

/// What a run left.
pub(super) struct Run {
    pub(super) code: Option<i32>,
    /// What was sent and answered, with what the upstream saw.
    pub(super) wire: Vec<u8>,
    pub(super) forwarded: usize,
    /// Every file and its name while the recording went on, and after it.
    pub(super) during: Vec<u8>,
    pub(super) after: Vec<u8>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    environment: Vec<u8>,
    processes: Vec<u8>,
}

/// Whether a carrier is the real credentials.
pub(super) fn is_real(carrier: &str) -> bool {
    carrier.starts_with("real: ")
}

/// Now, in seconds since 1970.
pub(super) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

impl Run {
    pub(super) fn sinks(&self) -> [(&'static str, &[u8]); 6] {
        [
            ("files while recording", &self.during),
            ("files afterwards", &self.after),
            ("standard output", &self.stdout),
            ("standard error", &self.stderr),
            ("environment of the client", &self.environment),
            ("process list", &self.processes),
        ]
    }

    pub(super) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr[..self.stderr.len().min(4000)]).into_owned()
    }
}

/// The folders of a run; only the first three are searched.
struct Folders(TempDir);

impl Folders {
    fn make() -> Self {
        let folders = Self(tempfile::tempdir().unwrap());
        for name in ["work", "work/cassettes", "tmp", "home", "seen"] {
            fs::create_dir(folders.path(name)).unwrap();
        }
        folders
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn everything(&self) -> Vec<u8> {
        ["work", "tmp", "home"].map(|name| everything(&self.path(name))).concat()
    }

    fn seen(&self, name: &str) -> Vec<u8> {
        fs::read(self.path("seen").join(name)).unwrap_or_default()
    }

    /// The real binary, with real credentials and everything that it may write to in these folders.
    fn retake(&self, arguments: &[&str], real: &Credentials) -> Command {
        let mut command = command(&self.path("work"), arguments);
        self.surround(&mut command, real);
        command
    }

    fn surround(&self, command: &mut Command, real: &Credentials) {
        command
            .current_dir(self.path("work"))
            .env("TMPDIR", self.path("tmp"))
            .env("HOME", self.path("home"))
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .env("AWS_ACCESS_KEY_ID", real.key_id())
            .env("AWS_SECRET_ACCESS_KEY", real.secret())
            .env("AWS_SESSION_TOKEN", real.token().unwrap())
            .env(client::PLAN, self.path("plan.json"))
            .env(client::SEEN, self.path("seen"));
    }
}

impl Scene {
    pub(super) fn in_spellings(names: &[&str]) -> Self {
        let mut aviary = Aviary::default();
        let mut exchanges = Vec::new();
        let mut refused = VecDeque::new();
        for (name, spell) in SPELLINGS.into_iter().filter(|(name, _)| names.contains(name)) {
            let mut carriers = Carriers { aviary: &mut aviary, spell, moment: name.to_owned() };
            exchanges.extend(carriers.exchanges());
            refused.extend(carriers.refused());
        }
        let mut text = |name: &str, length: usize| format!("{:x<length$}", aviary.bird(&format!("real: {name}")));
        let key_id = text("key id", 16).to_uppercase();
        let real = Credentials::new(key_id, text("secret", 40), Some(text("session token", 100)));
        Self { aviary, exchanges, refused, real }
    }

    pub(super) fn exchanges(&self) -> usize {
        self.exchanges.len()
    }

    fn scripts(&self) -> Vec<Vec<Act>> {
        self.exchanges.iter().map(|exchanged| exchanged.acts.clone()).collect()
    }

    /// What is on the wire, as far as it is known before.
    fn wire(&self, stub: &Stub) -> Vec<u8> {
        let mut wire: Vec<u8> = self.exchanges.iter().flat_map(|exchanged| sent_by(&exchanged.acts)).collect();
        let sent = self.exchanges.iter().map(|exchanged| head_of(&exchanged.request, 1, &self.real, now()));
        wire.extend(sent.chain(self.refused.iter().cloned()).chain(stub.requests()).flat_map(String::into_bytes));
        wire
    }

    /// Runs a recorder with the client as its COMMAND.
    pub(super) async fn run(&self, recorder: &Recorder) -> Run {
        let stub = Stub::start(self.scripts()).await;
        let folders = Folders::make();
        client::write_plan(&folders.path("plan.json"), &self.exchanges, &self.refused);
        let mut command = match recorder {
            Recorder::Retake { format, review } => self.retake(&folders, &stub, format, *review),
            Recorder::Control => {
                let mut command = control::command(&stub.url());
                folders.surround(&mut command, &self.real);
                command
            }
        };
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        Run {
            code: output.status.code(),
            wire: self.wire(&stub),
            forwarded: stub.requests().len(),
            during: folders.seen("during"),
            after: folders.everything(),
            stdout: output.stdout,
            stderr: output.stderr,
            environment: folders.seen("environment"),
            processes: folders.seen("processes"),
        }
    }

    fn retake(&self, folders: &Folders, stub: &Stub, format: &str, review: bool) -> Command {
        let url = stub.url();
        let mut arguments = recording(&url);
        arguments.extend(["--format", format, "-vvv"]);
        if review {
            fs::write(folders.path("work/cassettes/a.cassette.yaml"), "there already\n").unwrap();
            arguments.push("--review");
        }
        let report = format!("report.{format}");
        if format == "markdown" {
            arguments.extend(["--output", &report]);
        }
        let mut command = folders.retake(&arguments, &self.real);
        command.arg("--").args(client::command());
        command
    }

    /// Runs the real binary as a server, and kills it while an answer is half through.
    pub(super) async fn run_and_kill(&self) -> Run {
        let half = [send("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{\"nextToken\":\"half of it"), Act::Stall];
        let stub = Stub::start([self.scripts(), vec![half.to_vec()]].concat()).await;
        let folders = Folders::make();
        let url = stub.url();
        let mut arguments = recording(&url);
        arguments.extend(["-vvv", "--ready-file", "ready.json"]);
        let file = |name: &str| fs::File::create(folders.path("seen").join(name)).unwrap();
        let mut command = folders.retake(&arguments, &self.real);
        let (stdout, stderr) = (Stdio::from(file("stdout")), Stdio::from(file("stderr")));
        let mut server = command.stdout(stdout).stderr(stderr).spawn().unwrap();
        let (port, credentials) = until_ready(&folders.path("work/ready.json")).await;
        for Exchanged { request, .. } in &self.exchanges {
            talk(port, head_of(request, port, &credentials, now())).await;
        }
        for head in &self.refused {
            talk(port, head.replace("{host}", &format!("localhost:{port}"))).await;
        }
        let mut hanging = connect(port).await;
        hanging.write_all(head_of(&self.exchanges[0].request, port, &credentials, now()).as_bytes()).await.unwrap();
        read_exactly(&mut hanging, 60).await;
        let (during, processes) = (folders.everything(), client::command_lines(server.id()));

        server.kill().unwrap();
        let code = server.wait().unwrap().code();

        Run {
            code,
            wire: self.wire(&stub),
            forwarded: stub.requests().len(),
            during,
            after: folders.everything(),
            stdout: folders.seen("stdout"),
            stderr: folders.seen("stderr"),
            environment: Vec::new(),
            processes,
        }
    }
}

/// The arguments of a recording of everything.
fn recording(url: &str) -> Vec<&str> {
    const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/specs/medical-imaging/list-image-set-versions.yaml");
    const SEARCH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/redaction/search-books.yaml");
    let mut arguments = vec!["record", "--upstream", url, "--upstream-credentials", "env"];
    arguments.extend(["--spec", LIST, "--spec", SEARCH, "--cassette", "cassettes/a.cassette.yaml"]);
    arguments
}

/// The port and the credentials of a server, once it says them.
async fn until_ready(file: &Path) -> (u16, Credentials) {
    let ready: serde_json::Value = loop {
        match fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            Some(ready) => break ready,
            None => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
        }
    };
    let port = ready["endpoint"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
    let variable = |name: &str| ready["env"][name].as_str().unwrap().to_owned();
    let token = Some(variable("AWS_SESSION_TOKEN"));
    (port, Credentials::new(variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"), token))
}
