//! What verifying a mock costs of its own: the processor time of the verifier, the mock's not counted.

use crate::measure;
use crate::process::{Server, retake};
use serde_json::Value;
use std::fs;

/// Items of the mock's listing; a walk of one item a page makes about as many requests.
const ITEMS: &str = "2000";

/// One line: the verifier's time an interaction, start and report included.
pub(crate) fn own_cost() {
    let folder = tempfile::tempdir().unwrap();
    let mock = Server::retake(folder.path(), &["simulate", "--operation", "ListImageSetVersions", "--items", ITEMS]);
    let turns = (0..measure::TURNS).map(|_| verify(&mock));
    let cost = measure::median(turns.collect::<Vec<_>>().into_iter());
    measure::alone("verify mock, own cost an interaction", "ms", cost, "1 ms");
}

/// Verifies once; the milliseconds of processor time an interaction.
fn verify(mock: &Server) -> f64 {
    let before = children_time();
    let mut command = retake();
    command.args(["verify", "mock", &format!("http://{}", mock.host().trim_start_matches("http://"))]);
    command
        .args(["--spec", concat!(env!("CARGO_MANIFEST_DIR"), "/specs/medical-imaging/list-image-set-versions.yaml")]);
    command.args(["--max-requests", "10000", "--format", "json", "--quiet"]);
    for (name, value) in mock.environment.as_object().unwrap().iter().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env(name, value.as_str().unwrap());
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let interactions = report["ledger"]["exchanges"].as_f64().unwrap();
    assert!(interactions > 2000.0, "{interactions} interactions are too few to measure");
    (children_time() - before) / interactions
}

/// The processor time of the children that have ended, in milliseconds.
fn children_time() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(") ").unwrap().1;
    let ticks: u64 = after_name.split(' ').skip(13).take(2).map(|field| field.parse::<u64>().unwrap()).sum();
    ticks as f64 * 10.0
}
