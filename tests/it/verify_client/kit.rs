//! Runs of `verify client` over drivers and commands that are shell scripts.

use crate::command::{Run, command};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What every script begins with: a good client to hand lines to, the number of a run, and the greeting.
const PRELUDE: &str = r#"
hello='{"ok":true,"protocol":1,"driver":"0","client":{"name":"scripted","version":"1","language":"sh"}}'
good() { printf '{"cmd":"hello","protocol":1}\n%s\n' "$1" | "$CLIENT" "${2:-none}" | sed -n 2p; }
seq() { printf '%s' "$1" | sed 's/.*"seq":\([0-9]*\).*/\1/'; }
greet() { read -r _ && printf '%s\n' "$hello"; }
"#;

/// A folder to run in, with scripts.
pub(super) struct Kit {
    folder: tempfile::TempDir,
}

/// What a run came to: what was printed, and the JSON report.
#[derive(Debug)]
pub(super) struct Verified {
    pub(super) run: Run,
    pub(super) report: Value,
}

impl Kit {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file.
    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    /// Writes the script `driver.sh`, which does this with the scenario `baseline/two-pages`, and well with all others.
    /// `$line` is what it was told.
    pub(super) fn driver_that(&self, what: &str) {
        self.driver(&format!(
            "greet\nwhile read -r line; do case $line in\n*'\"cmd\":\"bye\"'*) exit 0;;\n\
             *'\"baseline/two-pages\"'*) {what};;\n*) good \"$line\";;\nesac; done\n"
        ));
    }

    /// Writes the script `driver.sh`.
    pub(super) fn driver(&self, script: &str) {
        self.write("driver.sh", &format!("{PRELUDE}{script}"));
    }

    /// Verifies a driver or a command, with these arguments before the `--`.
    pub(super) fn verify(&self, arguments: &[&str], client: &[&str]) -> Verified {
        let run = self.run(&[&["--format", "json"], arguments].concat(), client);
        let report = serde_json::from_str(&run.stdout).unwrap_or(Value::Null);
        Verified { run, report }
    }

    /// Verifies the script `driver.sh` with the scenarios of one family.
    pub(super) fn verify_driver(&self, arguments: &[&str]) -> Verified {
        self.verify(&[&["--driver", "--select", "baseline/*"], arguments].concat(), &["sh", "driver.sh"])
    }

    /// Runs `verify client` as it is.
    pub(super) fn run(&self, arguments: &[&str], client: &[&str]) -> Run {
        let all = [&["verify", "client", "--operation", "ListImageSetVersions"], arguments, &["--"], client].concat();
        Run::of(command(self.path(), &all).env("CLIENT", client_program()).output().unwrap())
    }
}

impl Verified {
    /// The result of a scenario.
    #[track_caller]
    pub(super) fn scenario(&self, id: &str) -> &Value {
        let all = self.report["scenarios"].as_array().unwrap_or_else(|| panic!("no scenarios: {:?}", self.run));
        all.iter().find(|scenario| scenario["id"] == id).unwrap_or_else(|| panic!("no {id}: {:?}", self.run))
    }

    /// The verdicts of all scenarios, in their order.
    pub(super) fn verdicts(&self) -> Vec<(&str, &str)> {
        let all = self.report["scenarios"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().map(|scenario| (scenario["id"].as_str().unwrap(), scenario["verdict"].as_str().unwrap())).collect()
    }
}

/// A client without a fault, which speaks the protocol.
pub(super) fn client_program() -> PathBuf {
    let built = Path::new(env!("CARGO_BIN_EXE_retake")).with_file_name("examples").join("faulty");
    assert!(built.exists(), "{} is built by `cargo test` or `cargo build --examples`", built.display());
    built
}
