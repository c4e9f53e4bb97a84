//! The import of real services of every protocol, from the package that boto3 brings along: each operation is imported, or
//! refused with a reason that names what no spec can say.
//!
//! The counts go into `target/tmp/imported-services.txt`, which the gate shows.

use crate::clients::installed;
use flate2::read::GzDecoder;
use retake::spec::import::{Model, Paginators};
use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Services of each protocol; of those that can be imported, some with features that cannot.
const SERVICES: [&str; 10] =
    ["apigateway", "appsync", "batch", "lambda", "mediaconvert", "dynamodb", "iam", "ec2", "s3", "cloudwatch"];

/// What a refusal says: the feature, and that it cannot be.
const REASONS: [&str; 4] = [
    "not supported",
    "is in the query and cannot be a map",
    "carries the message or its credentials",
    "is in the body, and a GET request has none",
];

#[test]
fn imports_or_refuses_by_name_every_operation_of_ten_more_services() {
    let Some(packages) = installed("boto3") else { return };
    let mut table = String::new();
    for service in SERVICES {
        let folder = newest(&packages, service);
        let model = Model::parse(service, &unpacked(&folder, "service-2.json").unwrap()).unwrap();
        let pages = unpacked(&folder, "paginators-1.json").map(|bytes| Paginators::parse(service, &bytes).unwrap());

        let (mut imported, mut refused) = (0, 0);
        for operation in model.operations() {
            match model.import(pages.as_ref(), &operation, None, None) {
                Ok(_) => imported += 1,
                Err(error) => {
                    let says_why = REASONS.iter().any(|reason| error.what.contains(reason));
                    assert!(says_why, "{service} {operation}: {error}");
                    refused += 1;
                }
            }
        }
        assert!(imported + refused > 0, "{service} has operations");
        writeln!(table, "{service:16} {imported:4} imported {refused:4} refused").unwrap();
    }
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("imported-services.txt"), &table).unwrap();
    assert!(table.contains("batch              48 imported    0 refused"), "{table}");
}

/// The folder of a service's newest version.
fn newest(packages: &Path, service: &str) -> PathBuf {
    let only = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
    let python = only(packages.join("lib"));
    only(python.join("site-packages/botocore/data").join(service))
}

/// A file that may be packed.
fn unpacked(folder: &Path, name: &str) -> Option<Vec<u8>> {
    if let Ok(bytes) = fs::read(folder.join(name)) {
        return Some(bytes);
    }
    let packed = fs::read(folder.join(format!("{name}.gz"))).ok()?;
    let mut bytes = Vec::new();
    GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
    Some(bytes)
}
