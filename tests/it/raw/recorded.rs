//! A recorder whose answerer gives a fault puts it on the wire, and records what it amounts to.

use super::{Answers, fault};
use crate::wires::{Ended, talk};
use retake::answer::{Answerer, Wire};
use retake::message::{Body, End, Request, target};
use retake::net::sigv4::{Signer, sign};
use retake::net::{Clock, Listen, Listener};
use retake::record::{Options, Recorder, UpstreamChoice};
use retake::spec;
use std::sync::Arc;

const NOW: i64 = 1_795_458_553;
const PATH: &str =
    "/datastore/12345678901234567890123456789012/imageSet/abcdefabcdefabcdefabcdefabcdef12/listImageSetVersions";

#[tokio::test]
async fn a_recorder_puts_a_fault_on_the_wire_and_records_what_it_amounts_to() {
    let folder = tempfile::tempdir().unwrap();
    let body = b"{\"imageSetPropertiesList\":[]}";
    let answerer: Arc<dyn Answerer> = Answers::new([fault(Wire::Chunked(10), body, End::Complete)]);
    let specs = Arc::new(spec::embedded());
    let mut options = Options::new(specs, UpstreamChoice::Simulated(answerer), folder.path().join("a.cassette.yaml"));
    options.clock = Clock::fixed(NOW);
    let recorder = Recorder::start(Listener::bind(Listen::default()).await.unwrap(), options).unwrap();
    let access = recorder.access().clone();
    let host = access.endpoint.trim_start_matches("http://").to_owned();
    let port: u16 = host.rsplit(':').next().unwrap().parse().unwrap();
    let request = Request { method: "POST".to_owned(), path: PATH.to_owned(), ..Request::default() };
    let signer =
        Signer { credentials: access.credentials, region: access.region, service: "medical-imaging".to_owned() };
    let mut head = format!("POST {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n", target::join(PATH, &[]));
    for (name, value) in sign(&request, "http", &host, &signer, NOW).unwrap().iter() {
        head += &format!("{name}: {value}\r\n");
    }

    let reply = talk(port, head + "\r\n").await;
    let recording = recorder.finish().await.unwrap();

    assert_eq!((reply.header("transfer-encoding"), reply.ended), (Some("chunked"), Ended::Closed));
    assert_eq!(reply.text(), "a\r\n{\"imageSet\r\na\r\nProperties\r\n9\r\nList\":[]}\r\n0\r\n\r\n");
    let exchange = &recording.cassette.unwrap().transcript.exchanges[0];
    assert_eq!((exchange.response.end, &exchange.response.body), (End::Complete, &Body::from_bytes(&body[..])));
}
