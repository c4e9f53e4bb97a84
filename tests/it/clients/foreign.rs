//! PyYAML, a reader of YAML 1.1: whether it and serde_yaml take every cassette and spec for the same values.

use super::{installed, program};
use crate::command::retake;
use serde::Deserialize;
use serde_json::Value;
use serde_yaml::Deserializer;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

#[test]
fn pyyaml_and_serde_yaml_take_cassettes_and_specs_for_the_same_values() {
    let Some(python) = installed("boto3") else { return };
    let folder = tempfile::tempdir().unwrap();
    retake(folder.path(), &["record", "--operation", "ListImageSetVersions", "--probe"]).assert_code(0);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = [folder.path().join("cassettes"), root.join("cassettes"), root.join("specs")]
        .map(|start| yaml_files(&start))
        .concat();

    let output = Command::new(python.join("bin/python")).arg(program("read_yaml.py")).args(&files).output().unwrap();

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), files.len());
    assert!(files.len() >= 2, "a cassette and a spec at least, found {files:?}");
    for (file, line) in files.iter().zip(lines) {
        let found: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(found, documents(file), "{}", file.display());
    }
}

fn documents(file: &Path) -> Value {
    let text = fs::read_to_string(file).unwrap();
    Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap()).collect()
}

fn yaml_files(start: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(start) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = paths
        .flat_map(|path| if path.is_dir() { yaml_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files
}
