//! One escaper: what comes from outside never reaches a terminal, a log, a report or a file as what it would do there.
//!
//! A text of everything that is obeyed (control characters, ESC, directions, zero width, commands of CI services) is
//! planted in every input, and every output is searched. The plant holds a word, by which it is seen that it was shown.

use super::{GOOD, Server};
use crate::command::{Run, command};
use crate::upstreams::{Stub, answer};
use crate::wires::talk;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What a terminal, an editor or a CI service would obey.
const OPERATION: &str = "ListImageSetVersions";
const PLANT: &str = "::error::pl4nt\u{1b}[31m\u{7}\u{8}\u{c}\u{7f}\u{85}\u{9b}1m\u{ad}\u{61c}\u{180e}\u{200b}\u{200e}\u{2028}\u{202e}\u{2066}\u{2069}\u{feff}\u{fff9}\u{e0041}##vso[task.x]##[error]";

const WORD: &str = "pl4nt";

const FORMATS: [&str; 4] = ["text", "json", "junit", "markdown"];

/// The plant in a YAML or JSON string, spelled by its escapes.
fn spelled() -> String {
    let mut text = String::new();
    for unit in PLANT.encode_utf16() {
        match char::from_u32(u32::from(unit)) {
            Some(c) if c.is_ascii_graphic() => text.push(c),
            Some(_) | None => text += &format!("\\u{unit:04x}"),
        }
    }
    text
}

/// The same for YAML, which has escapes of eight digits instead of surrogates.
fn spelled_for_yaml() -> String {
    let escape = |c: char| if c.is_ascii_graphic() { c.to_string() } else { format!("\\U{:08x}", u32::from(c)) };
    PLANT.chars().map(escape).collect()
}

/// What of an output would be obeyed.
fn obeyed(bytes: &[u8]) -> Vec<String> {
    let Ok(text) = std::str::from_utf8(bytes) else { return vec!["bytes that are no UTF-8".to_owned()] };
    let hidden = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    let mut found: Vec<String> = text.chars().filter(|c| hidden(*c)).map(|c| format!("{c:?}")).collect();
    found.extend(text.lines().filter(|line| line.trim_start().starts_with("::")).map(str::to_owned));
    found.extend(["##vso[", "##["].iter().filter(|mark| text.contains(**mark)).map(|mark| (*mark).to_owned()));
    found.sort();
    found.dedup();
    found
}

/// Outputs that were searched, and how many showed the plant.
#[derive(Default)]
struct Search {
    searched: usize,
    shown: usize,
    wrong: Vec<String>,
}

impl Search {
    fn bytes(&mut self, what: &str, bytes: &[u8]) {
        self.searched += 1;
        self.shown += usize::from(bytes.windows(WORD.len()).any(|window| window == WORD.as_bytes()));
        let obeyed = obeyed(bytes);
        if !obeyed.is_empty() {
            self.wrong.push(format!("{what}: {obeyed:?} in {}", bytes.escape_ascii()));
        }
    }

    /// Runs the binary and searches what it prints.
    fn run(&mut self, folder: &Path, arguments: &[&str]) {
        let output = command(folder, arguments).output().unwrap();
        self.bytes(&format!("stdout of {arguments:?}"), &output.stdout);
        self.bytes(&format!("stderr of {arguments:?}"), &output.stderr);
    }

    fn run_in_every_format(&mut self, folder: &Path, arguments: &[&str]) {
        for format in FORMATS {
            self.run(folder, &[&["-v"], arguments, &["--format", format]].concat());
        }
    }

    fn printed(&mut self, what: &str, run: &Run) {
        self.bytes(&format!("stdout: {what}"), run.stdout.as_bytes());
        self.bytes(&format!("stderr: {what}"), run.stderr.as_bytes());
    }

    /// Nothing was obeyed, and the plant was seen so often at least.
    #[track_caller]
    fn assert(self, least: usize) {
        assert!(self.wrong.is_empty(), "{} outputs:\n{}", self.wrong.len(), self.wrong.join("\n\n"));
        assert!(self.shown >= least, "the plant was shown in {} of {} outputs", self.shown, self.searched);
    }
}

/// A text with something replaced, which must be there.
fn planted(text: &str, before: &str, after: &str) -> String {
    assert!(text.contains(before), "no {before:?} to plant at");
    text.replacen(before, after, 1)
}

/// The good cassette with the plant in one place each.
fn cassettes() -> Vec<String> {
    let good = fs::read_to_string(GOOD).unwrap();
    let (yaml, json) = (format!("\"{}\"", spelled_for_yaml()), format!("\"{}\"", spelled()));
    let at = |before: &str, after: String| planted(&good, before, &after);
    let description = good.lines().find(|line| line.starts_with("description: ")).unwrap();
    vec![
        at("source: specs/medical-imaging/list-image-set-versions.yaml", format!("source: {yaml}")),
        at(description, format!("description: {yaml}")),
        at("expression: ListImageSetVersions", format!("expression: {yaml}")),
        at("tool: retake 0.1.0", format!("tool: {yaml}")),
        at("origin: edited", format!("origin: {yaml}")),
        at("recorded_at: \"2026-11-23T18:04:05Z\"", format!("recorded_at: {yaml}")),
        at("cassette: 1\n", format!("cassette: 1\n{yaml}: 1\n")),
        at("- id: size-2-page-1", format!("- id: {yaml}")),
        at("operation: ListImageSetVersions", format!("operation: {yaml}")),
        at("method: POST", format!("method: {yaml}")),
        at("imageSet/imageset000000000000000000000001/", format!("imageSet/{}/", "pl4nt%1B%5B31m%E2%80%AE")),
        at("path: /datastore", format!("path: {yaml} #")),
        at("maxResults: \"2\"", format!("maxResults: {yaml}")),
        at("maxResults: \"2\"", format!("{yaml}: \"2\"")),
        at("content-type: application/json", format!("content-type: {yaml}")),
        at(
            "content-type: application/json",
            format!("content-type: application/json\n        x-amzn-requestid: {yaml}"),
        ),
        at("status: 200", format!("status: {yaml}")),
        at("\"ACTIVE\"", json.clone()),
        at("\"versionId\": \"5\"", format!("\"versionId\": {json}")),
        at("\"imageSetState\"", json.clone()),
        at("\"page-token-0001\"", json.clone()),
        at("\"createdAt\": 1262304005.0", format!("\"createdAt\": {json}")),
        at("\"ACTIVE\"", format!("\"{PLANT}\"")),
        format!("{good}# {PLANT}\n"),
    ]
}

#[test]
fn a_cassette_shows_nothing_that_is_obeyed() {
    let mut search = Search::default();
    let good = fs::read_to_string(GOOD).unwrap();
    for text in cassettes() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.cassette.yaml"), text).unwrap();
        fs::write(folder.path().join("good.cassette.yaml"), &good).unwrap();

        search.run_in_every_format(folder.path(), &["verify", "cassette", "a.cassette.yaml"]);
        search.run(folder.path(), &["cassette", "show", "a.cassette.yaml"]);
        search.run(folder.path(), &["cassette", "show", "a.cassette.yaml", "--inputs"]);
        search.run(folder.path(), &["cassette", "lint", "a.cassette.yaml"]);
        search.run(folder.path(), &["cassette", "seal", "a.cassette.yaml"]);
        search.run(folder.path(), &["cassette", "diff", "good.cassette.yaml", "a.cassette.yaml"]);
        search.run(folder.path(), &["cassette", "diff", "good.cassette.yaml", "a.cassette.yaml", "--format", "json"]);
        search.run(folder.path(), &["replay", "a.cassette.yaml", "--", "true"]);
        search.run(folder.path(), &["verify", "cassette", "a.cassette.yaml", "--color", "never", "--coverage"]);
    }
    search.assert(100);
}

#[test]
fn a_spec_shows_nothing_that_is_obeyed() {
    let spec = fs::read_to_string("specs/medical-imaging/list-image-set-versions.yaml").unwrap();
    let yaml = format!("\"{}\"", spelled_for_yaml());
    let at = |before: &str, after: String| planted(&spec, before, &after);
    let specs = [
        at("id: medical-imaging", format!("id: {yaml}")),
        at("api_version: \"2023-07-19\"", format!("api_version: {yaml}")),
        at("protocol: rest-json", format!("protocol: {yaml}")),
        at("signing_name: medical-imaging", format!("signing_name: {yaml}")),
        at("endpoint: \"{prefix}", format!("endpoint: \"{}{{prefix}}", spelled_for_yaml())),
        at("operation: ListImageSetVersions", format!("operation: {yaml}")),
        at("model: botocore 1.44.5", format!("model: {yaml}")),
        at("method: POST", format!("method: {yaml}")),
        at("host_prefix: runtime-", format!("host_prefix: {yaml}")),
        at("nextToken: {in: query, type: NextToken}", format!("nextToken: {{in: query, type: {yaml}}}")),
        at("maxResults: {in", format!("{yaml}: {{in")),
        at("[ACTIVE, LOCKED, DELETED]", format!("[ACTIVE, LOCKED, DELETED, {yaml}]")),
        at("note: capital I on the wire; its siblings are lower camel", format!("note: {yaml}")),
        at("ThrottlingException: {status", format!("{yaml}: {{status")),
        at("id: deleted-at-only-when-deleted", format!("id: {yaml}")),
        at("pattern: \"\\\\d+\"", format!("pattern: {yaml}")),
        at("spec: 1\n", format!("spec: 1\n{yaml}: 1\n")),
        format!("{spec}# {PLANT}\n"),
    ];
    let mut search = Search::default();
    for text in specs {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.yaml"), text).unwrap();
        fs::write(folder.path().join("good.yaml"), &spec).unwrap();

        search.run(folder.path(), &["spec", "check", "a.yaml"]);
        search.run(folder.path(), &["spec", "scenarios", "--spec", "a.yaml"]);
        search.run(folder.path(), &["spec", "diff", "good.yaml", "a.yaml"]);
        search.run_in_every_format(folder.path(), &["verify", "cassette", GOOD, "--spec", "a.yaml", "--coverage"]);
        search.run(folder.path(), &["record", "--spec", "a.yaml", "--probe", "--cassette", "x.cassette.yaml"]);
        if let Ok(bytes) = fs::read(folder.path().join("x.cassette.yaml")) {
            search.bytes("x.cassette.yaml", &bytes);
        }
    }
    search.assert(50);
}

/// Requests that hold the plant wherever HTTP lets one stand.
fn requests(port: u16) -> Vec<Vec<u8>> {
    let percent: String = PLANT.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let path =
        "/datastore/datastore00000000000000000000001/imageSet/imageset000000000000000000000001/listImageSetVersions";
    let head = |target: &str, field: &str| {
        format!(
            "POST {target} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\nContent-Length: 0\r\n{field}\r\n"
        )
    };
    let mut requests: Vec<String> = vec![
        head(&format!("{path}?maxResults={percent}"), ""),
        head(&format!("{path}?{percent}=2"), ""),
        head(&format!("{path}?nextToken={percent}"), ""),
        head(&format!("/{percent}"), ""),
        head(&path.replace("imageset000000000000000000000001", &percent), ""),
        head(&path.replace("datastore00000000000000000000001", &percent), ""),
        head("/%FF%FE%C0%AF", ""),
    ];
    for value in ["pl4nt\u{85}\u{9b}\u{202e}\u{feff}", "::error::pl4nt ##vso[x]"] {
        for name in ["user-agent", "amz-sdk-invocation-id", "x-amzn-requestid", "authorization", "x-unknown"] {
            requests.push(head(path, &format!("{name}: {value}\r\n")));
        }
    }
    let mut requests: Vec<Vec<u8>> = requests.into_iter().map(String::into_bytes).collect();
    let mut invalid = head(path, "user-agent: pl4nt@\r\n").into_bytes();
    let at = invalid.iter().position(|byte| *byte == b'@').unwrap();
    invalid[at] = 0xff;
    requests.push(invalid);
    requests
}

#[tokio::test]
async fn the_requests_of_a_client_show_nothing_that_is_obeyed() {
    let mut search = Search::default();
    for format in FORMATS {
        for what in [&["replay", GOOD][..], &["simulate"]] {
            let folder = tempfile::tempdir().unwrap();
            let arguments = [&["-v"], what, &["--format", format]].concat();
            let server = Server::start(folder.path(), &arguments);
            for request in requests(server.port) {
                let reply = talk(server.port, request).await;
                search.bytes("an error that a client is told", reply.text().as_bytes());
            }
            search.printed(&format!("{arguments:?}"), &server.stop());
        }
    }
    search.assert(20);
}

/// Answers of a service or a mock with the plant in them.
fn answers() -> Vec<String> {
    let json = spelled();
    let page = |member: &str, value: &str| {
        format!(
            "{{\"imageSetPropertiesList\":[{{\"imageSetId\":\"abcdefabcdefabcdefabcdefabcdef12\",\"versionId\":\"1\",\"imageSetState\":\"ACTIVE\",\"{member}\":{value}}}]}}"
        )
    };
    vec![
        page("versionId", &format!("\"{json}\"")),
        page("imageSetState", &format!("\"{json}\"")),
        page("message", &format!("\"{json}\"")),
        page(&json, "1"),
        page("createdAt", &format!("\"{json}\"")),
        format!("{{\"nextToken\":\"{json}\",\"imageSetPropertiesList\":[]}}"),
        format!("{{\"__type\":\"{json}\",\"message\":\"{json}\"}}"),
        format!("<html>{PLANT}</html>"),
        PLANT.to_owned(),
    ]
}

#[tokio::test]
async fn what_a_service_or_a_mock_answers_shows_nothing_that_is_obeyed() {
    let fields = "content-type: application/json\r\nx-amzn-requestid: pl4nt\u{85}\u{9b}\u{202e}\r\nx-amzn-errortype: pl4nt\u{9b}\u{200b}\r\n";
    let mut search = Search::default();
    for (status, body) in answers().iter().flat_map(|body| [(200, body), (400, body)]) {
        let stub = Stub::start(vec![vec![answer(status, fields, body)]]).await;
        let folder = tempfile::tempdir().unwrap();
        let (url, path) = (stub.url(), folder.path().to_owned());
        let inputs = [
            "--input",
            "datastoreId=12345678901234567890123456789012",
            "--input",
            "imageSetId=abcdefabcdefabcdefabcdefabcdef12",
        ];

        search = tokio::task::spawn_blocking(move || {
            let record =
                ["record", "--upstream", &url, "--probe", "--max-requests", "4", "--cassette", "a.cassette.yaml"];
            search.run(&path, &[&record[..], &inputs].concat());
            search.bytes("the cassette", &fs::read(path.join("a.cassette.yaml")).unwrap());
            for format in FORMATS {
                let mock = ["-v", "verify", "mock", &url, "--max-requests", "12", "--format", format];
                search.run(&path, &[&mock[..], &inputs].concat());
            }
            search
        })
        .await
        .unwrap();
    }
    search.assert(40);
}

#[test]
fn what_a_client_prints_shows_nothing_that_is_obeyed() {
    let mut search = Search::default();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plant"), format!("{PLANT}\n{{\"outcome\":\"{}\"}}\n", spelled())).unwrap();
    fs::write(folder.path().join("invalid"), b"pl4nt \xff\xfe \xc0\xaf\n").unwrap();
    for file in ["plant", "invalid"] {
        for (outcome, script) in
            [("stdout", "cat FILE"), ("stdout", "cat FILE >&2; exit 3"), ("file", "cat FILE > \"$RETAKE_OUTCOME\"")]
        {
            let script = script.replace("FILE", file);
            let verify = [
                "verify",
                "client",
                "--operation",
                OPERATION,
                "--select",
                "page/*",
                "--timeout",
                "20",
                "--outcome",
                outcome,
                "--",
                "sh",
                "-c",
                &script,
            ];
            for format in FORMATS {
                search.run(folder.path(), &[&["-v", "--format", format], &verify[..]].concat());
            }
        }
        let script = format!("cat {file}; cat > /dev/null");
        search.run(
            folder.path(),
            &[
                "verify",
                "client",
                "--operation",
                OPERATION,
                "--driver",
                "--select",
                "page/*",
                "--timeout",
                "20",
                "--",
                "sh",
                "-c",
                &script,
            ],
        );
        search.run(
            folder.path(),
            &[
                "verify",
                "client",
                "--operation",
                OPERATION,
                "--check-driver",
                "--timeout",
                "20",
                "--",
                "sh",
                "-c",
                &script,
            ],
        );
    }
    search.assert(10);
}

#[test]
fn names_and_arguments_show_nothing_that_is_obeyed() {
    let mut search = Search::default();
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join(PLANT.replace('/', ""));
    fs::create_dir(&folder).unwrap();
    let cassette: PathBuf = folder.join(format!("{PLANT}.cassette.yaml"));
    fs::copy(GOOD, &cassette).unwrap();
    let named = cassette.to_str().unwrap();
    let folder_name = folder.to_str().unwrap();
    let value = format!("datastoreId={PLANT}");
    let input = format!("{PLANT}=x");
    let commands: [&[&str]; 22] = [
        &["verify", "cassette", named],
        &["verify", "cassette", folder_name],
        &["verify", "cassette", PLANT],
        &["cassette", "show", named],
        &["cassette", "show", PLANT],
        &["cassette", "lint", folder_name],
        &["cassette", "diff", named, PLANT],
        &["cassette", "seal", PLANT],
        &["replay", folder_name, "--", "true"],
        &["replay", PLANT],
        &["replay", GOOD, "--", PLANT],
        &["replay", GOOD, "--input", &value, "--", "true"],
        &["replay", GOOD, "--input", &input, "--", "true"],
        &["simulate", "--input", &input, "--", "true"],
        &["simulate", "--spec", PLANT, "--", "true"],
        &["simulate", "--defect", PLANT, "--", "true"],
        &["record", "--operation", PLANT, "--probe"],
        &["record", "--upstream", PLANT, "--probe"],
        &["record", "--allow", PLANT, "--probe"],
        &["spec", "check", PLANT],
        &["spec", "import", PLANT, "--all"],
        &[PLANT],
    ];
    for arguments in commands {
        search.run(&folder, arguments);
    }
    for format in FORMATS {
        search.run(&folder, &["verify", "cassette", named, "--format", format]);
        search.run(&folder, &["verify", "mock", &format!("http://{PLANT}"), "--format", format]);
        search.run(&folder, &["verify", "client", "--compare", PLANT, named, "--format", format]);
    }
    search.run(&folder, &["verify", "cassette", "--format", PLANT]);
    search.run(&folder, &["verify", "client", "--select", PLANT, "--", "true"]);
    let bytes = std::ffi::OsStr::from_bytes(b"pl4nt\xff\x1b[31m");
    for arguments in [["verify", "cassette"], ["spec", "check"], ["cassette", "show"]] {
        let output = command(&folder, &arguments).arg(bytes).output().unwrap();
        search.bytes("a name that is no UTF-8", &[output.stdout, output.stderr].concat());
    }
    search.assert(30);
}

#[test]
fn a_report_or_model_that_is_read_shows_nothing_that_is_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    let mut search = Search::default();
    let model =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/models/botocore-1.44.5/service-2.json"))
            .unwrap();
    for before in [
        "\"Medical Imaging\"",
        "\"ListDatastores\"",
        "\"DatastoreId\"",
        "\"datastoreId\"",
        "\"rest-json\"",
        "\"2023-07-19\"",
        "\"ACTIVE\"",
    ] {
        let text = model.replace(before, &format!("\"{}\"", spelled()));
        assert_ne!(text, model, "{before}");
        fs::write(folder.path().join("model.json"), text).unwrap();
        search.run(folder.path(), &["spec", "import", "model.json", "--all", "--into", "into", "--update"]);
    }
    let report = command(folder.path(), &["verify", "client", "--select", "page/*", "--format", "json", "--", "true"])
        .output()
        .unwrap();
    let report = String::from_utf8(report.stdout).unwrap();
    fs::write(folder.path().join("old.json"), &report).unwrap();
    for before in ["\"page/", "\"verify client\"", "\"client\"", "\"must\"", "\"name\": \""] {
        let after = format!("{}{}", before.trim_end_matches('"'), spelled())
            + if before.ends_with('"') && !before.ends_with(": \"") { "\"" } else { "" };
        let planted = report.replace(before, &after);
        fs::write(folder.path().join("new.json"), planted).unwrap();
        for format in ["text", "json"] {
            search.run(folder.path(), &["verify", "client", "--compare", "old.json", "new.json", "--format", format]);
        }
    }
    search.assert(5);
}

#[test]
fn an_unescaped_print_is_found() {
    for c in PLANT.chars().filter(|c| !c.is_ascii_graphic()) {
        assert_eq!(obeyed(format!("a{c}b").as_bytes()).len(), 1, "{c:?}");
    }
    assert_eq!(obeyed(b"ok\n  ::error::x\n").len(), 1);
    assert_eq!(obeyed(b"a ##vso[task.x] b").len(), 1);
    assert_eq!(obeyed(b"a \xff b").len(), 1);
    assert!(obeyed("PASS  caf\u{e9} \u{6f22} \u{2192} src/a.rs::b\n".as_bytes()).is_empty());

    let mut search = Search::default();
    search.bytes("a print", PLANT.as_bytes());
    assert_eq!((search.wrong.len(), search.shown), (1, 1));
}
