//! The same clients with credentials of their own, which sign for the service itself: recorded through tunnels from a
//! stand-in of the service that verifies every signature, and replayed.

use super::cassette::Recorded;
use super::{
    Client, DATASTORE, IMAGE_SET, MALFORMED, UNKNOWN, built, calls, installed, program, ran, replay, seen, text,
};
use crate::command::retake;
use crate::record::through::Wired;
use crate::tunnels::HOST;
use crate::upstreams::Authority;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use retake::answer::{Answer, Answerer, Session};
use retake::drive::{Endpoint, Folder, Lead, Own, Tunnels, environment};
use retake::message::{Body, Json, Request, Response, target};
use retake::net::sigv4::{Scope, Verifier};
use retake::net::{Clock, Credentials, Interception, Listen, Listener, Trust, system_certificates};
use retake::record::{Options, Recorder, UpstreamChoice};
use retake::simulate::{Settings, Simulator};
use retake::spec::{self, Specs};
use rustls::ServerConfig;
use std::convert::Infallible;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

#[tokio::test(flavor = "multi_thread")]
async fn boto3_is_recorded_as_it_signs_itself() {
    let Some(folder) = installed("boto3") else { return };
    let command = vec![text(folder.join("bin/python")), program("boto3_list.py")];
    is_recorded(&Client { name: "boto3", command, family: "boto3" }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_with_its_older_retries_is_recorded_as_it_signs_itself() {
    let Some(folder) = installed("boto3-1.43.11") else { return };
    let command = vec![text(folder.join("bin/python")), program("boto3_list.py")];
    is_recorded(&Client { name: "boto3-1.43.11", command, family: "boto3" }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_aws_cli_is_recorded_as_it_signs_itself() {
    let Some(folder) = installed("awscli") else { return };
    let command = vec![text(folder.join("bin/python")), program("awscli_list.py")];
    is_recorded(&Client { name: "awscli", command, family: "aws-cli" }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_javascript_sdk_is_recorded_as_it_signs_itself() {
    let Some(folder) = installed("js") else { return };
    let command = vec!["node".to_owned(), program("js_list.mjs"), text(folder)];
    is_recorded(&Client { name: "js", command, family: "aws-sdk-js" }).await;
}

#[cfg(feature = "aws-chain")]
#[tokio::test(flavor = "multi_thread")]
async fn the_rust_sdk_is_recorded_as_it_signs_itself() {
    is_recorded(&Client { name: "rust", command: vec![built("rust_list")], family: "aws-sdk-rust" }).await;
}

/// Credentials of a person: the documented examples.
fn own() -> Credentials {
    let token =
        "AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT+FvwqnKwRcOIfrRh3c/LTo6UDdyJwOOvEVPvLXCrrrUtdnniCEXAMPLE";
    Credentials::new("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Some(token.to_owned()))
}

async fn is_recorded(client: &Client) {
    let specs = Arc::new(spec::embedded());
    let authority = Authority::new();
    let service = Service::start(authority.server(HOST), &specs).await;
    let folder = tempfile::tempdir().unwrap();
    let cassette = folder.path().join("first.cassette.yaml");
    let mut options = Options::new(Arc::clone(&specs), UpstreamChoice::Through, &cassette);
    let tunnels = Arc::new(Interception::of(&specs, &options.region, Clock::system()).unwrap());
    options.tunnels = Some(Arc::clone(&tunnels));
    options.network = Wired::new(vec!["203.0.113.7".parse().unwrap()], service.port);
    options.trust = Trust { extra: Some(("ca.pem".to_owned(), authority.pem().into_bytes())) };
    let listener = Listener::bind(Listen::default()).await.unwrap();
    let port = listener.port();
    let recorder = Recorder::start(listener, options).unwrap();

    let recording = run(client, &specs, &tunnels, port).await;
    let ended = recorder.finish().await.unwrap();

    let asked = service.verified.load(Ordering::SeqCst);
    assert_eq!(service.refused.load(Ordering::SeqCst), 0, "every signature that came is valid");
    assert_eq!((ended.counts.exchanges, ended.counts.refused, ended.counts.failed), (asked as u64, 0, 0));
    assert!(asked >= 6, "{asked}");
    let recorded = Recorded::read(&cassette);
    assert_eq!(recorded.client(), client.family);
    recorded.assert_holds_none_of(&[DATASTORE, IMAGE_SET, UNKNOWN, MALFORMED]);
    recorded.assert_holds_none_of(&own().texts().collect::<Vec<_>>());
    retake(folder.path(), &["verify", "cassette", "first.cassette.yaml", "--require-origin", "live"]).assert_code(0);
    for mode in ["forward", "reverse"] {
        // Outside of a tunnel, this program knows no proxy.
        let replaying = replay(client, folder.path(), mode, &[], &recorded.calls());
        assert_eq!(seen::differences(&recording, &replaying), Vec::<String>::new(), "{mode}");
    }
    ran(&format!("{}-signed", client.name));
}

/// What a client says that is led through tunnels by its environment, and finds its own credentials there.
async fn run(client: &Client, specs: &Specs, tunnels: &Interception, port: u16) -> serde_json::Value {
    let folder = Folder::create(specs).unwrap();
    folder.write_certificates(&(system_certificates() + tunnels.certificate()), tunnels.certificate()).unwrap();
    let (hosts, input) = (tunnels.hosts().map(str::to_owned).collect::<Vec<_>>(), Json::Object(Vec::new()));
    let (bundle, certificate) = (folder.bundle(), folder.certificate());
    let own_profile = Own { profile: None };
    let led = Tunnels { hosts: &hosts, bundle: &bundle, certificate: &certificate, own: Some(&own_profile) };
    let nobody = Credentials::throwaway().unwrap();
    let server = Endpoint { port, credentials: &nobody, input: &input, playing: None, tunnels: Some(led) };
    let lead = Lead { server: Some(server), specs, region: "us-east-1", folder: &folder };
    let environment = environment(&lead, &inherited(folder.path()));

    let mut command = Command::new(&client.command[0]);
    command.args(&client.command[1..]).args(calls(DATASTORE, IMAGE_SET)).env_clear().envs(environment);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();

    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}: {said}\n{}", client.name, String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(said.lines().find(|line| line.starts_with("{\"calls\"")).unwrap()).unwrap()
}

/// What a person has in the environment: credentials, and a configuration that says nothing.
fn inherited(folder: &Path) -> Vec<(String, String)> {
    let is_ours = |name: &str| {
        let name = name.to_ascii_uppercase();
        name.starts_with("AWS_") || name.starts_with("RETAKE_") || name.ends_with("_PROXY")
    };
    let mut variables: Vec<_> = std::env::vars().filter(|(name, _)| !is_ours(name)).collect();
    let own = own();
    let absent = folder.join("absent").display().to_string();
    let more = [
        ("AWS_ACCESS_KEY_ID", own.key_id()),
        ("AWS_SECRET_ACCESS_KEY", own.secret()),
        ("AWS_SESSION_TOKEN", own.token().unwrap()),
        ("AWS_CONFIG_FILE", &absent),
        ("AWS_SHARED_CREDENTIALS_FILE", &absent),
    ];
    variables.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
    variables
}

/// A stand-in of the service: it verifies every signature by the person's credentials, and answers as the simulator.
struct Service {
    port: u16,
    verified: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Service {
    async fn start(config: Arc<ServerConfig>, specs: &Arc<Specs>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let inputs = [("datastoreId", DATASTORE), ("imageSetId", IMAGE_SET)];
        let inputs = inputs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let scope = Scope { region: "us-east-1".to_owned(), services: vec!["medical-imaging".to_owned()] };
        let behind = Arc::new(Behind {
            simulator: Simulator::new(Arc::clone(specs), Settings { inputs, ..Settings::default() }).unwrap(),
            verifier: Verifier::new(own(), scope, Clock::system()),
            verified: Arc::default(),
            refused: Arc::default(),
        });
        let (verified, refused) = (Arc::clone(&behind.verified), Arc::clone(&behind.refused));
        let task = tokio::spawn(accept(listener, TlsAcceptor::from(config), behind));
        Self { port, verified, refused, task }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Behind {
    simulator: Simulator,
    verifier: Verifier,
    verified: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
}

async fn accept(listener: TcpListener, tls: TlsAcceptor, behind: Arc<Behind>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (tls, behind) = (tls.clone(), Arc::clone(&behind));
        tokio::spawn(async move {
            let Ok(stream) = tls.accept(stream).await else { return };
            let service = service_fn(move |request| answer(Arc::clone(&behind), request));
            // How a client ends its connection is its own matter.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    behind: Arc<Behind>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let request = Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(target::parse_query).unwrap_or_default(),
        headers: parts.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect(),
        body: Body::from_bytes(body),
    };
    let response = match behind.verifier.verify(&request, parts.uri.query()) {
        Ok(_) => {
            behind.verified.fetch_add(1, Ordering::SeqCst);
            match behind.simulator.answer(&Session::anonymous(), &request) {
                Answer::Reply(response) => (*response).clone(),
                other => panic!("{other:?}"),
            }
        }
        Err(_) => {
            behind.refused.fetch_add(1, Ordering::SeqCst);
            Response { status: Some(403), ..Response::default() }
        }
    };
    let mut answer = hyper::Response::builder().status(response.status.unwrap());
    for (name, value) in response.headers.iter() {
        answer = answer.header(name, value);
    }
    Ok(answer.body(Full::new(Bytes::copy_from_slice(response.body.bytes()))).unwrap())
}
