//! The usual AWS chain, each provider against files and loopback stubs.
//!
//! The chain reads this process's environment, so each case runs in a process of its own: this test binary again, with
//! the one test that prints what the chain finds.
#![cfg(feature = "aws-chain")]

use crate::upstreams::{Stub, answer};
use retake::message::{Body, Headers, Response};
use retake::net::credentials::Chain;
use retake::net::{Arrived, Clock, Handler, Limits, Listen, Listener, Outgoing, Serving};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::process::Command;

/// Run by the other tests, in an environment that they make.
#[tokio::test]
#[ignore = "prints what the chain of its environment finds; the other tests run it"]
async fn prints_what_the_chain_finds() {
    let chain = Chain::load(std::env::var("TEST_PROFILE").ok().as_deref(), Clock::system()).await;
    match chain.current().await {
        Ok(credentials) => println!(
            "found {} {} {} in {}",
            credentials.key_id(),
            credentials.secret(),
            credentials.token().unwrap_or("-"),
            chain.region().unwrap_or("-")
        ),
        Err(error) => println!("found nothing: {}", error.to_string().replace('\n', " ")),
    }
}

async fn found(home: &Path, environment: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["credentials::prints_what_the_chain_finds", "--exact", "--ignored", "--nocapture"])
        .env_clear()
        .env("HOME", home)
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(environment.iter().copied())
        .output()
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find_map(|line| line.split_once("found "));
    line.unwrap_or_else(|| panic!("{output:?}")).1.to_owned()
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    home
}

#[tokio::test]
async fn says_what_to_do_where_there_are_no_credentials() {
    let found = found(home().path(), &[]).await;

    assert!(found.starts_with("nothing: there are no AWS credentials to sign with"), "{found}");
    assert!(found.contains("aws sso login") && found.contains("--upstream simulated"), "{found}");
}

#[tokio::test]
async fn reads_the_environment_first() {
    let home = home();
    fs::write(home.path().join(".aws/credentials"), "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n")
        .unwrap();
    let variables = [
        ("AWS_ACCESS_KEY_ID", "ENV"),
        ("AWS_SECRET_ACCESS_KEY", "e"),
        ("AWS_SESSION_TOKEN", "t"),
        ("AWS_REGION", "eu-west-1"),
    ];

    assert_eq!(found(home.path(), &variables).await, "ENV e t in eu-west-1");
}

#[tokio::test]
async fn reads_the_profile_that_is_named() {
    let home = home();
    fs::write(
        home.path().join(".aws/credentials"),
        "[default]\naws_access_key_id = D\naws_secret_access_key = d\n[other]\naws_access_key_id = O\naws_secret_access_key = o\naws_session_token = ot\n",
    )
    .unwrap();
    fs::write(home.path().join(".aws/config"), "[profile other]\nregion = ap-southeast-2\n").unwrap();

    assert_eq!(found(home.path(), &[]).await, "D d - in -");
    assert_eq!(found(home.path(), &[("TEST_PROFILE", "other")]).await, "O o ot in ap-southeast-2");
    assert_eq!(found(home.path(), &[("AWS_PROFILE", "other")]).await, "O o ot in ap-southeast-2");
    let missing = found(home.path(), &[("TEST_PROFILE", "missing")]).await;
    assert!(missing.starts_with("nothing: there are no AWS credentials of the profile \"missing\""), "{missing}");
}

#[tokio::test]
async fn runs_the_credential_process_of_a_profile() {
    let home = home();
    let json = r#"{"Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": "p", "SessionToken": "pt"}"#;
    fs::write(home.path().join("credentials.json"), json).unwrap();
    let config = format!("[default]\ncredential_process = cat {}/credentials.json\n", home.path().display());
    fs::write(home.path().join(".aws/config"), config).unwrap();

    assert_eq!(found(home.path(), &[]).await, "PROCESS p pt in -");
}

const PROVIDED: &str = r#"{"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "ROLE", "SecretAccessKey": "r", "Token": "rt",
    "Expiration": "2099-01-01T00:00:00Z", "LastUpdated": "2026-01-01T00:00:00Z"}"#;

#[tokio::test]
async fn asks_the_container_with_its_authorization_token() {
    let stub = Stub::start(vec![vec![answer(200, "content-type: application/json\r\n", PROVIDED)]]).await;
    let url = format!("{}/v1/credentials", stub.url());
    let variables = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer of-this-pod"),
    ];

    assert_eq!(found(home().path(), &variables).await, "ROLE r rt in -");

    let requests = stub.requests();
    assert!(requests[0].starts_with("GET /v1/credentials HTTP/1.1"), "{requests:?}");
    assert!(requests[0].to_ascii_lowercase().contains("authorization: bearer of-this-pod"), "{requests:?}");
}

#[tokio::test]
async fn asks_the_instance_with_a_session_token_only() {
    let stub = Instance::start().await;
    let variables = [("AWS_EC2_METADATA_DISABLED", "false"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", stub.url.as_str())];

    assert_eq!(found(home().path(), &variables).await, "ROLE r rt in us-east-2");

    let asked = stub.asked();
    assert!(asked.iter().any(|request| request.starts_with("PUT /latest/api/token")), "{asked:?}");
    for request in asked.iter().filter(|request| request.starts_with("GET ")) {
        assert!(request.to_ascii_lowercase().contains("x-aws-ec2-metadata-token: session-of-this-test"), "{request}");
    }
}

/// A metadata service of an instance, version 2.
struct Instance {
    url: String,
    handler: Arc<Metadata>,
    _serving: Serving,
}

#[derive(Default)]
struct Metadata(Mutex<Vec<String>>);

impl Handler for Metadata {
    async fn handle(&self, arrived: Arrived) -> Outgoing {
        let request = &arrived.request;
        let token = request.headers.get("x-aws-ec2-metadata-token").unwrap_or("");
        self.0.lock().unwrap().push(format!("{} {}\nx-aws-ec2-metadata-token: {token}", request.method, request.path));
        let (status, body) = match (request.method.as_str(), request.path.trim_end_matches('/')) {
            ("PUT", "/latest/api/token") => (200, "session-of-this-test"),
            _ if token != "session-of-this-test" => (401, ""),
            ("GET", "/latest/meta-data/placement/region") => (200, "us-east-2"),
            ("GET", path) if path.ends_with("/security-credentials") => (200, "the-role"),
            ("GET", path) if path.ends_with("/security-credentials/the-role") => (200, PROVIDED),
            _ => (404, ""),
        };
        let headers = Headers::from_iter([("x-aws-ec2-metadata-token-ttl-seconds", "21600")]);
        Outgoing::of(&Response { status: Some(status), headers, body: Body::from_bytes(body), ..Response::default() })
    }
}

impl Instance {
    async fn start() -> Self {
        let listener = Listener::bind(Listen::default()).await.unwrap();
        let handler = Arc::new(Metadata::default());
        Self {
            url: format!("http://127.0.0.1:{}", listener.port()),
            _serving: Serving::start(listener, Arc::clone(&handler), Limits::default()),
            handler,
        }
    }

    fn asked(&self) -> Vec<String> {
        self.handler.0.lock().unwrap().clone()
    }
}
