//! A recording of everything that carries a canary, in this process: what was on the wire, and what was written.

use super::{Aviary, Carriers, Exchanged, Spell};
use crate::upstreams::{Act, Stub};
use crate::wires::talk;
use retake::diagnostic::Diagnostic;
use retake::message::{Exchange, Redacted, Request, target};
use retake::net::sigv4::{Signer, sign};
use retake::net::{Clock, Credentials, Endpoint, Listen, Listener};
use retake::record::{Options, Recorder, Recording, UpstreamChoice};
use retake::spec::{Specs, compile, embedded};
use retake::store::{Disk, Journal};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const NOW: i64 = 1_795_458_553;

/// What came of it.
pub(crate) struct Passed {
    pub(crate) aviary: Aviary,
    /// Everything that was sent and answered.
    pub(crate) wire: Vec<u8>,
    /// How many requests the upstream saw, and how many it was to see.
    pub(crate) forwarded: (usize, usize),
    /// Every file and its name while the recording went on, and after it.
    pub(crate) during: Vec<u8>,
    pub(crate) after: Vec<u8>,
    /// What the journal held.
    pub(crate) journal: Vec<Redacted<Exchange>>,
    pub(crate) outcome: Result<Recording, Diagnostic>,
}

impl Passed {
    /// What the recorder says of it all.
    pub(crate) fn told(&self) -> String {
        match &self.outcome {
            Ok(recording) => format!("{recording:?}"),
            Err(error) => format!("{error} {error:?}"),
        }
    }
}

/// The embedded operations, and one whose requests have a body.
pub(crate) fn specs() -> Arc<Specs> {
    let mut specs: Vec<_> = embedded().iter().cloned().collect();
    let text = include_str!("../data/redaction/search-books.yaml");
    specs.push(compile("search-books.yaml", text).unwrap_or_else(|errors| panic!("{}", errors[0])));
    Arc::new(Specs::new(specs))
}

/// Records everything that carries something, in one spelling.
pub(crate) async fn pass(spell: Spell, change: impl FnOnce(&mut Options)) -> Passed {
    let mut aviary = Aviary::default();
    let mut carriers = Carriers { aviary: &mut aviary, spell, moment: String::new() };
    let (exchanges, refused) = (carriers.exchanges(), carriers.refused());
    let mut wire: Vec<u8> = exchanges.iter().flat_map(|exchanged| sent_by(&exchanged.acts)).collect();
    let stub = Stub::start(exchanges.iter().map(|exchanged| exchanged.acts.clone()).collect()).await;

    let folder = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::parse(&stub.url()).unwrap();
    let upstream = UpstreamChoice::Url { endpoint, credentials: None };
    let mut options = Options::new(specs(), upstream, folder.path().join("a.cassette.yaml"));
    options.clock = Clock::fixed(NOW);
    options.upstream_limits.head = Duration::from_secs(20);
    options.upstream_limits.kept_bytes = 8000;
    change(&mut options);
    let running = Recorder::start(Listener::bind(Listen::default()).await.unwrap(), options).unwrap();
    let port: u16 = running.access().endpoint.rsplit(':').next().unwrap().parse().unwrap();
    for Exchanged { request, .. } in &exchanges {
        let head = head_of(request, port, &running.access().credentials, NOW);
        wire.extend_from_slice(head.as_bytes());
        talk(port, head).await;
    }
    for head in refused {
        let head = head.replace("{host}", &format!("localhost:{port}"));
        wire.extend_from_slice(head.as_bytes());
        talk(port, head).await;
    }

    let during = everything(folder.path());
    let journal = Journal::read(&Disk, &folder.path().join(".retake/a.journal")).unwrap_or_default().exchanges;
    let outcome = running.finish().await;
    let after = everything(folder.path());
    let forwarded = (stub.requests().len(), exchanges.len());
    Passed { aviary, wire, forwarded, during, after, journal, outcome }
}

pub(crate) fn sent_by(acts: &[Act]) -> Vec<u8> {
    acts.iter().flat_map(|act| if let Act::Send(bytes) = act { bytes.clone() } else { Vec::new() }).collect()
}

/// The bytes of a signed request that closes its connection.
pub(crate) fn head_of(request: &Request, port: u16, credentials: &Credentials, now: i64) -> String {
    let host = format!("localhost:{port}");
    let service = if request.path.starts_with("/search") { "library" } else { "medical-imaging" };
    let signer =
        Signer { credentials: credentials.clone(), region: "us-east-1".to_owned(), service: service.to_owned() };
    let signature = sign(request, "http", &host, &signer, now).unwrap();
    let mut head =
        format!("{} {} HTTP/1.1\r\nHost: {host}\r\n", request.method, target::join(&request.path, &request.query));
    for (name, value) in request.headers.iter().chain(signature.iter()) {
        head += &format!("{name}: {value}\r\n");
    }
    let body = std::str::from_utf8(request.body.bytes()).unwrap();
    head + &format!("Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// Every byte of every file under a folder, and every name.
pub(crate) fn everything(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend_from_slice(path.to_string_lossy().as_bytes());
        bytes.push(b'\n');
        bytes.extend(if path.is_dir() { everything(&path) } else { std::fs::read(&path).unwrap_or_default() });
        bytes.push(b'\n');
    }
    bytes
}
