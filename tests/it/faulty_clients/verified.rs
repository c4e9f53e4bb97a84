//! Runs `retake verify client` over a faulty client, and reads what the report says.

use super::client::Fault;
use crate::command::{Run, retake};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What is called where nothing says otherwise.
const OPERATION: &str = "ListImageSetVersions";

/// What the command made of a client.
pub(super) struct Verified {
    pub(super) run: Run,
    pub(super) report: Value,
}

/// The program, built by `cargo test` itself.
pub(super) fn program() -> String {
    let built: PathBuf = Path::new(env!("CARGO_BIN_EXE_retake")).with_file_name("examples").join("faulty");
    assert!(built.exists(), "{} is built by `cargo test` or `cargo build --examples`", built.display());
    built.to_str().expect("the path is UTF-8").to_owned()
}

/// Verifies a faulty client that speaks the driver protocol, with these flags besides.
pub(super) fn driven(fault: Fault, flags: &[&str]) -> Verified {
    let (program, fault) = (program(), fault.to_string());
    let command = ["--driver", "--", &program, &fault];
    verified(&[flags, &command].concat())
}

/// Verifies a faulty client that is run once a scenario, with these flags and arguments besides.
pub(super) fn run_once(fault: Fault, flags: &[&str], arguments: &[&str]) -> Verified {
    let (program, fault) = (program(), fault.to_string());
    let command = ["--", &program, &fault, "--once"];
    verified(&[flags, &command, arguments].concat())
}

fn verified(arguments: &[&str]) -> Verified {
    let folder = tempfile::tempdir().unwrap();
    let run = retake(
        folder.path(),
        &[&["verify", "client", "--operation", OPERATION, "--format", "json"], arguments].concat(),
    );
    let report =
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}\n{}", run.stdout, run.stderr));
    Verified { run, report }
}

impl Verified {
    /// The checks that came to this.
    pub(super) fn checks(&self, verdict: &str) -> Vec<&str> {
        self.of("checks", verdict)
    }

    /// The scenarios that came to this.
    pub(super) fn scenarios(&self, verdict: &str) -> Vec<&str> {
        self.of("scenarios", verdict)
    }

    fn of(&self, list: &str, verdict: &str) -> Vec<&str> {
        let entries = self.report[list].as_array().into_iter().flatten();
        entries.filter(|entry| entry["verdict"] == verdict).filter_map(|entry| entry["id"].as_str()).collect()
    }

    /// The findings, in a line each: verdict, check, scenario, what was found.
    pub(super) fn findings(&self) -> Vec<String> {
        let findings = self.report["findings"].as_array().into_iter().flatten();
        findings
            .map(|finding| {
                let text = |name: &str| finding[name].as_str().unwrap_or_default();
                let what = format!("{} {} {}", text("verdict"), text("check"), text("scenario"));
                format!("{what}: {} ({})", text("message"), text("found"))
            })
            .collect()
    }
}
