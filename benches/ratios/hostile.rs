//! What it takes to refuse hostile texts: each in a process of its own, the slowest and the largest told.

use serde_json::{Value, json};
use std::{fs, path::Path, process::Stdio, time::Instant};

use crate::{
    bombs::bombs,
    measure,
    process::{peak_memory, this_program},
};

/// A header, behind which a cassette's exchanges should be.
const HEADER: &str = "---\nsource: a.yaml\ndescription: x\nexpression: X\ninfo:\n  tool: retake 0.1.0\n  origin: edited\n  exchanges_sha256: \"0000000000000000000000000000000000000000000000000000000000000000\"\n---\n";

pub(crate) fn refuse_all() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bomb.yaml");
    for kind in ["spec", "cassette"] {
        let mut all: Vec<(f64, f64, &str)> = Vec::new();
        for (name, text, _) in bombs() {
            fs::write(&file, if kind == "spec" { text } else { format!("{HEADER}{text}") }).unwrap();
            let (milliseconds, memory) = refused(kind, &file);
            all.push((milliseconds, memory, name));
        }
        all.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (milliseconds, _, name) in &all[..3] {
            measure::alone(&format!("refusing as a {kind} {name}"), "ms", *milliseconds, "100");
        }
        let (_, largest, name) = all.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        measure::alone(&format!("peak memory of refusing as a {kind} {name}"), "MiB", largest / 1024.0 / 1024.0, "64");
    }
}

fn refused(kind: &str, file: &Path) -> (f64, f64) {
    let output = this_program(&["refuse", kind, file.to_str().unwrap()]).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    (found["milliseconds"].as_f64().unwrap(), found["memory"].as_f64().unwrap())
}

/// The role: spec or cassette, and a file that is neither.
pub(crate) fn refuse(arguments: &[&str]) {
    let [kind, file] = arguments else { panic!("found {arguments:?}") };
    let text = fs::read_to_string(file).unwrap();
    let began = Instant::now();
    let is_refused = match *kind {
        "spec" => retake::spec::compile("bomb.yaml", &text).is_err(),
        _ => retake::cassette::read("bomb.yaml", text.as_bytes()).is_err(),
    };
    let milliseconds = began.elapsed().as_secs_f64() * 1000.0;
    assert!(is_refused, "{file} was read");
    println!("{}", json!({"milliseconds": milliseconds, "memory": peak_memory(std::process::id())}));
}
