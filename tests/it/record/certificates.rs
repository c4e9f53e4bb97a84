//! Upstreams that are not who they should be: their certificates are wrong, and they see no request.
//!
//! The control asks the same servers with a client that verifies nothing, written here: there is no switch of ours
//! that would do it.

use super::{PATH, Rig, list};
use crate::upstreams::{Authority, Stub, answer, self_signed};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, date_time_ymd,
};
use retake::net::{Endpoint, Trust};
use retake::record::UpstreamChoice;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, ServerConfig, SignatureScheme};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const PAGE: &str = r#"{"imageSetPropertiesList":[]}"#;

/// A server: what is wrong with it, the host that is asked for, and how it serves.
type Case = (&'static str, &'static str, Arc<ServerConfig>);

fn named(names: &[&str]) -> CertificateParams {
    CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap()
}

fn good(ours: &Authority) -> Vec<Case> {
    vec![
        ("a name", "localhost", ours.server("localhost")),
        ("a name among others", "localhost", ours.server_of(named(&["a.example", "localhost"]))),
        ("an address", "127.0.0.1", ours.server("127.0.0.1")),
    ]
}

fn bad(ours: &Authority) -> Vec<Case> {
    let changed = |change: fn(&mut CertificateParams)| {
        let mut params = named(&["localhost"]);
        change(&mut params);
        ours.server_of(params)
    };
    vec![
        ("another name", "localhost", ours.server("other.example")),
        ("a longer name", "localhost", ours.server("localhost.example")),
        ("a name beneath it", "localhost", ours.server("x.localhost")),
        ("every name beneath it", "localhost", ours.server("*.localhost")),
        ("a name for an address", "127.0.0.1", ours.server("localhost")),
        ("an address for a name", "localhost", ours.server("127.0.0.1")),
        ("another address", "127.0.0.1", ours.server("127.0.0.2")),
        ("an address of the other family", "127.0.0.1", ours.server("::1")),
        (
            "an address as a name",
            "127.0.0.1",
            changed(|params| {
                params.subject_alt_names = vec![rcgen::SanType::DnsName("127.0.0.1".try_into().unwrap())];
            }),
        ),
        ("expired", "localhost", changed(|params| params.not_after = date_time_ymd(2020, 1, 1))),
        ("not yet valid", "localhost", changed(|params| params.not_before = date_time_ymd(4000, 1, 1))),
        (
            "for clients alone",
            "localhost",
            changed(|params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }),
        ),
        ("an authority's own", "localhost", changed(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained))),
        (
            "a common name alone",
            "localhost",
            changed(|params| {
                params.subject_alt_names = Vec::new();
                params.distinguished_name = DistinguishedName::new();
                params.distinguished_name.push(DnType::CommonName, "localhost");
            }),
        ),
        ("unknown authority", "localhost", Authority::new().server("localhost")),
        ("self-signed", "localhost", self_signed("localhost")),
        ("issued by what may issue none", "localhost", ours.server_behind_a_leaf("localhost")),
    ]
}

async fn stub_of(config: &Arc<ServerConfig>) -> Stub {
    Stub::start_tls(vec![vec![answer(200, "", PAGE)]], Arc::clone(config)).await
}

/// What a client of a recorder is told, and what the upstream saw.
async fn ask(ours: &Authority, host: &str, config: &Arc<ServerConfig>) -> (u16, String, Vec<String>) {
    let stub = stub_of(config).await;
    let endpoint = Endpoint::parse(&format!("https://{host}:{}", stub.port)).unwrap();
    let trust = Trust { extra: Some(("ca.pem".to_owned(), ours.pem().into_bytes())) };
    let upstream = UpstreamChoice::Url { endpoint, credentials: None };
    let rig = Rig::start_with(upstream, |options| options.trust = trust).await;
    let response = rig.ask(&[]).await;
    let recording = rig.finish().await.unwrap();
    assert_eq!(recording.counts.exchanges as usize, stub.requests().len());
    (response.status.unwrap(), String::from_utf8_lossy(response.body.bytes()).into_owned(), stub.requests())
}

#[tokio::test]
async fn a_server_with_a_wrong_certificate_sees_no_request() {
    let ours = Authority::new();

    for (what, host, config) in good(&ours) {
        let (status, _, requests) = ask(&ours, host, &config).await;
        assert_eq!(status, 200, "{what}");
        assert!(requests.len() == 1 && requests[0].starts_with(&format!("POST {PATH} ")), "{what}: {requests:?}");
    }
    for (what, host, config) in bad(&ours) {
        let (status, said, requests) = ask(&ours, host, &config).await;
        assert_eq!((status, requests), (400, Vec::new()), "{what}: {said}");
        assert!(said.contains("no TLS with https://"), "{what}: {said}");
    }
}

/// Takes any certificate.
#[derive(Debug)]
struct Gullible(CryptoProvider);

impl ServerCertVerifier for Gullible {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[tokio::test]
async fn a_client_that_verifies_nothing_is_heard_by_every_one_of_them() {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Gullible(ring::default_provider())))
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));

    for (what, host, config) in bad(&Authority::new()) {
        let stub = stub_of(&config).await;
        let stream = TcpStream::connect(("127.0.0.1", stub.port)).await.unwrap();
        let mut stream = connector.connect(ServerName::try_from(host).unwrap(), stream).await.expect(what);
        stream.write_all(b"POST / HTTP/1.1\r\n\r\n").await.unwrap();
        let mut begin = [0; 12];
        stream.read_exact(&mut begin).await.unwrap();

        assert_eq!((&begin, stub.requests().len()), (b"HTTP/1.1 200", 1), "{what}");
    }
}

#[tokio::test]
async fn a_request_is_sent_once_over_a_connection_that_breaks_though_it_was_kept() {
    use crate::upstreams::Act;

    let broken = [vec![Act::Close], vec![Act::Reset]];
    for end in broken {
        let stub = Stub::start(vec![vec![answer(200, "", PAGE)], end, vec![answer(200, "", PAGE)]]).await;
        let rig = Rig::start(super::at(&stub.url())).await;
        assert_eq!(rig.ask(&[]).await.status, Some(200));

        // The connection of the first answer is kept; over it the upstream takes the second request, and breaks off.
        let broken = rig.ask_raw(&list(&[])).await;

        assert_eq!((broken.status(), stub.requests().len(), stub.connections()), (0, 2, 1));
        // The control: whoever asks again is heard again.
        assert_eq!(rig.ask(&[]).await.status, Some(200));
        assert_eq!((stub.requests().len(), stub.connections()), (3, 2));
    }
}

/// What turns verification off, in source or on a command line.
const SWITCHES: [&str; 7] =
    ["dangerous()", "client::danger", "danger_accept", "--insecure", "no-verify", "no_verify", "verify_none"];

fn switches_in(text: &str) -> Vec<&'static str> {
    SWITCHES.into_iter().filter(|switch| text.contains(switch)).collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

#[test]
fn no_switch_turns_the_verification_off() {
    let files = sources(Path::new("src"));

    assert!(files.len() > 100, "{}", files.len());
    for file in files {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        assert_eq!(switches_in(&text), Vec::<&str>::new(), "{}", file.display());
    }
}

#[test]
fn a_switch_that_turns_it_off_is_found() {
    let planted = "let config = builder.dangerous().with_custom_certificate_verifier(all);";

    assert_eq!(switches_in(planted), ["dangerous()"]);
    assert!(!switches_in(include_str!("certificates.rs")).is_empty());
}
