//! Which requests go on: each read-only operation of the loaded specs, in two spellings.
//!
//! The matrix is made of whatever specs are embedded, and of the operations of the service that may not be: every
//! operation, in every spelling that some server, somewhere, takes for the same path.

use super::naive::{Defences, Naive};
use super::{Rig, at, head_of, specs};
use crate::upstreams::{Stub, answer};
use crate::wires::{Reply, talk};
use retake::message::{Headers, Request, target};
use retake::net::Credentials;
use retake::spec::exemplar::{stand_in, value};
use retake::spec::{InputValue, Inputs, Kind, Location, Segment, Spec, Specs, build_request, compile};
use std::sync::Arc;

const PAGE: &str = "{}";

/// Every operation of the service, as it is on the wire.
const OPERATIONS: [(&str, &str, &str); 18] = [
    ("CopyImageSet", "POST", "/datastore/DS/imageSet/IS/copyImageSet"),
    ("CreateDatastore", "POST", "/datastore"),
    ("DeleteDatastore", "DELETE", "/datastore/DS"),
    ("DeleteImageSet", "POST", "/datastore/DS/imageSet/IS/deleteImageSet"),
    ("GetDICOMImportJob", "GET", "/getDICOMImportJob/datastore/DS/job/IS"),
    ("GetDatastore", "GET", "/datastore/DS"),
    ("GetImageFrame", "POST", "/datastore/DS/imageSet/IS/getImageFrame"),
    ("GetImageSet", "POST", "/datastore/DS/imageSet/IS/getImageSet"),
    ("GetImageSetMetadata", "POST", "/datastore/DS/imageSet/IS/getImageSetMetadata"),
    ("ListDICOMImportJobs", "GET", "/listDICOMImportJobs/datastore/DS"),
    ("ListDatastores", "GET", "/datastore"),
    ("ListImageSetVersions", "POST", "/datastore/DS/imageSet/IS/listImageSetVersions"),
    ("ListTagsForResource", "GET", "/tags/arn"),
    ("SearchImageSets", "POST", "/datastore/DS/searchImageSets"),
    ("StartDICOMImportJob", "POST", "/startDICOMImportJob/datastore/DS"),
    ("TagResource", "POST", "/tags/arn"),
    ("UntagResource", "DELETE", "/tags/arn"),
    ("UpdateImageSetMetadata", "POST", "/datastore/DS/imageSet/IS/updateImageSetMetadata"),
];

/// Methods of which a server, or something before it, might make another.
const METHODS: [&str; 8] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "TRACE", "post"];

/// Fields by which some servers take another method, path or host than the request line's.
const OVERRIDES: [(&str, &str); 8] = [
    ("x-http-method-override", "POST"),
    ("x-http-method", "DELETE"),
    ("x-method-override", "GET"),
    ("x-original-url", "/datastore/DS/imageSet/IS/deleteImageSet"),
    ("x-rewrite-url", "/datastore/DS/imageSet/IS/deleteImageSet"),
    ("x-forwarded-host", "medical-imaging.us-east-1.amazonaws.com"),
    ("x-forwarded-prefix", "/datastore/DS/imageSet/IS/deleteImageSet"),
    ("x-forwarded-path", "/datastore/DS/imageSet/IS/deleteImageSet"),
];

/// An operation, a request of it, and whether it may go on.
struct Asked {
    operation: String,
    request: Request,
    literals: Vec<bool>,
    may: bool,
}

/// The request of an operation with values that its types take.
fn of_spec(spec: &Spec) -> Asked {
    let mut inputs = Inputs::new(spec);
    for member in spec.input.iter().filter(|member| member.required || member.location == Location::Path) {
        let input = match member.location {
            Location::Body | Location::Payload if !matches!(spec.shape(member.shape).kind, Kind::Blob) => {
                InputValue::Json(value(spec, member.shape, 0))
            }
            _ => InputValue::from_text(spec, member, &stand_in(spec, member.shape, 1)),
        };
        inputs.set(&member.key, input);
    }
    let literals = spec.http.path.iter().map(|segment| matches!(segment, Segment::Literal(_))).collect();
    Asked {
        operation: spec.operation.clone(),
        request: build_request(spec, &inputs),
        literals,
        may: spec.http.read_only,
    }
}

/// One request of each operation: of those that have a spec as it says, of the others as the service has them.
fn operations(specs: &Specs) -> Vec<Asked> {
    let fill = |path: &str| {
        path.replace("DS", "12345678901234567890123456789012").replace("IS", "abcdefabcdefabcdefabcdefabcdef12")
    };
    let others = OPERATIONS.iter().filter(|(name, ..)| specs.operation(name).is_none());
    let others = others.map(|(name, method, path)| {
        let request = Request { method: (*method).to_owned(), path: fill(path), ..Request::default() };
        let literals = path.split('/').skip(1).map(|segment| segment.starts_with(char::is_lowercase)).collect();
        Asked { operation: (*name).to_owned(), request, literals, may: false }
    });
    specs.iter().map(of_spec).chain(others).collect()
}

/// The spellings of a path that are not it, and that one reader or another takes for it, or for a path near it.
fn spellings(path: &str, literals: &[bool]) -> Vec<String> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let joined = |segments: &[String]| format!("/{}", segments.join("/"));
    let with = |at: usize, spelled: String| {
        let all: Vec<String> = segments
            .iter()
            .enumerate()
            .map(|(i, segment)| if i == at { spelled.clone() } else { (*segment).to_owned() })
            .collect();
        joined(&all)
    };
    let mut spellings = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        if literals[at] {
            let (first, rest) = segment.split_at(1);
            spellings.extend(
                [segment.to_uppercase(), segment.to_lowercase(), first.to_uppercase() + rest].map(|s| with(at, s)),
            );
            // Of a label these are other values, which a service is asked about as they are.
            let ends = ["%3Bx", "%20", "%2F", "%23", "%3F", "%00", "%09", "%0D%0A"];
            spellings.extend(ends.map(|end| with(at, format!("{segment}{end}"))));
            spellings.push(with(at, format!("%25{:02x}{rest}", first.as_bytes()[0])));
        }
        let (first, rest) = segment.split_at(1);
        let code = first.as_bytes()[0];
        spellings.extend(
            [
                format!("%{code:02x}{rest}"),
                format!("%{code:02X}{rest}"),
                format!("/{segment}"),
                format!("./{segment}"),
                format!("x/../{segment}"),
                format!("%2e/{segment}"),
                format!("%2E/{segment}"),
                format!("x/%2e%2e/{segment}"),
                format!("x/.%2e/{segment}"),
                format!(".;/{segment}"),
                format!("..;/{segment}"),
                format!("{segment};x"),
                format!("{segment};"),
                format!("{segment};a=b"),
                format!("{segment}%3bx"),
                format!("{segment}%0d%0a"),
                format!("{segment}+"),
                format!("{segment}%5C.."),
                format!("{segment}%2f"),
                format!("{segment}%2F..%2F{segment}"),
                format!("{segment}%2fdeleteImageSet%3f"),
                format!("{segment}%2FdeleteImageSet%3F"),
                format!("{segment}%c0%af"),
                format!("{segment}%u002f"),
                format!("{segment}%"),
            ]
            .map(|spelled| with(at, spelled)),
        );
        if at > 0 {
            for slash in ["%2f", "%2F", "%5c", "%252f"] {
                let (before, after) = (segments[..at].join("/"), segments[at..].join("/"));
                spellings.push(format!("/{before}{slash}{after}"));
            }
        }
    }
    for end in
        ["/", "//", "/.", "/..", "/x/..", "/;", "/%2e", "%2f", "/../../../../datastore/DS/imageSet/IS/deleteImageSet"]
    {
        spellings.push(format!("{path}{end}"));
    }
    spellings.retain(|spelling| spelling != path);
    spellings.sort();
    spellings.dedup();
    spellings
}

/// How a request is put, and its bytes.
type Put = (&'static str, String);

/// A request in every spelling; the first two are the ones that may pass.
fn puts(asked: &Asked, port: u16, elsewhere: u16, ours: &Credentials) -> Vec<Put> {
    let request = &asked.request;
    let signed = head_of(request, port, ours);
    let spelled = target::join(&request.path, &request.query);
    let absolute = |host: &str| signed.replacen(&format!(" {spelled} "), &format!(" {host}{spelled} "), 1);
    let mut puts = vec![("origin form", signed.clone())];
    for host in ["localhost", "127.0.0.1", "[::1]", "runtime-localhost", "runtime-127.0.0.1"] {
        puts.push(("absolute form to a host of ours", absolute(&format!("http://{host}:{port}"))));
    }
    for host in [
        "http://example.com".to_owned(),
        format!("http://127.0.0.1:{elsewhere}"),
        "http://runtime-medical-imaging.us-east-1.amazonaws.com".to_owned(),
        "https://runtime-medical-imaging.us-east-1.amazonaws.com".to_owned(),
        "http://169.254.169.254".to_owned(),
        "http://localhost".to_owned(),
        format!("https://localhost:{port}"),
        format!("ftp://localhost:{port}"),
        format!("http://user@localhost:{port}"),
        format!("http://localhost:{port}@example.com"),
        format!("http://localhost:{port}.example.com"),
        format!("http://example.com:{port}"),
        format!("//localhost:{port}"),
        format!("localhost:{port}"),
    ] {
        puts.push(("absolute form to another host", absolute(&host)));
    }
    for method in METHODS.into_iter().filter(|method| *method != request.method) {
        // The method alone: another operation may have the path, and then it is that operation's request.
        let other = Request { method: method.to_owned(), ..request.clone() };
        puts.push(("another method", head_of(&other, port, ours)));
    }
    for spelling in spellings(&request.path, &asked.literals) {
        puts.push(("another path", head_of(&Request { path: spelling, ..request.clone() }, port, ours)));
    }
    for (name, value) in OVERRIDES {
        let headers: Headers = request.headers.iter().chain([(name, value)]).collect();
        puts.push(("an override", head_of(&Request { headers, ..request.clone() }, port, ours)));
    }
    puts
}

/// Whether a put request may be answered by the upstream, and as the request of which operations.
fn may_pass(put: &str, asked: &Asked) -> bool {
    asked.may && ["origin form", "absolute form to a host of ours", "an override"].contains(&put)
}

/// Whether what must not go on was refused for what it is, and not for its signature.
fn is_refused(put: &str, reply: &Reply) -> bool {
    match put {
        "another path" | "another method" => {
            reply.status() == 400 || reply.header("x-amzn-errortype") == Some("RetakeRefused")
        }
        _ => matches!(reply.status(), 400 | 403),
    }
}

#[tokio::test]
async fn each_read_only_operation_passes_in_two_spellings_and_nothing_else_does() {
    let stub = Stub::start(vec![vec![answer(200, "", PAGE)]]).await;
    let rig = Rig::start(at(&stub.url())).await;
    let (port, ours) = (rig.port(), rig.running.access().credentials.clone());
    let all = operations(&specs());
    let mut tried = 0;

    for asked in &all {
        let plain = format!(
            "{} {} HTTP/1.1\r\n",
            asked.request.method,
            target::join(&asked.request.path, &asked.request.query)
        );
        let mut passed: Vec<&str> = Vec::new();
        for (put, bytes) in puts(asked, port, stub.port, &ours) {
            let before = stub.requests().len();
            let reply = talk(port, &bytes).await;
            tried += 1;
            let seen = stub.requests().split_off(before);
            let Some(forwarded) = seen.first() else {
                assert!(!may_pass(put, asked), "{bytes}: {reply:?}");
                assert!(is_refused(put, &reply), "{put}: {bytes}: {reply:?}");
                continue;
            };
            // Another method may be another operation that may be read: then it is that one's plain request.
            let other = all.iter().any(|other| {
                let path = target::join(&other.request.path, &other.request.query);
                put == "another method"
                    && other.may
                    && forwarded.starts_with(&format!("{} {path} ", other.request.method))
            });
            assert!(may_pass(put, asked) || other, "{}, {put}: {bytes}", asked.operation);
            assert!(other || forwarded.starts_with(&plain), "{forwarded}");
            assert!(!OVERRIDES.iter().any(|(name, _)| forwarded.contains(name)), "{forwarded}");
            assert_eq!(seen.len(), 1);
            if !other {
                passed.push(put);
            }
        }
        passed.dedup();
        let expected: &[&str] = match asked.may {
            true => &["origin form", "absolute form to a host of ours", "an override"],
            false => &[],
        };
        assert_eq!(passed, expected, "{}", asked.operation);
    }
    assert!(all.len() >= 18 && tried > 18 * 150, "{} operations, {tried} requests", all.len());
}

#[tokio::test]
async fn without_strict_routes_the_upstream_sees_every_spelling() {
    let stub = Stub::start(vec![vec![answer(200, "", PAGE)]]).await;
    let ours = Credentials::throwaway().unwrap();
    let defences = Defences { gate: true, signatures: Some(ours.clone()), routes: None };
    let (port, _serving) = Naive::start(&stub.url(), defences).await;
    let mut sent = 0;

    for asked in operations(&specs()).iter().filter(|asked| asked.operation.ends_with("ImageSet")) {
        for (put, bytes) in puts(asked, port, stub.port, &ours) {
            if put == "another path" {
                talk(port, &bytes).await;
                sent += 1;
            }
        }
    }

    assert!(sent > 300, "{sent}");
    // What is no URI at all is refused before it is looked at.
    assert!(stub.requests().len() * 10 > sent * 9, "{} of {sent}", stub.requests().len());
}

/// Specs whose last segment is a label: of letters, of what may hold a slash, of anything.
fn labels() -> Arc<Specs> {
    let spec = |operation: &str, constraint: &str| {
        let text = format!(
            "spec: 1\nservice: {{id: a, api_version: a, protocol: rest-json, signing_name: medical-imaging, endpoint: a}}\n\
             operation: {operation}\nhttp: {{method: GET, path: \"/{operation}/{{name}}\", read_only: true}}\n\
             input:\n  name: {{type: Name, in: path, required: true}}\ntypes:\n  Name: {{type: string{constraint}}}\n"
        );
        compile("a.yaml", &text).unwrap()
    };
    Arc::new(Specs::new(vec![
        spec("Id", ", pattern: \"[a-z]{4}\""),
        spec("Arn", ", pattern: \"arn:[a-z:/]+\""),
        spec("Free", ""),
    ]))
}

#[tokio::test]
async fn a_label_passes_as_clients_spell_it_and_hides_no_path() {
    let stub = Stub::start(vec![vec![answer(200, "", PAGE)]]).await;
    let rig = Rig::start_with(at(&stub.url()), |options| options.specs = labels()).await;
    let cases = [
        ("/Id/abcd", true),
        // A service is asked what it says to a value that its type refuses.
        ("/Id/abc", true),
        ("/Id/ABC-1._~", true),
        ("/Id/ab%3Bx", true),
        ("/Id/ab%2Fcd", true),
        ("/Id/ab%20%00%3F%23", true),
        ("/Id/%61bcd", false),
        ("/Id/ab;x", false),
        ("/Id/ab%3bx", false),
        ("/Id/ab%2fcd", false),
        ("/Id/%2E%2E", false),
        ("/Id/ab%2F..", false),
        ("/Id/ab%2F..%2F..%2FdeleteIt", false),
        ("/Id/ab%5C..%5C..%5CdeleteIt", false),
        ("/Id/ab%2FdeleteIt%3F", false),
        ("/Id/ab%2FdeleteIt%23x", false),
        ("/Id/ab%2FdeleteIt%3Bx", false),
        ("/Id/ab%2FdeleteIt%00", false),
        ("/Id/ab%252FdeleteIt%253F", false),
        ("/Id/ab%25252FdeleteIt%25253F", false),
        ("/Id/ab%252F..", false),
        ("/Arn/arn%3Aa%3Ab%2Fc", true),
        ("/Arn/arn:a:b%2Fc", false),
        ("/Arn/arn%3aa%3ab%2fc", false),
        ("/Arn/arn%3Aa%2F..%2Fb", false),
        ("/Free/a%20b%2Fc%3Fd", true),
        ("/Free/a%2F..%2Fb", false),
        ("/Free/..%5Cb", false),
        ("/Free/a%2F.", false),
    ];
    for (path, may) in cases {
        let before = stub.requests().len();
        let request = Request { method: "GET".to_owned(), path: path.to_owned(), ..Request::default() };

        let reply = rig.ask_raw(&request).await;

        assert_eq!(reply.status(), if may { 200 } else { 403 }, "{path}: {reply:?}");
        let seen = stub.requests().split_off(before);
        let expected: Vec<String> = may.then(|| format!("GET {path} HTTP/1.1")).into_iter().collect();
        let lines: Vec<&str> = seen.iter().map(|request| request.lines().next().unwrap()).collect();
        assert_eq!(lines, expected);
        assert!(may || reply.header("x-amzn-errortype") == Some("RetakeRefused"), "{path}: {reply:?}");
    }
}
