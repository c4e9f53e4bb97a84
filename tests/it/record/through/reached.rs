//! The way to the service: resolved once, what was checked is connected to, and nothing is sent before its name is
//! verified.

use super::{ADDRESS, HOST, Rig, list, own, signed, signer, status};
use crate::upstreams::{Authority, answer};
use std::net::{IpAddr, SocketAddr};

const PAGE: &str = r#"{"imageSetPropertiesList":[]}"#;

async fn at(addresses: &[&str]) -> Rig {
    let authority = Authority::new();
    let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
    Rig::start_at(vec![vec![answer(200, "", PAGE)]], addresses, &authority, &authority, HOST, |_| {}).await
}

async fn ask(rig: &Rig) -> String {
    rig.ask(&signed(&list(&[]), &signer(&own()))).await
}

#[tokio::test]
async fn connects_to_no_address_that_a_service_cannot_have() {
    for address in [
        "127.0.0.1",
        "127.8.8.8",
        "::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",
        "::",
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "fe80::1",
        "fd00:ec2::254",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
    ] {
        let rig = at(&[address]).await;

        let answer = ask(&rig).await;

        assert_eq!(status(&answer), 400, "{address}: {answer}");
        assert!(answer.contains("RetakeUpstreamFailed"), "{answer}");
        assert_eq!((rig.network.resolved().len(), rig.network.connected(), rig.stub.connections()), (1, vec![], 0));
        let (recording, ..) = rig.finish().await;
        let recording = recording.unwrap();
        assert_eq!((recording.counts.failed, recording.troubles.len(), recording.path), (1, 1, None));
    }
}

#[tokio::test]
async fn resolves_once_and_connects_to_what_it_has_checked() {
    let rig = at(&["127.0.0.1", "169.254.169.254", "203.0.113.7"]).await;

    assert_eq!(status(&ask(&rig).await), 200);

    assert_eq!(rig.network.resolved(), [format!("{HOST}:443")]);
    assert_eq!(rig.network.connected(), [SocketAddr::new(ADDRESS, 443)]);
}

#[tokio::test]
async fn an_address_within_a_private_network_is_a_services_too() {
    // Such as those of an interface endpoint.
    let rig = at(&["10.1.2.3"]).await;

    assert_eq!(status(&ask(&rig).await), 200);
}

#[tokio::test]
async fn sends_nothing_to_a_server_whose_certificate_is_not_the_services() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let cases = [
        ("another name", &ours, "other.example", 400),
        ("the name without its prefix", &ours, HOST.strip_prefix("runtime-").unwrap(), 400),
        ("a name below it", &ours, &format!("x.{HOST}"), 400),
        ("an authority that nobody trusts", &theirs, HOST, 400),
        // The control.
        ("the service's", &ours, HOST, 200),
    ];
    for (what, issuer, name, expected) in cases {
        let rig = Rig::start_at(vec![vec![answer(200, "", PAGE)]], vec![ADDRESS], &ours, issuer, name, |_| {}).await;

        let answer = ask(&rig).await;

        assert_eq!(status(&answer), expected, "{what}: {answer}");
        assert_eq!(rig.stub.requests().len(), usize::from(expected == 200), "{what}");
        assert_eq!(rig.stub.connections(), 1, "{what}: it was connected to");
    }
}
