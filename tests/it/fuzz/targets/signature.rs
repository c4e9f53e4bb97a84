//! Signatures: what the `aws-sigv4` crate signs is taken, and nothing that was changed since, or that nobody signed.

use super::request;
use retake::message::{Body, Headers, Request, target};
use retake::net::sigv4::{Scope, SignatureRefused, Signer, Verifier, sign};
use retake::net::{Clock, Credentials};

const AT: i64 = 1_795_458_553;
const HOST: &str = "localhost:8080";
const REGION: &str = "us-east-1";
const SERVICE: &str = "medical-imaging";

/// What takes a request, with its query as it was spelled, or refuses it.
type Verify = fn(&Verifier, &Request, Option<&str>) -> Result<(), SignatureRefused>;

pub(crate) fn run(data: &[u8]) {
    check(data, |verifier, request, query| verifier.verify(request, query).map(|_| ()));
}

pub(crate) fn check(data: &[u8], verify: Verify) {
    let mut request = request(data);
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None);
    let scope = Scope { region: REGION.to_owned(), services: vec![SERVICE.to_owned()] };
    let verifier = Verifier::new(credentials.clone(), scope, Clock::fixed(AT));
    let query = |request: &Request| target::join("", &request.query).strip_prefix('?').map(str::to_owned);

    // Whatever it says of itself, nobody signed it.
    let forged = verify(&verifier, &request, query(&request).as_deref());
    assert!(forged.is_err(), "a request that nobody signed is taken: {request:?}");

    // Of these is what comes off the wire as a path; others are no target that a server takes.
    let is_of_path =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'?' | b'<' | b'>' | b'\\' | b'^' | b'`');
    if !request.path.starts_with('/') || !request.path.bytes().all(is_of_path) {
        return;
    }
    let is_other = |name: &str| name != "host" && !name.starts_with("x-amz-") && name != "authorization";
    request.headers = request.headers.iter().filter(|(name, _)| is_other(&name.to_ascii_lowercase())).collect();
    request.headers.push("host", HOST);
    request.query.retain(|(name, _)| !name.to_ascii_lowercase().starts_with("x-amz-"));
    let signer = Signer { credentials, region: REGION.to_owned(), service: SERVICE.to_owned() };
    let Ok(signature) = sign(&request, "http", HOST, &signer, AT) else { return };
    request.headers = request.headers.iter().chain(signature.iter()).collect();
    let judged = verify(&verifier, &request, query(&request).as_deref());
    assert!(judged.is_ok(), "{judged:?}: {request:?}");

    for (what, changed) in changed(&request) {
        let judged = verify(&verifier, &changed, query(&changed).as_deref());
        assert!(judged.is_err(), "taken although {what} was changed: {changed:?}");
    }
}

/// The signed request with one thing changed.
fn changed(request: &Request) -> Vec<(&'static str, Request)> {
    let with = |change: &dyn Fn(&mut Request)| {
        let mut changed = request.clone();
        change(&mut changed);
        changed
    };
    let field = |name: &'static str, value: &dyn Fn(&str) -> String| {
        with(&|request| {
            let fields = request.headers.iter();
            let changed =
                fields.map(|(other, old)| (other.to_owned(), if other == name { value(old) } else { old.to_owned() }));
            request.headers =
                changed.collect::<Vec<_>>().iter().map(|(name, value)| (name, value)).collect::<Headers>();
        })
    };
    vec![
        ("the method", with(&|request| request.method.push('X'))),
        ("the path", with(&|request| request.path.push('x'))),
        ("the query", with(&|request| request.query.push(("added".to_owned(), String::new())))),
        ("the body", with(&|request| request.body = Body::from_bytes([request.body.bytes(), b"x"].concat()))),
        ("the host", field("host", &|_| "elsewhere".to_owned())),
        ("the date", field("x-amz-date", &|old| old.replace("3Z", "4Z"))),
        ("the signature", field("authorization", &|old| flip_last(old))),
        ("the key", field("authorization", &|old| old.replace("AKIDEXAMPLE", "AKIDEXAMPLF"))),
        ("an amz field", with(&|request| request.headers.push("x-amz-target", "Delete"))),
    ]
}

/// With another last digit.
fn flip_last(text: &str) -> String {
    let (kept, last) = text.split_at(text.len() - 1);
    format!("{kept}{}", if last == "0" { '1' } else { '0' })
}
