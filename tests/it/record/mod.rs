//! The recorder, between a client and upstreams of every kind.

mod admission;
mod canary;
mod certificates;
mod faults;
mod files;
mod hooked;
pub(crate) mod hosts;
mod large;
mod naive;
mod panics;
mod passing;
mod recover;
mod routes;
mod signatures;
mod smuggling;
mod swapped;
pub(crate) mod through;

use crate::wires::{Reply, talk};
use retake::diagnostic::Diagnostic;
use retake::message::{Headers, Request, Response, target};
use retake::net::sigv4::{Signer, sign};
use retake::net::{Clock, Credentials, Endpoint, Listen, Listener, Trust, Upstream, UpstreamLimits};
use retake::record::{Options, Recorder, Recording, Running, UpstreamChoice};
use retake::simulate::{Settings, Simulator};
use retake::spec::{self, Specs};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

const NOW: i64 = 1_795_458_553;
const SERVICE: &str = "medical-imaging";
const PATH: &str =
    "/datastore/12345678901234567890123456789012/imageSet/abcdefabcdefabcdefabcdefabcdef12/listImageSetVersions";

fn specs() -> Arc<Specs> {
    Arc::new(spec::embedded())
}

fn simulated(specs: &Arc<Specs>) -> UpstreamChoice {
    let inputs =
        [("datastoreId", "12345678901234567890123456789012"), ("imageSetId", "abcdefabcdefabcdefabcdefabcdef12")];
    let inputs = inputs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    UpstreamChoice::Simulated(Arc::new(
        Simulator::new(Arc::clone(specs), Settings { inputs, ..Settings::default() }).unwrap(),
    ))
}

fn at(url: &str) -> UpstreamChoice {
    UpstreamChoice::Url { endpoint: Endpoint::parse(url).unwrap(), credentials: None }
}

/// A recorder with a folder of its own.
struct Rig {
    folder: TempDir,
    running: Running,
}

impl Rig {
    async fn start(upstream: UpstreamChoice) -> Self {
        Self::start_with(upstream, |_| {}).await
    }

    async fn start_with(upstream: UpstreamChoice, change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = options(upstream, folder.path().join("a.cassette.yaml"));
        change(&mut options);
        let listener = Listener::bind(Listen::default()).await.unwrap();
        Self { folder, running: Recorder::start(listener, options).unwrap() }
    }

    fn cassette(&self) -> PathBuf {
        self.folder.path().join("a.cassette.yaml")
    }

    fn port(&self) -> u16 {
        self.running.access().endpoint.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// What a client of this session gets.
    async fn ask(&self, query: &[(&str, &str)]) -> Response {
        let access = self.running.access();
        let client = client(&access.endpoint);
        client.fetch(&list(query), Some(&signer(&access.credentials))).await.unwrap()
    }

    /// What a signed request gets, as it is on the wire.
    async fn ask_raw(&self, request: &Request) -> Reply {
        talk(self.port(), head_of(request, self.port(), &self.running.access().credentials)).await
    }

    async fn finish(self) -> Result<Recording, Diagnostic> {
        self.running.finish().await
    }
}

/// A recording into a file, by a clock that stands, with short limits towards the upstream.
fn options(upstream: UpstreamChoice, cassette: PathBuf) -> Options {
    let mut options = Options::new(specs(), upstream, cassette);
    options.clock = Clock::fixed(NOW);
    options.upstream_limits.head = Duration::from_millis(300);
    options.upstream_limits.gap = Duration::from_millis(300);
    options
}

fn client(url: &str) -> Upstream {
    let limits = UpstreamLimits::default();
    Upstream::new(Endpoint::parse(url).unwrap(), &Trust::default(), limits, Clock::fixed(NOW)).unwrap()
}

fn signer(credentials: &Credentials) -> Signer {
    Signer { credentials: credentials.clone(), region: "us-east-1".to_owned(), service: SERVICE.to_owned() }
}

/// A call of its own: no two have the same invocation id.
fn list(query: &[(&str, &str)]) -> Request {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let invocation = format!("11111111-2222-4333-8444-{:012}", CALLS.fetch_add(1, Ordering::SeqCst));
    let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let headers = Headers::from_iter([
        ("amz-sdk-invocation-id", invocation.as_str()),
        ("amz-sdk-request", "attempt=1; max=3"),
        ("x-amz-user-agent", "aws-sdk-test/1"),
    ]);
    Request { method: "POST".to_owned(), path: PATH.to_owned(), query, headers, ..Request::default() }
}

/// The bytes of a signed request that closes its connection.
fn head_of(request: &Request, port: u16, credentials: &Credentials) -> String {
    let host = format!("localhost:{port}");
    let signature = sign(request, "http", &host, &signer(credentials), NOW).unwrap();
    let target = target::join(&request.path, &request.query);
    let mut head = format!("{} {target} HTTP/1.1\r\nHost: {host}\r\n", request.method);
    for (name, value) in request.headers.iter().chain(signature.iter()) {
        head += &format!("{name}: {value}\r\n");
    }
    let body = std::str::from_utf8(request.body.bytes()).unwrap();
    head + &format!("Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
