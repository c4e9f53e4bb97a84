//! What a command finds with `--mode forward`: in its environment, and in the folder of the session.

use crate::command::{Run, command};
use crate::upstreams::Authority;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Copies the folder of the session, with what is told of its files, and the environment.
const LOOK: &str = r#"env > env; cp -rp "$(dirname "$AWS_CA_BUNDLE")" session"#;

fn variables(folder: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder.join("env")).unwrap();
    text.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn finds_certificates_and_no_key_in_the_folder_of_the_session() {
    let folder = tempfile::tempdir().unwrap();

    let mut command = command(folder.path(), &["simulate", "--mode", "forward", "--", "sh", "-c", LOOK]);
    Run::of(command.env_remove("NODE_EXTRA_CA_CERTS").output().unwrap()).assert_code(3);

    let session = folder.path().join("session");
    let mut names = Vec::new();
    for entry in fs::read_dir(&session).unwrap() {
        let path = entry.unwrap().path();
        let content = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&content).into_owned();
        assert!(!text.contains("PRIVATE") && !text.contains("KEY--"), "{}", path.display());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
        names.push((path.file_name().unwrap().to_string_lossy().into_owned(), text));
    }
    names.sort();
    let [(bundle, all), (certificate, one), ..] = &names[..] else { panic!("{names:?}") };
    assert_eq!((bundle.as_str(), certificate.as_str()), ("ca-bundle.pem", "ca.pem"));
    assert_eq!(one.matches("BEGIN CERTIFICATE").count(), 1);
    assert!(all.ends_with(one.as_str()));
    let variables = variables(folder.path());
    assert!(!Path::new(&variables["AWS_CA_BUNDLE"]).exists(), "the folder is gone with the session");
    assert_eq!(variables["SSL_CERT_FILE"], variables["AWS_CA_BUNDLE"]);
    assert!(variables["NODE_EXTRA_CA_CERTS"].ends_with("ca.pem"));
}

#[test]
fn trusts_what_it_trusted_before_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let (corporate, system) = (Authority::new().pem(), Authority::new().pem());
    fs::write(folder.path().join("corporate.pem"), &corporate).unwrap();
    fs::write(folder.path().join("system.pem"), &system).unwrap();
    let mut command = command(folder.path(), &["simulate", "--mode", "forward", "--", "sh", "-c", LOOK]);
    let corporate_file = folder.path().join("corporate.pem");
    command.env("AWS_CA_BUNDLE", &corporate_file).env("NODE_EXTRA_CA_CERTS", &corporate_file);

    let output = command.env("SSL_CERT_FILE", folder.path().join("system.pem")).output().unwrap();

    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name: &str| fs::read_to_string(folder.path().join("session").join(name)).unwrap().replace('\n', "");
    let (corporate, system) =
        (corporate.replace("\r\n", "").replace('\n', ""), system.replace("\r\n", "").replace('\n', ""));
    assert!(read("ca-bundle.pem").contains(&corporate) && read("ca-bundle.pem").contains(&system));
    assert!(read("ca.pem").contains(&corporate) && !read("ca.pem").contains(&system));
}

#[test]
fn says_which_file_of_certificates_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["simulate", "--mode", "forward", "--", "true"]);

    let output = command.env("AWS_CA_BUNDLE", folder.path().join("absent.pem")).output().unwrap();

    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stderr).contains("AWS_CA_BUNDLE"));
}

#[test]
fn a_client_that_signs_itself_keeps_its_credentials_and_is_given_none() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut all = vec!["record", "--mode", "forward", "--region", "eu-west-1"];
        all.extend(arguments);
        all.extend(["--", "sh", "-c", LOOK]);
        let mut command = command(folder.path(), &all);
        command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMIEXAMPLE");
        command.env("AWS_ENDPOINT_URL", "http://elsewhere.example").env("AWS_REGION", "us-west-2");
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
        fs::remove_dir_all(folder.path().join("session")).unwrap();
        variables(folder.path())
    };

    let live = run(&["--upstream", "live", "--profile", "lab"]);
    let simulated = run(&["--upstream", "simulated"]);

    assert_eq!(live["AWS_ACCESS_KEY_ID"], "AKIAIOSFODNN7EXAMPLE");
    assert_eq!(live["AWS_SECRET_ACCESS_KEY"], "wJalrXUtnFEMIEXAMPLE");
    assert_eq!((live["AWS_PROFILE"].as_str(), live["AWS_REGION"].as_str()), ("lab", "eu-west-1"));
    assert!(!live.contains_key("AWS_SESSION_TOKEN") && !live.contains_key("AWS_ENDPOINT_URL"));
    assert!(simulated["AWS_ACCESS_KEY_ID"].starts_with("RETAKE"));
    assert!(!simulated.values().any(|value| value.contains("EXAMPLE")));
}
