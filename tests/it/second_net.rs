//! The second net, in the real binary: what redaction was told to let through is caught all the same, nothing is written,
//! and the exit code says so.
//!
//! A spec that calls a member of free text not sensitive lets its text through, as a mistake in a spec would.

use crate::command::{Run, command, retake};
use crate::upstreams::{Stub, answer};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use retake::cassette;
use std::fs;
use std::path::Path;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const KEY_ID: &str = "EXAMPLEKEYOFNOBODY77";
const TOKEN: &str = "session-token-of-nobody/that+is=long-enough";
const CASSETTE: &str = "one.cassette.yaml";

/// What each rule must find, and what is next to it and must pass.
const SAMPLES: [(&str, &str, &str); 12] = [
    ("access-key-id", "key AKIAIOSFODNN7EXAMPLE", "key AKIAIOSFODNN7"),
    ("secret-key", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("session-token", "x-amz-security-token: opaque/of+any/beginning==", "x-amz-security-token: short"),
    (
        "signature",
        "Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024",
        "Signature=fe5f80f77d5f",
    ),
    ("presigned-url", "https://h/p?X-Amz-Credential=AKID%2F20230323", "https://h/p?X-Amz-Date=20230323"),
    ("jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP", "eyJhbGciOiJIUzI1NiJ9 eyJzdWIiOiIxMjM0In0"),
    ("pem", "-----BEGIN RSA PRIVATE KEY-----", "----- BEGIN RSA PRIVATE KEY -----"),
    ("account-id", "account 210987654321", "account 21098765432"),
    ("arn", "arn:aws-us-gov:s3:::bucket", "arn:aws"),
    ("email", "to jane.doe@example.com", "to @jane, not jane@localhost"),
    ("dicom-uid", "1.2.840.113619.2.55.3.604688119.969.1268071029.320", "1.2.840.10008.1.2.1"),
    ("person-name", "Doe^John", "2^10"),
];

/// A folder with a spec that lets `message` through.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/specs/medical-imaging/list-image-set-versions.yaml");
    let any_text = fs::read_to_string(spec).unwrap().replace(r#", pattern: "[\\w -:`]+""#, "");
    fs::write(folder.path().join("lenient.yaml"), any_text.replace(", sensitivity: free-text", "")).unwrap();
    fs::write(folder.path().join("strict.yaml"), any_text).unwrap();
    folder
}

/// Records one answer of an upstream in which these texts stand, as they are spelled in JSON.
async fn record(folder: &Path, message: &str, more: &[&str]) -> Run {
    let item = format!(
        "{{\"imageSetId\":\"{}\",\"versionId\":\"1\",\"imageSetState\":\"ACTIVE\",\"createdAt\":1.7E9,\"message\":\"{message}\"}}",
        "a".repeat(32)
    );
    let page = format!("{{\"imageSetPropertiesList\":[{item}]}}");
    let stub = Stub::start(vec![vec![answer(200, "content-type: application/json\r\n", &page)]]).await;
    let url = stub.url();
    let ids = ["a".repeat(32), "b".repeat(32)];
    let inputs = [format!("datastoreId={}", ids[1]), format!("imageSetId={}", ids[0])];
    let mut arguments = vec!["record", "--probe", "--max-requests", "1", "--upstream", &url, "--cassette", CASSETTE];
    arguments.extend(["--overwrite", "--input", &inputs[0], "--input", &inputs[1]]);
    arguments.extend(more);
    let mut command = command(folder, &arguments);
    command.env("AWS_ACCESS_KEY_ID", KEY_ID).env("AWS_SECRET_ACCESS_KEY", SECRET).env("AWS_SESSION_TOKEN", TOKEN);
    Run::of(tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap())
}

#[track_caller]
fn assert_nothing_written(folder: &Path, text: &str) {
    assert!(!folder.join(CASSETTE).exists(), "{text}: a cassette was written");
    assert!(!folder.join(".retake").exists(), "{text}: a journal was left");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_detector_finds_is_not_written_and_ends_in_exit_4() {
    let folder = folder();
    for (rule, sample, _) in SAMPLES {
        let run = record(folder.path(), sample, &["--spec", "lenient.yaml"]).await;

        run.assert_code(4).assert_stderr(&format!("(rule {rule})")).assert_stderr("nothing was written");
        assert_nothing_written(folder.path(), sample);
        assert!(!run.stderr.contains(sample) && !run.stdout.contains(sample), "{sample} was shown");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_next_to_a_secret_is_written_and_kept() {
    let folder = folder();
    for (_, _, near) in SAMPLES {
        let run = record(folder.path(), near, &["--spec", "lenient.yaml"]).await;

        assert!(run.code == 0 || run.code == 1, "{near}: {run:?}");
        let written = fs::read_to_string(folder.path().join(CASSETTE)).unwrap();
        assert!(written.contains(near), "{near}: {written}");
        fs::remove_file(folder.path().join(CASSETTE)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_of_this_process_is_not_written_in_any_encoding_though_it_was_to_be_kept() {
    let folder = folder();
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let each = |before: &str| SECRET.bytes().map(|byte| format!("{before}{byte:02x}")).collect::<String>();
    let spelled = [
        SECRET.to_owned(),
        KEY_ID.to_owned(),
        KEY_ID.to_lowercase(),
        TOKEN.to_owned(),
        SECRET.chars().rev().collect(),
        SECRET.chars().map(|c| format!("{c} ")).collect(),
        hex(SECRET),
        hex(SECRET).to_uppercase(),
        STANDARD.encode(SECRET),
        STANDARD.encode(format!("x{SECRET}")),
        STANDARD.encode(format!("xy{SECRET}z")),
        URL_SAFE_NO_PAD.encode(SECRET),
        STANDARD.encode(STANDARD.encode(SECRET)),
        each("%"),
        each("\\u00"),
        SECRET.replace('/', "%2F").replace('+', "%2B"),
    ];
    for text in spelled {
        let run =
            record(folder.path(), &format!("it is {text}."), &["--spec", "strict.yaml", "--keep", "message"]).await;

        run.assert_code(4).assert_stderr("holds a credential of this session");
        assert_nothing_written(folder.path(), &text);
    }

    record(folder.path(), "it is none", &["--spec", "strict.yaml", "--keep", "message"]).await;
    assert!(fs::read_to_string(folder.path().join(CASSETTE)).unwrap().contains("it is none"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_by_name_does_not_keep_the_net_from_the_rest() {
    let folder = folder();
    let keep = ["--spec", "lenient.yaml", "--keep", "imageSetId"];

    let run = record(folder.path(), "Doe^John", &keep).await;

    run.assert_code(4).assert_stderr("(rule person-name)");
    assert_nothing_written(folder.path(), "Doe^John");
    let run = record(folder.path(), "Doe^John", &["--spec", "strict.yaml", "--keep", "message"]).await;
    assert!(run.code == 0 || run.code == 1, "{run:?}");
    assert!(fs::read_to_string(folder.path().join(CASSETTE)).unwrap().contains("Doe^John"));
}

#[tokio::test(flavor = "multi_thread")]
async fn lint_and_seal_refuse_what_a_hand_has_put_there() {
    let folder = folder();
    record(folder.path(), "WRITE HERE", &["--spec", "lenient.yaml"]).await;
    let path = folder.path().join(CASSETTE);
    let clean = fs::read_to_string(&path).unwrap();
    for (rule, sample, near) in SAMPLES {
        fs::write(&path, clean.replace("WRITE HERE", sample)).unwrap();
        let edited = fs::read_to_string(&path).unwrap();

        retake(folder.path(), &["cassette", "lint", CASSETTE]).assert_code(1).assert_stdout(rule);
        retake(folder.path(), &["cassette", "seal", CASSETTE]).assert_code(4).assert_stderr(&format!("(rule {rule})"));
        assert_eq!(fs::read_to_string(&path).unwrap(), edited, "{rule}: it was sealed");

        fs::write(&path, clean.replace("WRITE HERE", near)).unwrap();
        retake(folder.path(), &["cassette", "seal", CASSETTE]).assert_code(0);
        retake(folder.path(), &["cassette", "lint", CASSETTE]).assert_code(0);
    }
}

#[test]
fn no_detector_takes_our_own_cassettes_for_secrets() {
    let mut count = 0;
    for root in ["cassettes", "tests/data/checks", "tests/data/cassettes/good"] {
        let found = std::process::Command::new("find").args([root, "-name", "*.cassette.yaml"]).output().unwrap();
        for path in String::from_utf8(found.stdout).unwrap().lines() {
            // A sample of what must be found is found.
            if path.contains("evidence.redacted") {
                continue;
            }
            let Ok(cassette) = cassette::read(path, &fs::read(path).unwrap()) else { continue };
            count += 1;
            assert_eq!(cassette.facts().secrets, [], "{path}");
        }
    }
    assert!(count > 40, "{count}");
}
