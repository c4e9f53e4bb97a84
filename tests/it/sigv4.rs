//! Our verification of signatures against real clients, against the `aws-sigv4` crate, and against mutations.

use crate::captures::{self, Captured};
use proptest::prelude::*;
use retake::message::{Body, Headers, Request, target};
use retake::net::sigv4::{MAX_SKEW_SECONDS, Scope, SignatureRefused, Signer, Verifier, sign};
use retake::net::{Clock, Credentials, clock};

const REGION: &str = "us-east-1";
const SERVICE: &str = "medical-imaging";

fn verifier(credentials: Credentials, now: i64) -> Verifier {
    let scope = Scope { region: REGION.to_owned(), services: vec!["other".to_owned(), SERVICE.to_owned()] };
    Verifier::new(credentials, scope, Clock::fixed(now))
}

fn signed_at(request: &Request) -> i64 {
    clock::parse_amz_date(request.headers.get("x-amz-date").unwrap()).unwrap()
}

fn judge(captured: &Captured) -> Result<String, SignatureRefused> {
    let verifier = verifier(captures::credentials(&captured.file), signed_at(&captured.request));
    verifier.verify(&captured.request, captured.query.as_deref()).map(|facts| facts.to_string())
}

#[test]
fn takes_the_signatures_of_five_real_clients() {
    let captured = captures::all();

    for capture in &captured {
        let facts = judge(capture).unwrap_or_else(|refused| panic!("{}: {refused}", capture.file));

        let signed = if capture.file.starts_with("js") { "amz-sdk-invocation-id;" } else { "host;" };
        assert!(facts.starts_with(&format!("AWS4-HMAC-SHA256 medical-imaging {signed}")), "{facts}");
        assert!(facts.ends_with(" valid"), "{facts}");
    }
    assert!(captured.len() >= 20, "{}", captured.len());
}

#[test]
fn takes_a_signature_again_as_sdks_that_retry_within_a_second_repeat_it() {
    let retried: Vec<Captured> =
        captures::all().into_iter().filter(|capture| capture.file == "boto3-err-seq-500-500-ok").collect();

    let signatures: Vec<_> = retried.iter().map(|capture| capture.request.headers.get("authorization")).collect();

    assert_eq!(signatures[0], signatures[1]);
    assert!(retried.iter().all(|capture| judge(capture).is_ok()));
}

/// Each request with one bit of one signed part flipped.
fn mutations(captured: &Captured) -> Vec<(String, Captured)> {
    let mut mutations = Vec::new();
    let mut add = |part: &str, at: usize, change: &dyn Fn(&mut Captured)| {
        let mut mutated = captured.clone();
        change(&mut mutated);
        mutations.push((format!("{part} bit {at}"), mutated));
    };
    for at in 0..captured.request.method.len() * 7 {
        add("method", at, &|capture| flip(&mut capture.request.method, at));
    }
    // What `..` takes away is under no signature; no route takes such a path either.
    let unsigned = captured.request.path.find("..").map_or(0, |at| at + 2);
    for at in unsigned * 7..captured.request.path.len() * 7 {
        add("path", at, &|capture| flip(&mut capture.request.path, at));
    }
    for at in 0..captured.query.as_deref().map_or(0, str::len) * 7 {
        add("query", at, &|capture| {
            flip(capture.query.as_mut().unwrap(), at);
            capture.request.query = target::parse_query(capture.query.as_deref().unwrap());
        });
    }
    let authorization = captured.request.headers.get("authorization").unwrap();
    let (_, signed) = authorization.split_once("SignedHeaders=").unwrap();
    let (signed, _) = signed.split_once(',').unwrap();
    for name in signed.split(';').chain(["authorization"]) {
        for at in 0..captured.request.headers.get(name).unwrap().len() * 7 {
            add(name, at, &|capture| {
                capture.request.headers.for_each_value(|field, value| {
                    if field == name {
                        flip(value, at);
                    }
                });
            });
        }
    }
    add("body", 0, &|capture| capture.request.body = Body::from_bytes("{}"));
    mutations
}

/// Flips one of the seven bits of an ASCII text's byte.
fn flip(text: &mut String, at: usize) {
    let mut bytes = std::mem::take(text).into_bytes();
    bytes[at / 7] ^= 1 << (at % 7);
    *text = String::from_utf8(bytes).unwrap();
}

#[test]
fn refuses_every_flip_of_a_bit_in_a_signed_part() {
    let mut tried = 0;
    for capture in captures::all() {
        for (what, mutated) in mutations(&capture) {
            tried += 1;
            let judged = verifier(captures::credentials(&capture.file), signed_at(&capture.request))
                .verify(&mutated.request, mutated.query.as_deref());
            assert!(judged.is_err(), "{}: {what}: {:?}", capture.file, mutated.request);
        }
    }
    assert!(tried > 50_000, "{tried}");
}

fn example() -> (Request, Credentials, i64) {
    let request = Request {
        method: "POST".to_owned(),
        path: "/a/b".to_owned(),
        query: vec![("n".to_owned(), "1 +".to_owned())],
        headers: Headers::from_iter([("host", "localhost:1"), ("x-amz-user-agent", "a  b")]),
        ..Request::default()
    };
    (request, Credentials::throwaway().unwrap(), 1_795_458_553)
}

fn signed(request: &Request, credentials: &Credentials, at: i64) -> (Request, Option<String>) {
    signed_for(request, credentials, REGION, SERVICE, at)
}

fn signed_for(
    request: &Request,
    credentials: &Credentials,
    region: &str,
    service: &str,
    at: i64,
) -> (Request, Option<String>) {
    let signer = Signer { credentials: credentials.clone(), region: region.to_owned(), service: service.to_owned() };
    let host = request.headers.get("host").unwrap();
    let signature = sign(request, "http", host, &signer, at).unwrap();
    let headers = request.headers.iter().chain(signature.iter()).collect();
    let query = target::join("", &request.query);
    let query = query.strip_prefix('?').map(str::to_owned);
    (Request { headers, ..request.clone() }, query)
}

#[test]
fn allows_five_minutes_either_way_and_not_a_second_more() {
    let (request, credentials, now) = example();
    let skew = i64::try_from(MAX_SKEW_SECONDS).unwrap();
    for (offset, good) in [(-skew - 1, false), (-skew, true), (skew, true), (skew + 1, false)] {
        let (request, query) = signed(&request, &credentials, now + offset);

        let judged = verifier(credentials.clone(), now).verify(&request, query.as_deref());

        assert_eq!(judged.is_ok(), good, "{offset}: {judged:?}");
    }
}

#[test]
fn says_what_is_wrong_with_a_signature() {
    let (request, ours, now) = example();
    let stranger = Credentials::throwaway().unwrap();
    let other_secret = Credentials::new(ours.key_id(), stranger.secret(), ours.token().map(str::to_owned));
    let other_token = Credentials::new(ours.key_id(), ours.secret(), stranger.token().map(str::to_owned));
    let no_token = Credentials::new(ours.key_id(), ours.secret(), None);
    let cases = [
        (signed(&request, &stranger, now), SignatureRefused::UnknownKey),
        (signed(&request, &other_secret, now), SignatureRefused::Mismatch),
        (signed(&request, &other_token, now), SignatureRefused::OtherToken),
        (signed(&request, &no_token, now), SignatureRefused::OtherToken),
        (signed_for(&request, &ours, "eu-west-1", SERVICE, now), SignatureRefused::OtherScope("region")),
        (signed_for(&request, &ours, REGION, "s3", now), SignatureRefused::OtherScope("service")),
        ((request.clone(), Some("n=1%20%2B".to_owned())), SignatureRefused::Unsigned),
    ];
    for ((request, query), expected) in cases {
        assert_eq!(verifier(ours.clone(), now).verify(&request, query.as_deref()), Err(expected));
    }
}

#[test]
fn refuses_a_signature_in_the_query_or_beside_another_one() {
    let (request, ours, now) = example();
    let (good, query) = signed(&request, &ours, now);
    let mut presigned = request.clone();
    presigned.query.push(("X-Amz-Signature".to_owned(), "00".to_owned()));
    let mut both = good.clone();
    both.query.push(("x-amz-credential".to_owned(), "a/b".to_owned()));
    let mut twice = good.clone();
    twice.headers.push("authorization", good.headers.get("authorization").unwrap());
    let judge = |request: &Request| verifier(ours.clone(), now).verify(request, query.as_deref()).unwrap_err();

    assert_eq!(judge(&presigned), SignatureRefused::Presigned);
    assert_eq!(judge(&presigned).error_type(), "MissingAuthenticationTokenException");
    assert_eq!(judge(&both).error_type(), "InvalidSignatureException");
    assert_eq!(judge(&twice).error_type(), "InvalidSignatureException");
}

#[test]
fn refuses_an_amz_header_that_was_added_after_signing() {
    let (request, ours, now) = example();
    let (mut request, query) = signed(&request, &ours, now);
    request.headers.push("x-amz-target", "Other");

    let judged = verifier(ours, now).verify(&request, query.as_deref());

    assert!(matches!(judged, Err(SignatureRefused::HeaderNotSigned(_))), "{judged:?}");
}

#[test]
fn refuses_a_stated_hash_of_another_body_and_an_unsigned_payload() {
    let (mut request, ours, now) = example();
    for hash in ["UNSIGNED-PAYLOAD", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b854"] {
        request.headers.push("x-amz-content-sha256", hash);
        let (request, query) = signed(&request, &ours, now);

        let judged = verifier(ours.clone(), now).verify(&request, query.as_deref());

        assert_eq!(judged, Err(SignatureRefused::OtherBody));
    }
}

fn requests() -> impl Strategy<Value = Request> {
    let segment = prop_oneof!["[a-zA-Z0-9._~-]{0,12}", "(%[0-9A-F]{2}){1,3}", "[!'()*,;:=@$&+a-c]{1,6}", r"\.{1,2}"];
    let path = prop::collection::vec(segment, 0..6).prop_map(|segments| format!("/{}", segments.join("/")));
    let query = prop::collection::vec(("[ -~é漢]{1,8}", "[ -~é漢]{0,20}"), 0..4);
    let headers = prop::collection::vec(("x-amz-[a-z]{1,5}", "[!-~]([ -~]{0,12}[!-~])?"), 0..3);
    let body = prop::collection::vec(any::<u8>(), 0..40);
    ("GET|POST|PUT|DELETE", path, query, headers, body).prop_map(|(method, path, query, fields, body)| {
        let mut headers = Headers::from_iter([("host", "localhost:8080")]);
        fields.into_iter().for_each(|(name, value)| headers.push(&name, value));
        Request { method, path, query, headers, body: Body::from_bytes(body) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn agrees_with_the_crate_that_signs(request in requests(), token in any::<bool>(), at in 1_000_000_000_i64..4_000_000_000) {
        // The crate has its own opinion of these names, whatever their values.
        let special = ["x-amz-date"];
        prop_assume!(request.headers.iter().all(|(name, _)| !special.contains(&name)));
        prop_assume!(request.query.iter().all(|(name, _)| !name.to_ascii_lowercase().starts_with("x-amz-")));
        let all = Credentials::throwaway().unwrap();
        let ours = Credentials::new(all.key_id(), all.secret(), all.token().filter(|_| token).map(str::to_owned));
        let (request, query) = signed(&request, &ours, at);

        let judged = verifier(ours.clone(), at).verify(&request, query.as_deref());
        prop_assert!(judged.is_ok(), "{:?} {:?}", judged, request);

        let other = Credentials::new(ours.key_id(), "another secret", ours.token().map(str::to_owned));
        let judged = verifier(other, at).verify(&request, query.as_deref());
        prop_assert_eq!(judged, Err(SignatureRefused::Mismatch));
    }
}
