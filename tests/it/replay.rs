//! Replay on the wire: what a client gets, byte by byte.

use crate::wires::{Ended, Reply, talk};
use retake::serve::Replaying;
use retake::{Replay, cassette, spec};

/// A cassette of one exchange with this response.
async fn replay(response: &str) -> Replaying {
    let text = format!(
        "---\nsource: specs/medical-imaging/list-image-set-versions.yaml\nexpression: ListImageSetVersions\ninfo:\n  \
         origin: edited\n  exchanges_sha256: \"0\"\n---\ncassette: 1\nexchanges:\n  - id: call\n    \
         operation: ListImageSetVersions\n    request:\n      method: POST\n      \
         path: /datastore/a/imageSet/b/listImageSetVersions\n    response:\n{response}"
    );
    let specs = spec::embedded();
    let cassette = cassette::read("one.cassette.yaml", text.as_bytes()).unwrap().edited(&specs);
    Replay::new(specs, vec![cassette]).start().await.unwrap()
}

async fn ask(replay: &Replaying) -> Reply {
    let port: u16 = replay.access().endpoint.rsplit(':').next().unwrap().parse().unwrap();
    let request = format!(
        "POST /datastore/a/imageSet/b/listImageSetVersions HTTP/1.1\r\nHost: localhost:{port}\r\n\
         Content-Length: 0\r\nConnection: close\r\n\r\n"
    );
    talk(port, request).await
}

#[tokio::test]
async fn a_withheld_body_arrives_as_one_of_its_kind_and_length() {
    let replay = replay(
        "      status: 503\n      headers:\n        content-type: text/html\n      body:\n        withheld:\n          \
         reason: html\n          length: 1234\n",
    )
    .await;

    let reply = ask(&replay).await;

    assert_eq!((reply.status(), reply.header("content-type")), (503, Some("text/html")));
    assert!(reply.text().starts_with("<html>"));
    assert_eq!(reply.body.len(), 1234);
}

#[tokio::test]
async fn no_date_is_replayed_though_one_was_written_down() {
    let replay = replay(
        "      status: 200\n      headers:\n        content-type: application/json\n        \
         date: Tue, 01 Jan 2030 00:00:00 GMT\n        x-amzn-requestid: 00000000-0000-4000-8000-000000000001\n      \
         body:\n        json: |\n          {\n            \"imageSetPropertiesList\": []\n          }\n",
    )
    .await;

    let reply = ask(&replay).await;

    assert_eq!(reply.header("date"), None);
    assert_eq!(reply.header("x-amzn-requestid"), Some("00000000-0000-4000-8000-000000000001"));
    assert_eq!(reply.text(), r#"{"imageSetPropertiesList":[]}"#);
}

#[tokio::test]
async fn a_response_breaks_off_where_it_did_when_recorded() {
    let replay = replay(
        "      status: 200\n      headers:\n        content-type: application/json\n      body:\n        text: |-\n          \
         {\"imageSetP\n      end:\n        eof-after: 11\n",
    )
    .await;

    let reply = ask(&replay).await;

    assert_eq!((reply.status(), reply.text().as_str()), (200, "{\"imageSetP"));
    assert!(matches!(reply.ended, Ended::Closed), "{:?}", reply.ended);
}
