//! The client: a process that sends what it is told to, and then writes down what it sees around itself.

use super::scene::now;
use crate::canaries::Exchanged;
use crate::canaries::passing::{everything, head_of};
use crate::wires::talk;
use retake::message::{Body, Headers, Request};
use retake::net::Credentials;
use serde_json::json;
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

/// The variable that names the file with what is to be sent.
pub(super) const PLAN: &str = "CANARY_PLAN";
/// The variable that names the folder for what was seen.
pub(super) const SEEN: &str = "CANARY_SEEN";

/// The command line that runs it.
pub(super) fn command() -> Vec<String> {
    let this = std::env::current_exe().unwrap().display().to_string();
    let test = "canary_runs::client::asks_and_looks_around";
    [this.as_str(), "--exact", test, "--ignored", "--nocapture"].map(str::to_owned).to_vec()
}

/// Writes down what is to be sent.
pub(super) fn write_plan(file: &Path, exchanges: &[Exchanged], refused: &VecDeque<String>) {
    let request = |Exchanged { request, .. }: &Exchanged| {
        let headers: Vec<(&str, &str)> = request.headers.iter().collect();
        let body = std::str::from_utf8(request.body.bytes()).unwrap();
        json!([request.method, request.path, request.query, headers, body])
    };
    let plan = json!([exchanges.iter().map(request).collect::<Vec<_>>(), refused]);
    fs::write(file, plan.to_string()).unwrap();
}

type Pairs = Vec<(String, String)>;

/// A request as it is written down: method, path, query, headers, body.
type Written = (String, String, Pairs, Pairs, String);

fn read_plan(file: &Path) -> (Vec<Request>, Vec<String>) {
    let plan: (Vec<Written>, Vec<String>) = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let request = |(method, path, query, headers, body): Written| Request {
        method,
        path,
        query,
        headers: Headers::from_iter(headers),
        body: Body::from_bytes(body),
    };
    (plan.0.into_iter().map(request).collect(), plan.1)
}

/// The command lines of a process, of the one that it is of, and of all that are of that one.
pub(super) fn command_lines(process: u32) -> Vec<u8> {
    let parent = parent_of(process);
    let is_near = |id: &u32| *id == process || Some(*id) == parent || parent_of(*id) == Some(process);
    let ids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    let near = ids.filter(|id| is_near(id) || parent_of(*id) == parent);
    near.flat_map(|id| fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default()).collect()
}

fn parent_of(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}

/// The process that asks.
#[tokio::test]
#[ignore = "is run by other tests, in a process of its own"]
async fn asks_and_looks_around() {
    let Ok(plan) = std::env::var(PLAN) else { return };
    let (requests, refused) = read_plan(Path::new(&plan));
    let variable = |name: &str| std::env::var(name).unwrap();
    let port: u16 = variable("AWS_ENDPOINT_URL").rsplit(':').next().unwrap().parse().unwrap();
    let token = std::env::var("AWS_SESSION_TOKEN").ok();
    let credentials = Credentials::new(variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"), token);
    for request in &requests {
        talk(port, head_of(request, port, &credentials, now())).await;
    }
    for head in &refused {
        talk(port, head.replace("{host}", &format!("localhost:{port}"))).await;
    }

    let seen = PathBuf::from(variable(SEEN));
    let folders = [".".to_owned(), variable("TMPDIR"), variable("HOME")];
    fs::write(seen.join("during"), folders.map(|folder| everything(Path::new(&folder))).concat()).unwrap();
    let environment: Vec<String> = std::env::vars_os().map(|(name, value)| format!("{name:?}={value:?}\n")).collect();
    fs::write(seen.join("environment"), environment.concat()).unwrap();
    fs::write(seen.join("processes"), command_lines(std::process::id())).unwrap();
}
