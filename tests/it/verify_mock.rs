//! `retake verify mock`, as a process, against the simulator as another process and against servers that are wrong.

use crate::command::{Run, command, retake};
use crate::upstreams::{Act, Stub, answer, send};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const RETAKE: &str = env!("CARGO_BIN_EXE_retake");

const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/specs/medical-imaging/list-image-set-versions.yaml");

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Verifies a simulator that runs in another process; the code is that of `verify mock`.
fn verify_simulated(folder: &Path, simulate: &[&str], verify: &str) -> Run {
    let script = format!("{RETAKE} verify mock $RETAKE_ENDPOINT --spec {SPEC} {verify}; echo \"code $?\" >&2");
    let mut arguments = vec!["simulate", "--spec", SPEC];
    arguments.extend(simulate);
    arguments.extend(["--", "sh", "-c", &script]);
    retake(folder, &arguments)
}

async fn verify(url: &str, arguments: &'static [&'static str]) -> Run {
    let url = url.to_owned();
    let run = move || {
        let folder = folder();
        let mut all = vec!["verify", "mock", &url, "--spec", SPEC];
        all.extend(arguments);
        retake(folder.path(), &all)
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// A cassette of the simulator, probed.
fn recorded(folder: &Path, items: &str) -> String {
    let script = format!(
        "{RETAKE} record --upstream $RETAKE_ENDPOINT --upstream-credentials env --spec {SPEC} --probe \
         --input datastoreId=datastore00000000000000000000001 --input imageSetId=imageset000000000000000000000001 \
         --cassette {items}.cassette.yaml -q"
    );
    retake(folder, &["simulate", "--spec", SPEC, "--items", items, "--", "sh", "-c", &script]).assert_code(0);
    format!("{items}.cassette.yaml")
}

#[test]
fn the_simulator_is_green() {
    let folder = folder();

    let run = verify_simulated(folder.path(), &[], "");

    run.assert_stderr("code 0").assert_stderr("PASS  verify mock").assert_stderr("22 passed, 2 not exercised");
}

#[test]
fn tokens_of_another_resource_are_tried_where_there_is_one() {
    let folder = folder();
    let [one, other] = ["1", "2"].map(|digit| digit.repeat(32));
    let (one, other) = (format!("imageSetId={one}"), format!("imageSetId={other}"));

    let run = verify_simulated(
        folder.path(),
        &["--input", &one, "--input", &other],
        &format!("--input {one} --other-input {other} --strict"),
    );

    run.assert_stderr("code 0").assert_stderr("23 passed");
}

#[test]
fn what_the_simulator_was_recorded_with_it_answers_again_in_every_way_of_comparing() {
    let folder = folder();
    let cassette = recorded(folder.path(), "5");

    for likeness in ["exact", "contract", "shape"] {
        let run =
            verify_simulated(folder.path(), &["--items", "5"], &format!("--cassette {cassette} --match {likeness}"));
        run.assert_stderr("code 0").assert_stderr("23 passed");
    }
}

#[test]
fn what_differs_from_the_recording_is_told_member_by_member() {
    let folder = folder();
    let cassette = recorded(folder.path(), "5");
    let of = |likeness: &str| {
        verify_simulated(folder.path(), &["--items", "4"], &format!("--cassette {cassette} --match {likeness} -v"))
    };

    of("contract").assert_stderr("code 1").assert_stderr("answer.as-recorded").assert_stderr("expected 5 items");
    of("exact").assert_stderr("code 1").assert_stderr("/imageSetPropertiesList/0/versionId");
    // Of four items and five, the walks of one item a page differ in where the last token is, and in nothing else.
    of("shape").assert_stderr("code 1").assert_stderr("/nextToken");
}

#[test]
fn a_cassette_binds_its_stand_ins_to_the_inputs_of_the_run() {
    let folder = folder();
    let cassette = recorded(folder.path(), "5");
    let id = format!("imageSetId={}", "7".repeat(32));

    let verify = format!("--input {id} --cassette {cassette} --match exact");
    let run = verify_simulated(folder.path(), &["--items", "5", "--input", &id], &verify);

    run.assert_stderr("code 0").assert_stderr("23 passed");
}

#[test]
fn another_resource_is_not_taken_for_a_wrong_id_that_was_recorded() {
    let folder = folder();
    let cassette = recorded(folder.path(), "5");
    let [one, other] = ["7", "8"].map(|digit| format!("imageSetId={}", digit.repeat(32)));

    let verify = format!("--input {one} --other-input {other} --cassette {cassette}");
    let run = verify_simulated(folder.path(), &["--items", "5", "--input", &one, "--input", &other], &verify);

    run.assert_stderr("code 0").assert_stderr("24 passed");
}

#[test]
fn a_resource_that_is_not_there_proves_nothing() {
    let folder = folder();
    let id = format!("imageSetId={}", "7".repeat(32));

    let run = verify_simulated(folder.path(), &[], &format!("--input {id}"));

    run.assert_stderr("code 4").assert_stderr("--setup COMMAND").assert_stderr("ResourceNotFoundException");
}

#[test]
fn wrong_credentials_prove_nothing() {
    let folder = folder();

    let run = verify_simulated(folder.path(), &[], "--credentials AAAAAAAAAAAAAAAAAAAA:wrong");

    run.assert_stderr("--credentials ID:SECRET").assert_stderr("code 4");
}

#[test]
fn given_credentials_sign_on_both_sides() {
    let folder = folder();
    let given = "THESEAREGIVEN0000001:secret";

    let run = verify_simulated(folder.path(), &["--credentials", given], &format!("--credentials {given}"));

    run.assert_stderr("code 0");
}

#[test]
fn setup_is_led_to_the_mock_and_its_failure_is_none_of_the_mock() {
    let folder = folder();

    let setup = "--setup 'sh -c \"test -n \\\"$AWS_ACCESS_KEY_ID\\\" && echo $AWS_ENDPOINT_URL > seen\"'";
    verify_simulated(folder.path(), &[], setup).assert_stderr("code 0");
    let seen = std::fs::read_to_string(folder.path().join("seen")).unwrap();
    assert!(seen.starts_with("http://localhost:"), "{seen}");

    let failed = verify_simulated(folder.path(), &[], "--setup 'sh -c \"exit 7\"'");
    failed.assert_stderr("code 4").assert_stderr("it exited with 7");
    verify_simulated(folder.path(), &[], "--setup /no/such/program").assert_stderr("code 4");
    verify_simulated(folder.path(), &[], "--setup \"'\"").assert_stderr("code 2");
}

#[test]
fn a_known_failure_fails_nothing_until_it_passes() {
    let folder = folder();
    let cassette = recorded(folder.path(), "5");
    let known = "known_failures: 1\nfailures:\n  - {check: answer.as-recorded, scenario: ListImageSetVersions, \
                 reason: the mock is smaller}\n";
    std::fs::write(folder.path().join("known.yaml"), known).unwrap();
    let of = |items: &str| {
        let verify = format!("--cassette {cassette} --known-failures known.yaml");
        verify_simulated(folder.path(), &["--items", items], &verify)
    };

    of("4").assert_stderr("code 0");
    of("5").assert_stderr("code 1");

    std::fs::write(folder.path().join("known.yaml"), known.replace("ListImage", "LstImage")).unwrap();
    of("5").assert_stderr("code 2").assert_stderr("did you mean \"ListImageSetVersions\"?");
    std::fs::write(folder.path().join("known.yaml"), known.replace("answer.as-recorded", "request.signed")).unwrap();
    of("5").assert_stderr("code 2").assert_stderr("judges no mock");
}

#[test]
fn refuses_urls_that_are_no_mock_and_repeats_no_password() {
    let folder = folder();

    for (url, word) in [
        ("http://user:hunter2@localhost:1", "user name"),
        ("http://localhost:1/stage", "path"),
        ("http://169.254.169.254", "link-local"),
        ("http://[fe80::1]:80", "link-local"),
        ("ftp://localhost", "scheme"),
        ("localhost:1", "http://HOST"),
    ] {
        let run = retake(folder.path(), &["verify", "mock", url]);
        run.assert_code(2).assert_stderr(word);
        assert!(!run.stderr.contains("hunter2") && run.stdout.is_empty(), "{}", run.stderr);
    }
    let given = ["verify", "mock", "http://mock.example", "--credentials", "THESEAREGIVEN0000001:secret"];
    retake(folder.path(), &given).assert_code(2).assert_stderr("https");
}

#[tokio::test]
async fn credentials_of_aws_never_go_to_a_mock() {
    let stub = Stub::start(vec![vec![answer(404, "", "<html>")]]).await;
    let url = stub.url();
    let run = move || {
        let folder = folder();
        command(folder.path(), &["verify", "mock", &url, "--spec", SPEC])
            .env("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
            .env("AWS_SECRET_ACCESS_KEY", "real")
            .env("AWS_SESSION_TOKEN", "very-real")
            .output()
            .unwrap()
    };

    let output = tokio::task::spawn_blocking(run).await.unwrap();

    assert_eq!(output.status.code(), Some(1));
    assert!(stub.requests().iter().any(|request| request.contains("Credential=RETAKE")));
    assert!(!stub.requests().iter().any(|request| request.contains("REAL") || request.contains("very-real")));
    assert!(!stub.requests().iter().any(|request| request.contains("x-retake-probe")), "the mock is not told");
}

#[tokio::test]
async fn a_mock_that_is_down_cannot_be_looked_at() {
    let port = {
        let stub = Stub::start(vec![vec![Act::Close]]).await;
        stub.port
    };

    let run = verify(&format!("http://127.0.0.1:{port}"), &[]).await;

    run.assert_code(4).assert_stderr("cannot reach");
}

#[tokio::test]
async fn a_mock_that_says_nothing_is_waited_for_once() {
    let stub = Stub::start(vec![vec![Act::Stall]]).await;
    let began = Instant::now();

    let run = verify(&stub.url(), &[]).await;

    run.assert_code(4).assert_stderr("broke off").assert_stderr("nothing more came");
    assert!(began.elapsed() < Duration::from_secs(25));
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test]
async fn a_mock_that_resets_is_asked_three_times() {
    let stub = Stub::start(vec![vec![Act::Reset]]).await;

    let run = verify(&stub.url(), &[]).await;

    run.assert_code(4).assert_stderr("3 of 3 answers of ListImageSetVersions broke off");
    assert_eq!(stub.requests().len(), 3);
}

#[tokio::test]
async fn a_mock_that_breaks_off_later_leaves_what_was_seen_before() {
    let body = r#"{"imageSetPropertiesList":[],"nextToken":null}"#;
    let good = answer(200, "content-type: application/json\r\n", body);
    let cut = send("HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"imageSetProp");
    let stub = Stub::start(vec![vec![good.clone()], vec![good], vec![cut, Act::Close]]).await;

    let run = verify(&stub.url(), &["--format", "json"]).await;

    run.assert_code(4)
        .assert_stderr("broke off")
        .assert_stdout("\"exchanges\": 5")
        .assert_stdout("\"verdict\": \"error\"");
}

#[tokio::test]
async fn html_redirects_and_other_types_are_findings_and_no_page_is_followed() {
    let html = answer(200, "content-type: text/html\r\n", "<html><body>It works!</body></html>");
    let elsewhere = answer(302, "location: http://169.254.169.254/\r\n", "");
    let xml = answer(200, "content-type: application/xml\r\n", "<Versions/>");
    for (script, check, word) in
        [(html, "shape.type", "HTML"), (elsewhere, "error.declared", "302"), (xml, "shape.type", "not JSON")]
    {
        let stub = Stub::start(vec![vec![script]]).await;

        let run = verify(&stub.url(), &[]).await;

        run.assert_code(1).assert_stdout(check).assert_stdout(word);
    }
}

#[tokio::test]
async fn a_mock_whose_pages_never_end_is_left_at_the_limit() {
    let pages = (0..400_u32).map(|page| {
        let token = format!("t{:08x}", page.wrapping_mul(2_654_435_761));
        let body = format!("{{\"imageSetPropertiesList\":[],\"nextToken\":\"{token}\"}}");
        vec![answer(200, "content-type: application/json\r\n", &body)]
    });
    let stub = Stub::start(pages.collect()).await;

    let run = verify(&stub.url(), &["-v"]).await;

    run.assert_code(1).assert_stdout("pagination.walk-closed").assert_stdout("200 pages");
    assert!(stub.requests().len() < 230, "{}", stub.requests().len());
}

#[tokio::test]
async fn a_mock_that_gives_the_same_token_again_is_told_so() {
    let body = r#"{"imageSetPropertiesList":[],"nextToken":"same"}"#;
    let stub = Stub::start(vec![vec![answer(200, "content-type: application/json\r\n", body)]]).await;

    let run = verify(&stub.url(), &[]).await;

    run.assert_code(1).assert_stdout("pagination.token-advances");
    assert!(stub.requests().len() < 30);
}
