//! The same clients with `--mode forward`: they know the service's own name, and the proxy of their environment.
//!
//! boto3, the AWS CLI and the Rust SDK are as they are without retake. The JavaScript SDK reads no proxy variable: its
//! program gives it an agent.

use super::{Client, built, installed, program, ran, sees_the_same_in, text};

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
