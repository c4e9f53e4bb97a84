//! What the certificates say, read from their bytes; and what clients make of one that says too much.

use super::*;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, ClientConnection, Connection, Error, RootCertStore, ServerConnection};
use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

const HOSTS: [&str; 2] = ["a.us-east-1.amazonaws.com", "runtime-a.us-east-1.amazonaws.com"];
const FOREIGN: [&str; 4] = ["other.example", "us-east-1.amazonaws.com", "b.us-east-1.amazonaws.com", "127.0.0.1"];

const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x1e];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];

fn authority() -> Authority {
    Authority::new(&HOSTS.map(str::to_owned), &Clock::system()).unwrap()
}

/// The same without its bounds: what the tests below would miss.
fn unbounded() -> Authority {
    Authority::make(None, BasicConstraints::Unconstrained, &Clock::system()).unwrap()
}

/// The elements of DER: tags and contents.
fn elements(mut der: &[u8]) -> Vec<(u8, &[u8])> {
    let mut elements = Vec::new();
    while let [tag, first, rest @ ..] = der {
        let (length, rest) = match usize::from(*first) {
            short @ 0..=0x7f => (short, rest),
            long => {
                let (bytes, rest) = rest.split_at(long & 0x7f);
                (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
            }
        };
        elements.push((*tag, &rest[..length]));
        der = &rest[length..];
    }
    elements
}

/// The parts of a certificate that is to be signed.
fn parts(certificate: &[u8]) -> Vec<(u8, &[u8])> {
    elements(elements(elements(certificate)[0].1)[0].1)
}

/// Whether an extension is critical, and what it says.
fn extension<'c>(certificate: &'c [u8], id: &[u8]) -> Option<(bool, &'c [u8])> {
    let (_, list) = parts(certificate).into_iter().find(|(tag, _)| *tag == 0xa3)?;
    let extensions = elements(elements(list)[0].1).into_iter().map(|(_, extension)| elements(extension));
    let found = extensions.into_iter().find(|extension| extension[0].1 == id)?;
    Some((found.len() == 3 && found[1].1 == [0xff], found[found.len() - 1].1))
}

fn public_key(certificate: &[u8]) -> &[u8] {
    parts(certificate)[6].1
}

fn der(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// What a client that trusts an authority makes of a server: the certificates that it was shown.
fn shown(server: Arc<ServerConfig>, trusted: &Authority, name: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let mut roots = RootCertStore::empty();
    roots.add(der(trusted.pem())).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut client = Connection::from(ClientConnection::new(Arc::new(config), name)?);
    let mut server = Connection::from(ServerConnection::new(server)?);
    while client.is_handshaking() || server.is_handshaking() {
        pass(&mut client, &mut server)?;
        pass(&mut server, &mut client)?;
    }
    Ok(client.peer_certificates().unwrap().iter().map(|shown| shown.clone().into_owned()).collect())
}

fn pass(from: &mut Connection, to: &mut Connection) -> Result<(), Error> {
    let mut bytes = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut bytes).unwrap();
    }
    let mut unread = &bytes[..];
    while !unread.is_empty() {
        to.read_tls(&mut unread).unwrap();
        to.process_new_packets()?;
    }
    Ok(())
}

#[test]
fn vouches_for_its_hosts_alone_and_says_so_in_an_extension_that_must_be_understood() {
    let authority = authority();
    let certificate = der(authority.pem());

    let (is_critical, constraints) = extension(&certificate, NAME_CONSTRAINTS).unwrap();

    assert!(is_critical);
    let parts = elements(elements(constraints)[0].1);
    let subtrees = |tag: u8| -> Vec<(u8, Vec<u8>)> {
        let part = parts.iter().find(|(found, _)| *found == tag).unwrap().1;
        let names = elements(part).into_iter().map(|(_, subtree)| elements(subtree)[0]);
        names.map(|(kind, name)| (kind, name.to_vec())).collect()
    };
    let (of_dns, of_addresses) = (0x82, 0x87);
    assert_eq!(subtrees(0xa0), HOSTS.map(|host| (of_dns, host.as_bytes().to_vec())));
    assert_eq!(subtrees(0xa1), [(of_addresses, vec![0; 8]), (of_addresses, vec![0; 32])], "every address, by its mask");
    assert_eq!(parts.len(), 2);
}

#[test]
fn signs_no_other_authority_and_lives_for_hours() {
    let now = Clock::system().now();
    let authority = Authority::new(&HOSTS.map(str::to_owned), &Clock::fixed(now)).unwrap();
    let certificate = der(authority.pem());

    let (is_critical, basic) = extension(&certificate, BASIC_CONSTRAINTS).unwrap();
    let (usage_is_critical, usage) = extension(&certificate, KEY_USAGE).unwrap();

    assert!(is_critical && usage_is_critical);
    assert_eq!(basic, [0x30, 6, 1, 1, 0xff, 2, 1, 0], "an authority, path length 0");
    assert_eq!(usage, [3, 2, 2, 0b0000_0100], "signs certificates, and nothing else");
    let lifetime: Vec<String> =
        elements(parts(&certificate)[4].1).iter().map(|(_, time)| String::from_utf8_lossy(time).into_owned()).collect();
    let spelled = |seconds: i64| crate::net::clock::amz_date(seconds)[2..].replace('T', "");
    assert_eq!(lifetime, [spelled(now - 300), spelled(now + 12 * 3600)]);
    assert!(
        authority.is_good(&Clock::fixed(now + 12 * 3600 - 1)) && !authority.is_good(&Clock::fixed(now + 12 * 3600))
    );
}

#[test]
fn gives_each_host_a_certificate_for_its_name_alone_with_a_key_of_its_own() {
    let authority = authority();
    let mut keys = vec![public_key(&der(authority.pem())).to_vec()];
    for host in HOSTS {
        let shown = shown(authority.server(host).unwrap(), &authority, host).unwrap();

        assert_eq!(shown.len(), 1);
        let name = [&[0x30, host.len() as u8 + 2, 0x82, host.len() as u8], host.as_bytes()].concat();
        assert_eq!(extension(&shown[0], ALTERNATIVE_NAMES).unwrap().1, name);
        assert_eq!(extension(&shown[0], KEY_USAGE).unwrap(), (true, &[3, 2, 7, 0x80][..]), "signs handshakes alone");
        let server_alone = [0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1];
        assert_eq!(extension(&shown[0], EXTENDED_KEY_USAGE).unwrap().1, server_alone);
        assert_eq!(extension(&shown[0], BASIC_CONSTRAINTS), None, "no authority");
        keys.push(public_key(&shown[0]).to_vec());
    }
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 3);
}

#[test]
fn a_certificate_for_a_foreign_name_is_refused_for_its_name_alone() {
    let (authority, unbounded) = (authority(), unbounded());
    for name in FOREIGN {
        let refused = shown(authority.server(name).unwrap(), &authority, name).unwrap_err();
        // The control: nothing else is wrong with it.
        let accepted = shown(unbounded.server(name).unwrap(), &unbounded, name);

        assert!(format!("{refused:?}").contains("NameConstraintViolation"), "{name}: {refused:?}");
        assert!(accepted.is_ok(), "{name}: {accepted:?}");
    }
}

#[test]
fn certificates_that_have_ended_are_refused() {
    let then = Clock::fixed(Clock::system().now() - 13 * 3600);
    let authority = Authority::new(&HOSTS.map(str::to_owned), &then).unwrap();

    let refused = shown(authority.server(HOSTS[0]).unwrap(), &authority, HOSTS[0]).unwrap_err();

    let expired = matches!(
        refused,
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. })
    );
    assert!(expired, "{refused:?}");
}

#[test]
fn two_sessions_trust_each_other_in_nothing() {
    let (one, other) = (authority(), authority());

    assert!(shown(one.server(HOSTS[0]).unwrap(), &one, HOSTS[0]).is_ok());
    assert!(shown(one.server(HOSTS[0]).unwrap(), &other, HOSTS[0]).is_err());
}

#[test]
fn shows_nothing_of_its_key() {
    let authority = authority();
    let key = authority.issuer.key().serialize_pem();
    let body: String = key.lines().filter(|line| !line.starts_with('-')).collect();

    let shown = format!("{authority:?}{}", authority.pem());

    assert!(body.len() > 100);
    assert!(!shown.contains("PRIVATE") && !shown.replace('\n', "").contains(&body));
}

const CONNECT: &str = "
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
try:
    with socket.create_connection(('127.0.0.1', int(sys.argv[2]))) as plain:
        with context.wrap_socket(plain, server_hostname=sys.argv[3]):
            print('accepted')
except ssl.SSLCertVerificationError as error:
    print(error.verify_message)
";

/// What Python's ssl makes of a server.
fn python(server: Arc<ServerConfig>, trusted: &Authority, name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    fs::write(&file, trusted.pem()).unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let serving = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut connection = ServerConnection::new(server).unwrap();
        // It ends as the client wants it to end.
        while connection.complete_io(&mut socket).is_ok_and(|(read, _)| read > 0) {}
    });
    let output = Command::new("python3").args(["-c", CONNECT]).arg(&file).args([&port, name]).output().unwrap();
    serving.join().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn has_python() -> bool {
    if !Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        assert_ne!(std::env::var("RETAKE_REQUIRE_CLIENTS").as_deref(), Ok("1"), "there is no python3");
        // A passing test's output is captured, and nobody should take this for a test of Python.
        writeln!(std::io::stderr(), "left out: there is no python3").unwrap();
        return false;
    }
    true
}

#[test]
fn python_refuses_a_certificate_for_a_foreign_name_for_its_name_alone() {
    if !has_python() {
        return;
    }
    let (authority, unbounded) = (authority(), unbounded());

    assert_eq!(python(authority.server(HOSTS[0]).unwrap(), &authority, HOSTS[0]), "accepted");
    for name in FOREIGN {
        let refused = python(authority.server(name).unwrap(), &authority, name);
        let accepted = python(unbounded.server(name).unwrap(), &unbounded, name);

        assert!(refused.ends_with("subtree violation"), "{name}: {refused}");
        assert_eq!(accepted, "accepted", "{name}");
    }
}

/// A server whose certificate is of an authority below another one.
fn below(above: &Authority) -> Arc<ServerConfig> {
    let mut params = params("below", above.begins, above.ends).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let issuer = CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), &above.issuer).unwrap();
    let mut params = CertificateParams::new(vec![HOSTS[0].to_owned()]).unwrap();
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate().unwrap();
    let leaf = params.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let chain = vec![leaf.der().clone(), issuer.as_ref().der().clone()];
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    Arc::new(config.with_single_cert(chain, key).unwrap())
}

/// rustls does not look at the path length of what it is told to trust; the names bind it all the same.
#[test]
fn python_refuses_an_authority_below_it() {
    if !has_python() {
        return;
    }
    let (authority, unbounded) = (authority(), unbounded());

    assert!(python(below(&authority), &authority, HOSTS[0]).contains("path length"));
    assert_eq!(python(below(&unbounded), &unbounded, HOSTS[0]), "accepted");
}
