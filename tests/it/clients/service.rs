//! Every read of the service, by real clients: recorded from the simulator, verified and replayed. What is specific to an
//! operation stands in its spec, and here.

use super::{built, installed, program, ran, text};
use crate::command::{Run, retake};
use retake::spec::{self, Spec};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The operations that page.
const LISTINGS: [&str; 4] = ["ListDICOMImportJobs", "ListDatastores", "ListImageSetVersions", "SearchImageSets"];

/// The other reads.
const READS: [&str; 6] =
    ["GetDICOMImportJob", "GetDatastore", "GetImageFrame", "GetImageSet", "GetImageSetMetadata", "ListTagsForResource"];

/// What the clients are given, a placeholder each.
const INPUTS: [&str; 5] = ["datastoreId", "imageSetId", "jobId", "resourceArn", "imageFrameInformation"];

#[test]
fn boto3_reads_the_whole_service_when_replaying_as_it_did_when_recording() {
    let Some(folder) = installed("boto3") else { return };
    reads_the_same(&[text(folder.join("bin/python")), program("boto3_service.py")]);
    ran("boto3-service");
}

#[cfg(feature = "aws-chain")]
#[test]
fn the_rust_sdk_reads_the_whole_service_when_replaying_as_it_did_when_recording() {
    reads_the_same(&[built("rust_service")]);
    ran("rust-service");
}

fn reads_the_same(client: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let run = |before: &[&str]| {
        let given = INPUTS.map(|name| format!("{name}={{{name}}}"));
        let client = client.iter().chain(&given).map(String::as_str);
        let arguments: Vec<&str> = before.iter().copied().chain(["--"]).chain(client).collect();
        seen(&retake(folder.path(), &arguments))
    };

    let recorded = run(&["record", "--cassette", "service.cassette.yaml", "--output", "recorded.txt"]);

    retake(folder.path(), &["verify", "cassette", "service.cassette.yaml"]).assert_code(0);
    retake(folder.path(), &["cassette", "lint", "service.cassette.yaml"]).assert_code(0);
    let expected: BTreeSet<&str> = LISTINGS.into_iter().chain(READS).collect();
    assert_eq!(operations(folder.path(), "service.cassette.yaml"), expected);
    for pages in lengths(&recorded) {
        assert_eq!(pages, [7, 7, 6], "{recorded}");
    }

    let replayed = run(&["replay", "service.cassette.yaml", "--output", "replayed.txt"]);

    assert_eq!(Likeness::default().differences(&recorded, &replayed), Vec::<String>::new());
}

/// What a client printed.
fn seen(run: &Run) -> Value {
    run.assert_code(0);
    let line = run.stdout.lines().chain(run.stderr.lines()).find(|line| line.starts_with("{\"seen\""));
    serde_json::from_str(line.unwrap_or_else(|| panic!("the client prints a line of JSON: {run:?}"))).unwrap()
}

/// How long the pages of each listing were.
fn lengths(seen: &Value) -> Vec<Vec<u64>> {
    match seen {
        Value::Object(members) => {
            let pages = members.get("pages").and_then(Value::as_array);
            let own = pages.map(|pages| pages.iter().filter_map(Value::as_u64).collect());
            own.into_iter().chain(members.values().flat_map(lengths)).collect()
        }
        Value::Array(items) => items.iter().flat_map(lengths).collect(),
        _ => Vec::new(),
    }
}

/// The operations in a cassette.
fn operations(folder: &Path, cassette: &str) -> BTreeSet<&'static str> {
    let text = fs::read_to_string(folder.join(cassette)).unwrap();
    let found = text.lines().filter_map(|line| line.trim().strip_prefix("operation: "));
    let known = |name: &str| LISTINGS.into_iter().chain(READS).find(|known| *known == name);
    found.map(|name| known(name).unwrap_or_else(|| panic!("{name} is no read"))).collect()
}

/// The members that are secret: of each, every value is stored as the same one.
const SECRETS: [&str; 4] = ["DICOMPatientBirthDate", "DICOMPatientName", "DICOMPatientSex", "DICOMSeriesNumber"];

/// Whether what was seen is the same, but for what redaction changes: texts and identifiers, each into one other of its
/// member, secrets all into one, and times by one number of seconds.
#[derive(Default)]
struct Likeness {
    others: BTreeMap<(String, String), String>,
    secrets: BTreeMap<String, Value>,
    shift: Option<i64>,
    differences: Vec<String>,
}

impl Likeness {
    fn differences(mut self, recorded: &Value, replayed: &Value) -> Vec<String> {
        self.compare("", recorded, replayed);
        self.differences
    }

    fn compare(&mut self, place: &str, recorded: &Value, replayed: &Value) {
        let name = place.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or_default().to_owned();
        let is_like = match (recorded, replayed) {
            (_, other) if SECRETS.contains(&name.as_str()) => {
                self.secrets.entry(name).or_insert_with(|| other.clone()) == other
            }
            (Value::Object(one), Value::Object(other)) if one.len() == other.len() => {
                // Names of tags are redacted as well, and keep their order.
                for ((name, one), (_, other)) in one.iter().zip(other) {
                    self.compare(&format!("{place}/{name}"), one, other);
                }
                true
            }
            (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
                for (index, (one, other)) in one.iter().zip(other).enumerate() {
                    self.compare(&format!("{place}/{index}"), one, other);
                }
                true
            }
            (Value::String(one), Value::String(other)) => {
                self.others.entry((name, one.clone())).or_insert_with(|| other.clone()) == other
            }
            (one, other) if place.ends_with("/seconds") => {
                let shift = other.as_f64().unwrap() - one.as_f64().unwrap();
                *self.shift.get_or_insert(shift as i64) == shift as i64
            }
            (one, other) => one == other,
        };
        if !is_like {
            self.differences.push(format!("{place}: {recorded} was recorded, {replayed} replayed"));
        }
    }
}

#[test]
fn every_read_is_probed_verified_and_held_by_a_mock_that_is_right() {
    for operation in LISTINGS.into_iter().chain(READS) {
        let folder = tempfile::tempdir().unwrap();

        retake(folder.path(), &["record", "--operation", operation, "--probe"]).assert_code(0);
        retake(folder.path(), &["verify", "cassette"]).assert_code(0);
        retake(folder.path(), &["cassette", "lint"]).assert_code(0);
        let mock = format!("exec \"$0\" verify mock \"$AWS_ENDPOINT_URL\" --operation {operation}");
        let binary = env!("CARGO_BIN_EXE_retake");
        let simulated = ["simulate", "--operation", operation, "--", "sh", "-c", &mock, binary];
        retake(folder.path(), &simulated).assert_code(0);
    }
}

/// What each operation does to the service was read in its documentation, one by one: a wrong word here would let the
/// recorder change a data store.
#[test]
fn what_reads_is_forwarded_and_what_writes_is_not() {
    let writes = [
        "CopyImageSet",
        "CreateDatastore",
        "DeleteDatastore",
        "DeleteImageSet",
        "StartDICOMImportJob",
        "TagResource",
        "UntagResource",
        "UpdateImageSetMetadata",
    ];
    let specs = spec::embedded();

    let named = |read_only: bool| -> BTreeSet<&str> {
        specs.iter().filter(|spec| spec.http.read_only == read_only).map(|spec| spec.operation.as_str()).collect()
    };

    assert_eq!(named(true), LISTINGS.into_iter().chain(READS).collect());
    assert_eq!(named(false), writes.into_iter().collect());
    assert_eq!(specs.len(), 18);
}

#[test]
fn the_specs_are_what_the_model_says_and_what_people_own() {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/models/botocore-1.44.5");
    let folder = tempfile::tempdir().unwrap();
    let specs = spec::embedded();
    let place = |spec: &Spec| folder.path().join(spec.file.trim_start_matches("embedded:"));
    for spec in specs.iter() {
        fs::create_dir_all(place(spec).parent().unwrap()).unwrap();
        fs::write(place(spec), &spec.text).unwrap();
    }

    let [service, paginators] = ["service-2.json", "paginators-1.json"].map(|file| text(model.join(file)));
    let import = ["spec", "import", &service, "--paginators", &paginators, "--all", "--update", "--source"];
    retake(folder.path(), &[&import[..], &["botocore 1.44.5"]].concat()).assert_code(0);

    for spec in specs.iter() {
        assert_eq!(fs::read_to_string(place(spec)).unwrap(), spec.text.to_string(), "{}", spec.file);
    }
}
