//! The same clients with `--mode forward`: they know the service's own name, and the proxy of their environment.
//!
//! boto3, the AWS CLI and the Rust SDK are as they are without retake. The JavaScript SDK reads no proxy variable: its
//! program gives it an agent.

use super::{Client, DATASTORE, IMAGE_SET, built, installed, program, ran, sees_the_same_in, text};
use crate::tunnels::HOST;
use crate::upstreams::Authority;
use rustls::ServerConfig;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// Longer than anything takes here.
const FOREVER: Duration = Duration::from_secs(120);

fn sees_the_same(client: &Client) {
    sees_the_same_in(client, "forward");
    ran(&format!("{}-tunnel", client.name));
}

#[test]
fn boto3_sees_the_same_through_tunnels() {
    let Some(folder) = installed("boto3") else { return };
    let command = vec![text(folder.join("bin/python")), program("boto3_list.py")];
    sees_the_same(&Client { name: "boto3", command, family: "boto3" });
}

#[test]
fn boto3_with_its_older_retries_sees_the_same_through_tunnels() {
    let Some(folder) = installed("boto3-1.43.11") else { return };
    let command = vec![text(folder.join("bin/python")), program("boto3_list.py")];
    sees_the_same(&Client { name: "boto3-1.43.11", command, family: "boto3" });
}

#[test]
fn the_aws_cli_sees_the_same_through_tunnels() {
    let Some(folder) = installed("awscli") else { return };
    let command = vec![text(folder.join("bin/python")), program("awscli_list.py")];
    sees_the_same(&Client { name: "awscli", command, family: "aws-cli" });
}

#[test]
fn the_javascript_sdk_sees_the_same_through_tunnels() {
    let Some(folder) = installed("js") else { return };
    let command = vec!["node".to_owned(), program("js_list.mjs"), text(folder)];
    sees_the_same(&Client { name: "js", command, family: "aws-sdk-js" });
}

#[cfg(feature = "aws-chain")]
#[test]
fn the_rust_sdk_sees_the_same_through_tunnels() {
    sees_the_same(&Client { name: "rust", command: vec![built("rust_list")], family: "aws-sdk-rust" });
}

/// The protocol that a client speaks where it may choose: the first line of what it says within a tunnel.
async fn chosen_by(command: &[String]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let mut config = Arc::unwrap_or_clone(authority.server(HOST));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let certificate = folder.path().join("ca.pem");
    std::fs::write(&certificate, authority.pem()).unwrap();
    let mut client = start(command, folder.path(), &proxy, &certificate);

    let line = timeout(FOREVER, first_line(&listener, config)).await;
    client.kill().unwrap();
    client.wait().unwrap();
    line.expect("the client says nothing")
}

/// Opens the tunnel that is asked for, and reads the first line that comes through it.
async fn first_line(listener: &TcpListener, config: ServerConfig) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"CONNECT "), "{}", String::from_utf8_lossy(&head));
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let mut stream = TlsAcceptor::from(Arc::new(config)).accept(stream).await.unwrap();
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        line.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(line).unwrap()
}

fn start(command: &[String], folder: &Path, proxy: &str, certificate: &Path) -> std::process::Child {
    let mut client = std::process::Command::new(&command[0]);
    client.args(&command[1..]).arg(format!("{DATASTORE}/{IMAGE_SET}")).current_dir(folder).env_clear();
    client.envs([("HTTPS_PROXY", proxy), ("AWS_EC2_METADATA_DISABLED", "true")]);
    client.envs([("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "us-east-1")]);
    client.envs([("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")]);
    client.env("SSL_CERT_FILE", certificate).env("AWS_CA_BUNDLE", certificate);
    client.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap()
}

#[cfg(feature = "aws-chain")]
#[tokio::test(flavor = "multi_thread")]
async fn the_rust_sdk_chooses_http_2_where_it_is_offered() {
    assert_eq!(chosen_by(&[built("rust_list")]).await, "PRI * HTTP/2.0\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_chooses_http_1() {
    let Some(folder) = installed("boto3") else { return };
    let command = [text(folder.join("bin/python")), program("boto3_list.py")];

    let line = chosen_by(&command).await;

    assert!(line.starts_with("POST /datastore/") && line.ends_with(" HTTP/1.1\r\n"), "{line}");
}
