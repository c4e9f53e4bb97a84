//! What is done with a cassette as a whole: loading it, beside a scan of its YAML events, and verifying it.

use retake::{
    cassette,
    replay::{Match, Player},
    spec,
};
use std::{fs, hint::black_box, path::Path, sync::Arc, time::Instant};

use crate::{limits, measure, process, replaying};

const EXCHANGES: usize = 10_000;

/// Loading and indexing in this process; verifying as a command.
pub(crate) fn load_and_verify() {
    let (folder, _) = replaying::prepare(EXCHANGES);
    let bytes = fs::read(folder.path().join("bench.cassette.yaml")).unwrap();
    let text = str::from_utf8(&bytes).unwrap();
    let specs = Arc::new(spec::embedded());

    let [milliseconds] =
        measure::in_turns(|| timed(|| load_and_index(&specs, &bytes)), || timed(|| limits::count_events(text)));
    let work =
        format!("load and index {EXCHANGES} exchanges, {:.0} MB, beside its YAML events", bytes.len() as f64 / 1e6);
    measure::ratio(&work, "ms", milliseconds, "3");

    let seconds = measure::median((0..measure::TURNS).map(|_| verify(folder.path())));
    measure::alone(&format!("verify cassette, {EXCHANGES} exchanges"), "s", seconds, "2 s");
}

fn load_and_index(specs: &Arc<spec::Specs>, bytes: &[u8]) -> Player {
    let cassette = cassette::read("bench.cassette.yaml", bytes).unwrap();
    Player::new(Arc::clone(specs), vec![cassette], Match::Exact, Vec::new()).unwrap()
}

/// The milliseconds that work takes, without those of taking down what it made.
fn timed<T>(work: impl FnOnce() -> T) -> [f64; 1] {
    let began = Instant::now();
    let made = black_box(work());
    let milliseconds = began.elapsed().as_secs_f64() * 1000.0;
    drop(made);
    [milliseconds]
}

fn verify(folder: &Path) -> f64 {
    let began = Instant::now();
    let output =
        process::retake().current_dir(folder).args(["verify", "cassette", "bench.cassette.yaml"]).output().unwrap();
    let seconds = began.elapsed().as_secs_f64();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    seconds
}

/// Seals a cassette that was made by hand.
pub(crate) fn seal(folder: &Path, cassette: &Path) {
    let output = process::retake().current_dir(folder).args(["cassette", "seal"]).arg(cassette).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
