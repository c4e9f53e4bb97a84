//! Bodies around the size that is stored: every byte reaches the client, and the cassette has the body or its length.

use super::{Rig, at};
use crate::upstreams::{Stub, answer};
use retake::message::{Body, Withheld, WithheldReason};
use retake::net::UpstreamLimits;

#[tokio::test]
async fn every_byte_reaches_the_client_and_what_is_longer_than_the_limit_is_stored_as_its_length() {
    let most = UpstreamLimits::default().kept_bytes;
    for (length, is_kept) in [(most - 1, true), (most, true), (most + 1, false), (most + (4 << 20), false)] {
        let (before, after) = ("{\"nextToken\":\"", "\"}");
        let body = format!("{before}{}{after}", "x".repeat(length - before.len() - after.len()));
        let stub = Stub::start(vec![vec![answer(200, "content-type: application/json\r\n", &body)]]).await;
        let rig = Rig::start_with(at(&stub.url()), |options| {
            options.upstream_limits = UpstreamLimits::default();
        })
        .await;

        let reply = rig.ask_raw(&super::list(&[])).await;
        let recording = rig.finish().await.unwrap();

        assert!(reply.body == body.as_bytes(), "{} of {length} bytes came", reply.body.len());
        let stored = &recording.cassette.unwrap().transcript.exchanges[0].response.body;
        let withheld = Body::Withheld(Withheld { reason: WithheldReason::TooLong, length: length as u64 });
        assert_eq!(*stored != withheld, is_kept, "{length}");
        assert!(!is_kept || matches!(stored, Body::Bytes(_)), "{length}");
    }
}
