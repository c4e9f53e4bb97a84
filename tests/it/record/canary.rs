//! The gate: secrets planted wherever something can stand, in every spelling, at every end of an exchange, and none
//! of them in any file, during the recording and after it.
//!
//! Canaries hold digits, so that no rule keeps them as a name or an enum value. The search itself is held against
//! what was sent and answered: there it must find every one of them.

use super::hooked::Hooked;
use super::{NOW, Rig, at, signer};
use crate::upstreams::{Act, Stub, send};
use crate::wires::talk;
use retake::message::{Headers, PROBE_HEADER, Request, target};
use retake::net::sigv4::sign;
use std::fs;
use std::io::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A spelling of a text: its name, and what it makes of bytes.
type Spelling = (&'static str, fn(&str) -> String);

const SPELLINGS: [Spelling; 12] = [
    ("plain", str::to_owned),
    ("upper case", str::to_uppercase),
    ("reversed", |text| text.chars().rev().collect()),
    ("hex", |text| hex(text.as_bytes())),
    ("base64", |text| base64(text.as_bytes(), b"+/")),
    ("base64 at offset 1", |text| base64(format!("x{text}").as_bytes(), b"+/")),
    ("base64 at offset 2", |text| base64(format!("xy{text}").as_bytes(), b"+/")),
    ("base64url", |text| base64(format!("\u{3f}\u{3f}{text}").as_bytes(), b"-_")),
    ("base64 twice", |text| base64(base64(text.as_bytes(), b"+/").as_bytes(), b"+/")),
    ("percent", |text| text.bytes().map(|byte| format!("%{byte:02x}")).collect()),
    ("JSON escapes", |text| text.bytes().map(|byte| format!("\\u{byte:04x}")).collect()),
    ("apart", |text| text.chars().map(|c| format!("{c} ")).collect()),
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Base64 without padding: what stands whatever follows.
fn base64(bytes: &[u8], last: &[u8; 2]) -> String {
    let mut alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".to_vec();
    alphabet.extend_from_slice(last);
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let sextet = |bits: &[u8]| bits.iter().fold(0, |value, bit| value << 1 | usize::from(*bit)) << (6 - bits.len());
    bits.chunks(6).map(|bits| char::from(alphabet[sextet(bits)])).collect()
}

/// Canaries, each for one carrier.
#[derive(Default)]
struct Aviary {
    planted: Vec<(String, String)>,
}

impl Aviary {
    /// The canary of a carrier.
    fn bird(&mut self, carrier: &str) -> String {
        let number = self.planted.len();
        let canary = format!("c4n4ry{:06}z{:03}", number * 7919 % 1_000_000, number);
        self.planted.push((carrier.to_owned(), canary.clone()));
        canary
    }

    /// The carriers whose canary stands in these bytes, in whatever spelling.
    fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let mut texts = vec![String::from_utf8_lossy(bytes).into_owned()];
        texts.push(bytes.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect());
        texts.push(target::decode(&texts[0]));
        // Chunks of one byte do not hide it.
        texts.push(texts[0].replace("\r\n1\r\n", ""));
        // What all canaries have in common is searched for first: mostly it is not there.
        let stems = SPELLINGS.iter().map(|(_, spell)| (*spell, common(&core(*spell, FIRST), &core(*spell, LAST))));
        let there: Vec<fn(&str) -> String> =
            stems.filter(|(_, stem)| texts.iter().any(|text| text.contains(stem))).map(|(spell, _)| spell).collect();
        let is_in = |canary: &str| {
            there.iter().any(|spell| {
                let core = core(*spell, canary);
                texts.iter().any(|text| text.contains(&core))
            })
        };
        self.planted.iter().filter(|(_, canary)| is_in(canary)).map(|(carrier, _)| carrier.as_str()).collect()
    }
}

/// Two canaries that have nothing in common but what all have.
const FIRST: &str = "c4n4ry000000z000";
const LAST: &str = "c4n4ry999999z999";

/// A spelled canary without its ends, which in base64 depend on what stands beside it.
fn core(spell: fn(&str) -> String, canary: &str) -> String {
    let spelled = spell(canary);
    if spelled.len() > canary.len() { spelled[4..spelled.len() - 2].to_owned() } else { spelled }
}

/// What two texts begin with, or else end with.
fn common(a: &str, b: &str) -> String {
    let same = |(a, b): &(char, char)| a == b;
    let begin: String = a.chars().zip(b.chars()).take_while(same).map(|(c, _)| c).collect();
    let end: String = a.chars().rev().zip(b.chars().rev()).take_while(same).map(|(c, _)| c).collect();
    if begin.len() >= end.len() { begin } else { end.chars().rev().collect() }
}

/// A JSON string; a spelling in JSON escapes stays what it is.
fn json(text: &str) -> String {
    format!("\"{}\"", text.replace('"', ""))
}

fn response(status: &str, fields: &[(String, String)], body: &str) -> String {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    for (name, value) in fields {
        head += &format!("{name}: {value}\r\n");
    }
    format!("{head}content-length: {}\r\n\r\n{body}", body.len())
}

/// The scripts of the upstream, one an exchange, with a canary in each carrier.
///
/// What looks like the name of an error is kept as one, by design; so an error type carries a canary as it is, which
/// its digits give away, and in no spelling that may be all letters.
fn scripts(aviary: &mut Aviary, spell: fn(&str) -> String) -> Vec<Vec<Act>> {
    let is_type = |carrier: &str| ["__type", "code", "error type"].iter().any(|end| carrier.ends_with(end));
    let mut fly = |carrier: &str| {
        let canary = aviary.bird(carrier);
        if is_type(carrier) { canary } else { spell(&canary) }
    };
    let fields = |fly: &mut dyn FnMut(&str) -> String, moment: &str| -> Vec<(String, String)> {
        ["x-amzn-requestid", "x-amz-id-2", "content-type", "x-unknown", "set-cookie", "retry-after", "etag", "server"]
            .into_iter()
            .map(|name| (name.to_owned(), fly(&format!("{moment} header {name}"))))
            .collect()
    };
    let page = |fly: &mut dyn FnMut(&str) -> String, moment: &str| {
        let members = [
            "imageSetId",
            "versionId",
            "imageSetState",
            "ImageSetWorkflowStatus",
            "createdAt",
            "updatedAt",
            "message",
            "isPrimary",
            "unknown",
        ];
        let members: Vec<String> = members
            .iter()
            .map(|name| format!("\"{name}\":{}", json(&fly(&format!("{moment} member {name}")))))
            .collect();
        let key = json(&fly(&format!("{moment} key")));
        let deep = json(&fly(&format!("{moment} overrides")));
        let token = json(&fly(&format!("{moment} token")));
        format!(
            "{{\"imageSetPropertiesList\":[{{{},{key}:1,\"overrides\":{{\"forced\":{deep}}}}}],\"nextToken\":{token},\"other\":[{{{key}:{key}}}]}}",
            members.join(",")
        )
    };
    let error = |fly: &mut dyn FnMut(&str) -> String, moment: &str| {
        let members: Vec<String> = ["__type", "code", "message", "Message", "detail"]
            .iter()
            .map(|name| format!("\"{name}\":{}", json(&fly(&format!("{moment} member {name}")))))
            .collect();
        format!("{{{}}}", members.join(","))
    };
    let fly: &mut dyn FnMut(&str) -> String = &mut fly;
    let ok = page(fly, "success");
    let success = response("200 OK", &fields(fly, "success"), &ok);
    let reason = fly("reason").replace(['\r', '\n'], "");
    let failed = error(fly, "error");
    let mut typed = fields(fly, "error");
    typed.push(("x-amzn-errortype".to_owned(), fly("error type")));
    let denied = error(fly, "denied");
    let cut = page(fly, "cut");
    let reset = page(fly, "reset");
    let html = format!("<html><body>{}</body></html>", fly("html"));
    let text = fly("text");
    let behind = fly("behind the body");
    let trailer = fly("trailer");
    let chunked = page(fly, "chunked");
    let bytewise: String = chunked.bytes().map(|byte| format!("1\r\n{}\r\n", char::from(byte))).collect();
    let utf16: Vec<u8> = fly("UTF-16").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let long = page(fly, "long");
    vec![
        vec![send(success)],
        vec![send(response(&format!("500 {reason}"), &typed, &failed))],
        vec![send(response(
            "403 Forbidden",
            &[("x-amzn-errortype".into(), "InvalidSignatureException".into())],
            &denied,
        ))],
        vec![send(format!("HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n{cut}")), Act::Close],
        vec![send(format!("HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n{reset}")), Act::Reset],
        vec![send(response("502 Bad Gateway", &[("content-type".into(), "text/html".into())], &html))],
        vec![send(response("200 OK", &[], &text))],
        vec![send(format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{{}}{behind}")), Act::Close],
        vec![send(format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x\r\n\r\n{bytewise}0\r\nx: {trailer}\r\n\r\n"
        ))],
        vec![send(
            [format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", utf16.len()).into_bytes(), utf16].concat(),
        )],
        vec![send(response("200 OK", &[], &format!("{long}{}", " ".repeat(5000))))],
    ]
}

/// A signed request with a canary in each carrier.
fn request(aviary: &mut Aviary, spell: fn(&str) -> String, number: usize) -> Request {
    let mut fly = |carrier: &str| spell(&aviary.bird(&format!("request {number} {carrier}")));
    let path = format!(
        "/datastore/{}/imageSet/{}/listImageSetVersions",
        target::encode(&fly("path label 1")),
        target::encode(&fly("path label 2"))
    );
    let query = vec![("nextToken".to_owned(), fly("token")), ("maxResults".to_owned(), fly("page size"))];
    let headers = [
        "user-agent",
        "x-amz-user-agent",
        "amz-sdk-invocation-id",
        "x-amz-meta-a",
        "accept",
        "content-type",
        "x-forwarded-for",
        PROBE_HEADER,
    ];
    let mut headers: Headers = headers.iter().map(|name| (*name, fly(name))).collect();
    headers.push("amz-sdk-request", format!("attempt=1; max=3; ttl={}", fly("amz-sdk-request")));
    Request { method: "POST".to_owned(), path, query, headers, ..Request::default() }
}

/// Every byte of every file under a folder, and every name.
fn everything(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend_from_slice(path.to_string_lossy().as_bytes());
        bytes.extend(if path.is_dir() { everything(&path) } else { fs::read(&path).unwrap() });
    }
    bytes
}

#[tokio::test]
async fn lets_no_secret_into_any_file_in_any_spelling_at_any_moment() {
    for (name, spell) in SPELLINGS {
        let mut aviary = Aviary::default();
        let scripts = scripts(&mut aviary, spell);
        let moments = scripts.len();
        let mut wire: Vec<u8> = scripts
            .iter()
            .flatten()
            .flat_map(|act| if let Act::Send(bytes) = act { bytes.clone() } else { Vec::new() })
            .collect();
        let stub = Stub::start(scripts).await;
        let rig = Rig::start_with(at(&stub.url()), |options| options.upstream_limits.kept_bytes = 4000).await;

        for number in 0..moments {
            let request = request(&mut aviary, spell, number);
            let host = format!("localhost:{}", rig.port());
            let signature = sign(&request, "http", &host, &signer(&rig.running.access().credentials), NOW).unwrap();
            let mut head = format!("POST {} HTTP/1.1\r\nHost: {host}\r\n", target::join(&request.path, &request.query));
            for (name, value) in request.headers.iter().chain(signature.iter()) {
                head += &format!("{name}: {value}\r\n");
            }
            wire.extend_from_slice(head.as_bytes());
            talk(rig.port(), head + "Connection: close\r\nContent-Length: 0\r\n\r\n").await;
        }
        let during = everything(rig.folder.path());
        let Rig { folder, running } = rig;
        let recording = running.finish().await;
        let after = everything(folder.path());

        assert_eq!(stub.requests().len(), moments, "{name}: not everything was forwarded");
        let missed: Vec<&(String, String)> = {
            let found = aviary.found_in(&wire);
            aviary.planted.iter().filter(|(carrier, _)| !found.contains(&carrier.as_str())).collect()
        };
        assert!(missed.is_empty(), "{name}: the search does not see {missed:?}");
        assert_eq!(aviary.found_in(&during), [""; 0], "{name}: while recording");
        assert_eq!(aviary.found_in(&after), [""; 0], "{name}: afterwards");
        let told = match &recording {
            Ok(recording) => format!("{recording:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(aviary.found_in(told.as_bytes()), [""; 0], "{name}: in what is told");
        assert_eq!(recording.unwrap().counts.exchanges, moments as u64, "{name}");
    }
}

#[tokio::test]
async fn lets_no_secret_into_any_file_when_the_recording_breaks_off() {
    let mut aviary = Aviary::default();
    let scripts = scripts(&mut aviary, str::to_owned);
    let stub = Stub::start(scripts).await;
    let writes = Arc::new(AtomicUsize::new(0));
    let hooked = Hooked::new(move |_| {
        let before = writes.fetch_add(1, Ordering::SeqCst);
        if before < 3 { Ok(()) } else { Err(Error::from_raw_os_error(28)) }
    });
    let rig = Rig::start_with(at(&stub.url()), |options| options.files = Arc::new(hooked)).await;
    for number in 0..4 {
        rig.ask_raw(&request(&mut aviary, str::to_owned, number)).await;
    }
    let Rig { folder, running } = rig;

    // As when the process is killed: what was written stays as it is.
    drop(running);
    let left = everything(folder.path());

    assert!(String::from_utf8_lossy(&left).contains("retake journal 2"));
    assert_eq!(aviary.found_in(&left), [""; 0]);
}
