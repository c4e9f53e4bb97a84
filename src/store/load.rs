//! Loading what the user named: cassettes and specs, with every problem told, not only the first.

use super::disk::Disk;
use super::files::Files;
use super::{Insta, failed, find_with};
use crate::cassette::{self, Cassette};
use crate::diagnostic::{Diagnostic, Location};
use crate::spec::{self, Spec, Specs};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

/// The longest spec that is read.
const MAX_SPEC: u64 = 4 << 20;

/// The end of a spec's file name.
const SPEC_SUFFIX: &str = ".yaml";

/// Reads the cassettes of files and folders, each once; none if the folders hold none.
///
/// insta is told that they are in use: it deletes what no test refers to, if it is asked to.
pub fn read_cassettes(paths: &[PathBuf]) -> Result<Vec<Cassette>, Vec<Diagnostic>> {
    let cassettes = read_cassettes_with(&Disk, paths)?;
    if let Ok(insta) = Insta::from_environment() {
        cassettes.iter().for_each(|cassette| insta.refer(Path::new(&cassette.file)));
    }
    Ok(cassettes)
}

/// Reads cassettes, on a file system.
pub fn read_cassettes_with(files: &dyn Files, paths: &[PathBuf]) -> Result<Vec<Cassette>, Vec<Diagnostic>> {
    let limit = cassette::MAX_BYTES as u64;
    let found = find_all(files, paths, cassette::SUFFIX);
    all(found, |path| Ok(cassette::read(&name(path), &read(files, path, limit, "cassette")?)?))
}

/// Reads the specs of files and folders, each once; none if the folders hold none.
pub fn read_specs(paths: &[PathBuf]) -> Result<Specs, Vec<Diagnostic>> {
    read_specs_with(&Disk, paths)
}

/// Reads specs, on a file system.
pub fn read_specs_with(files: &dyn Files, paths: &[PathBuf]) -> Result<Specs, Vec<Diagnostic>> {
    let found = find_all(files, paths, SPEC_SUFFIX).into_iter().filter(|path| !is_cassette(path)).collect();
    let specs = all(found, |path| {
        let bytes = read(files, path, MAX_SPEC, "spec")?;
        let text = String::from_utf8(bytes).map_err(|error| not_utf8(path, &error))?;
        Ok(spec::compile(&name(path), &text)?)
    })?;
    refuse_same_operation(&specs)?;
    Ok(Specs::new(specs))
}

fn not_utf8(path: &Path, error: &FromUtf8Error) -> Diagnostic {
    let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let location = Location { line: u32::try_from(line).ok(), ..Location::file(name(path)) };
    Diagnostic::new("the spec is not UTF-8").at(location).help("save it as UTF-8")
}

fn is_cassette(path: &Result<PathBuf, Diagnostic>) -> bool {
    path.as_ref().is_ok_and(|path| path.to_string_lossy().ends_with(cassette::SUFFIX))
}

/// The files of all paths, each once, in the order of the paths.
fn find_all(files: &dyn Files, paths: &[PathBuf], suffix: &str) -> Vec<Result<PathBuf, Diagnostic>> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for path in paths {
        match find_with(files, path, suffix) {
            Ok(all) => found.extend(all.into_iter().filter(|path| seen.insert(path.clone())).map(Ok)),
            Err(error) => found.push(Err(error)),
        }
    }
    found
}

/// What is wrong with one file.
struct Problems(Vec<Diagnostic>);

impl From<Diagnostic> for Problems {
    fn from(problem: Diagnostic) -> Self {
        Self(vec![problem])
    }
}

impl From<Vec<Diagnostic>> for Problems {
    fn from(problems: Vec<Diagnostic>) -> Self {
        Self(problems)
    }
}

/// Makes something of each file; all errors if there is one.
fn all<T>(
    found: Vec<Result<PathBuf, Diagnostic>>,
    make: impl Fn(&Path) -> Result<T, Problems>,
) -> Result<Vec<T>, Vec<Diagnostic>> {
    let mut made = Vec::new();
    let mut errors = Vec::new();
    for path in found {
        match path.map_err(Problems::from).and_then(|path| make(&path)) {
            Ok(value) => made.push(value),
            Err(Problems(problems)) => errors.extend(problems),
        }
    }
    if errors.is_empty() { Ok(made) } else { Err(errors) }
}

fn read(files: &dyn Files, path: &Path, limit: u64, what: &str) -> Result<Vec<u8>, Diagnostic> {
    let bytes = files.read(path, limit).map_err(|error| failed(&format!("cannot read the {what}"), path, &error))?;
    if bytes.len() as u64 > limit {
        return Err(Diagnostic::new(format!("the {what} is too large"))
            .at(Location::file(name(path)))
            .expected(format!("at most {limit} bytes")));
    }
    Ok(bytes)
}

fn refuse_same_operation(specs: &[Spec]) -> Result<(), Vec<Diagnostic>> {
    let mut first: BTreeMap<(&str, &str), &Spec> = BTreeMap::new();
    let mut errors = Vec::new();
    for spec in specs {
        if let Some(before) = first.insert((&spec.service.id, &spec.operation), spec) {
            let error = Diagnostic::new(format!("the operation {} has two specs", spec.operation))
                .at(Location::file(spec.file.as_str()))
                .found(format!("the other is {}", before.file))
                .help("name one of the two");
            errors.push(error);
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// A path as the user named it.
fn name(path: &Path) -> String {
    path.display().to_string()
}
