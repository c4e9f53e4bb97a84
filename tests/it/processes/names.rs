//! The names of files and folders that a model, a spec or a cassette causes: plain, short, and where they should be.

use crate::command::retake;
use std::fs;
use std::path::{Path, PathBuf};

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/models/botocore-1.44.5/service-2.json");

/// Names by which somebody might want to write elsewhere, or what nobody can read.
const HOSTILE: [&str; 20] = [
    "",
    ".",
    "..",
    "../../outside",
    "/outside",
    "//outside",
    "a/b",
    "a\\\\b",
    "..\\\\..\\\\outside",
    "C:\\\\outside",
    "~",
    "-rf",
    ".hidden",
    "a b",
    "$(id)",
    "漢字",
    "\\u0000",
    "a\\u0000b",
    "a\\u001b[31m",
    "\\u202egnp",
];

/// `[a-z0-9][a-z0-9._-]{0,127}`, and no more than that.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.starts_with(plain) && name.len() <= 128 && name.chars().all(|c| plain(c) || matches!(c, '.' | '_' | '-'))
}

/// All files and folders beneath a folder.
fn beneath(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { [vec![path.clone()], beneath(&path)].concat() } else { vec![path] })
        .collect()
}

/// The names that are not plain, and the files that are not beneath the folder they should be in.
fn strays(outer: &Path, inner: &str, given: &[&str]) -> Vec<PathBuf> {
    let is_stray = |path: &PathBuf| {
        let inside = path.strip_prefix(outer).unwrap();
        let mut names = inside.iter().map(|name| name.to_str().unwrap());
        if given.contains(&inside.to_str().unwrap()) {
            return false;
        }
        names.next() != Some(inner) || !names.all(is_plain)
    };
    beneath(outer).into_iter().filter(is_stray).collect()
}

/// The model of a service with another id, and another name of its listing of data stores.
fn model(service: &str, operation: &str) -> String {
    fs::read_to_string(MODEL)
        .unwrap()
        .replace("\"serviceId\": \"Medical Imaging\"", &format!("\"serviceId\": \"{service}\""))
        .replace("\"ListDatastores\"", &format!("\"{operation}\""))
}

#[test]
fn an_import_writes_plain_names_beneath_its_folder_or_nothing() {
    let long = "A".repeat(300);
    let (mut imported, mut refused) = (0, 0);
    for hostile in HOSTILE.iter().copied().chain([long.as_str()]) {
        for (service, operation) in [(hostile, "ListDatastores"), ("Medical Imaging", hostile)] {
            let outer = tempfile::tempdir().unwrap();
            let inner = outer.path().join("inner");
            fs::create_dir(&inner).unwrap();
            fs::write(inner.join("model.json"), model(service, operation)).unwrap();

            let run = retake(&inner, &["spec", "import", "model.json", "--all"]);

            assert!([0, 2].contains(&run.code), "{service:?}, {operation:?}: {}", run.stderr);
            assert_eq!(strays(outer.path(), "inner", &[]), Vec::<PathBuf>::new(), "{service:?}, {operation:?}");
            if inner.join("specs").exists() { imported += 1 } else { refused += 1 }
        }
    }
    assert!(imported > 10 && refused > 2, "{imported} imported, {refused} refused");
    assert!(!Path::new("/list-datastores.yaml").exists(), "a service without a name leads to the root");
}

#[test]
fn a_recording_writes_plain_names_beneath_its_folder_or_nothing() {
    let spec = fs::read_to_string("specs/medical-imaging/list-image-set-versions.yaml").unwrap();
    let mut recorded = 0;
    for hostile in HOSTILE.iter().copied().chain(["list_all.now"]) {
        for (before, after) in [
            ("  id: medical-imaging\n", format!("  id: \"{hostile}\"\n")),
            ("operation: ListImageSetVersions\n", format!("operation: \"{hostile}\"\n")),
        ] {
            assert!(spec.contains(before), "{before}");
            let outer = tempfile::tempdir().unwrap();
            let inner = outer.path().join("inner");
            fs::create_dir_all(inner.join("specs")).unwrap();
            fs::write(inner.join("specs/one.yaml"), spec.replacen(before, &after, 1)).unwrap();

            let run = retake(&inner, &["record", "--probe"]);

            assert!([0, 1, 2, 3].contains(&run.code), "{after}: {}", run.stderr);
            assert_eq!(strays(outer.path(), "inner", &[]), Vec::<PathBuf>::new(), "{after}");
            recorded += usize::from(inner.join("cassettes").exists());
        }
    }
    assert!(recorded > 0, "a name that is plain is taken");
}

#[test]
fn a_name_that_is_written_as_it_came_is_found() {
    let outer = tempfile::tempdir().unwrap();
    let inner = outer.path().join("inner/specs");
    fs::create_dir_all(&inner).unwrap();
    for name in ["../../outside", ".hidden", "a b", "-rf", "A", &"a".repeat(129)] {
        let path = inner.join(name);
        fs::write(&path, "").unwrap();

        assert_eq!(strays(outer.path(), "inner", &[]).len(), 1, "{name}");
        fs::remove_file(&path).unwrap();
    }
}
