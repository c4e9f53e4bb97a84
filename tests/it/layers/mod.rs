//! The laws of the source: which module may import which, which crate has its
//! room where, what pure modules may not name, and that no API is named at all.
//!
//! The laws are tested on small offenders first, then the source is held to them.

mod source;

use source::{Kind, Token};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of each layer, from the bottom; a module imports only from layers below its own. `main` stands above
/// `cli`, since it calls it.
const LAYERS: [&[&str]; 11] = [
    &["diagnostic"],
    &["message", "yaml"],
    &["spec", "answer"],
    &["redact", "evidence"],
    &["cassette"],
    &["verify", "replay", "simulate", "scenario"],
    &["report"],
    &["net", "store"],
    &["record", "serve", "probe", "drive", "sdk"],
    &["cli"],
    &["main"],
];

/// The last layer whose modules are pure: time, files and listeners are parameters there.
const LAST_PURE: usize = 6;

/// Crates that one module alone may name.
const ROOMS: [(&str, &str); 13] = [
    ("hyper", "net"),
    ("hyper_util", "net"),
    ("hyper_rustls", "net"),
    ("http_body_util", "net"),
    ("rustls", "net"),
    ("rustls_native_certs", "net"),
    ("rcgen", "net"),
    ("tokio_rustls", "net"),
    ("aws_sigv4", "net"),
    ("aws_config", "net"),
    ("similar", "report"),
    ("clap", "cli"),
    ("granit_parser", "yaml"),
];

/// What a pure module may not name: paths, by their first two parts.
const IMPURE_PATHS: [&str; 9] =
    ["tokio", "hyper", "rand", "std::fs", "std::net", "std::env", "std::process", "std::thread", "std::os"];

/// What a pure module may not name: words.
const IMPURE_WORDS: [&str; 4] = ["SystemTime", "Instant", "now_utc", "now_local"];

/// What a pure module may not print with.
const PRINTING: [&str; 5] = ["println", "eprintln", "print", "eprint", "dbg"];

/// Names of APIs; letters may be parted by an underscore, and case does not matter.
const APIS: [&str; 4] = ["imageset", "datastore", "workflowstatus", "medical"];

/// Names of other tools, and the files that deal with them.
const TOOLS: [&str; 2] = ["boto", "smithy"];
/// The adapter of an SDK, the credentials that its crates find, the clients that a cassette may name, and the skeletons
/// of drivers.
const ROOM_OF_TOOLS: [&str; 4] = ["sdk", "net/credentials", "redact/link.rs", "drive/skeleton"];

/// The modules that may vouch that a value has been redacted.
const VOUCHERS: [&str; 2] = ["redact", "cassette"];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// What breaks a law in a file, whose path begins below `src`.
fn offences(path: &str, text: &str) -> Vec<String> {
    let module = path.split(['/', '.']).next().unwrap_or_default();
    if !path.ends_with(".rs") {
        return foreign_names(path, text);
    }
    if module == "lib" {
        return Vec::new();
    }
    let (tokens, _) = source::read(text);
    let Some(own) = layer(module) else { return vec![format!("{path}: {module} has no layer")] };
    let mut found = Vec::new();
    let mut tell = |line: usize, what: String| found.push(format!("{path}:{line}: {what}"));

    for (line, name) in imports(path, &tokens) {
        match layer(&name) {
            Some(other) if name != module && other >= own => {
                tell(line, format!("{module} (layer {own}) imports {name} (layer {other})"));
            }
            _ => {}
        }
    }
    for (line, used) in paths(&tokens) {
        if let Some((name, room)) = ROOMS.iter().find(|(name, room)| used[0] == *name && module != *room) {
            tell(line, format!("{name} has its room in {room}"));
        }
        let beginning = used[..used.len().min(2)].join("::");
        if own <= LAST_PURE && IMPURE_PATHS.iter().any(|impure| *impure == beginning || *impure == used[0]) {
            tell(line, format!("{module} is pure and names {beginning}"));
        }
    }
    for (at, token) in tokens.iter().enumerate() {
        let followed_by = |mark: &str| tokens.get(at + 1).is_some_and(|next| next.is(mark));
        let is_path = at > 0 && (tokens[at - 1].is("::") || tokens[at - 1].is("."));
        if own <= LAST_PURE && IMPURE_WORDS.iter().any(|word| token.is(word)) {
            tell(token.line, format!("{module} is pure and names {}", token.text));
        }
        if own <= LAST_PURE && PRINTING.iter().any(|word| token.is(word)) && followed_by("!") {
            tell(token.line, format!("{module} is pure and prints"));
        }
        if token.is("vouch") && is_path && followed_by("(") && !VOUCHERS.contains(&module) {
            tell(token.line, format!("{module} vouches for what it has not redacted"));
        }
        if let Some(what) = foreign_name(path, &token.text, token.kind) {
            tell(token.line, what);
        }
    }
    found
}

/// An API or another tool that a piece of text names where it should not.
fn foreign_name(path: &str, text: &str, kind: Kind) -> Option<String> {
    let plain = text.to_lowercase().replace('_', "");
    if let Some(api) = APIS.iter().find(|api| kind != Kind::Doc && plain.contains(*api)) {
        return Some(format!("names an API: {api}"));
    }
    let has_room = ROOM_OF_TOOLS.iter().any(|room| path.starts_with(room));
    let tool = TOOLS.iter().find(|tool| !has_room && plain.contains(*tool))?;
    Some(format!("names {tool}"))
}

/// What a file that is no Rust names where it should not.
fn foreign_names(path: &str, text: &str) -> Vec<String> {
    let lines = text.lines().enumerate();
    let told =
        lines.filter_map(|(at, line)| Some(format!("{path}:{}: {}", at + 1, foreign_name(path, line, Kind::Text)?)));
    told.collect()
}

/// The modules of the crate that are named from its root, with their lines.
fn imports(path: &str, tokens: &[Token]) -> Vec<(usize, String)> {
    let stem = path.trim_end_matches(".rs").trim_end_matches("/mod");
    let depth = stem.split('/').count();
    let code: Vec<&Token> = code(tokens);
    let mut imports = Vec::new();
    for at in 0..code.len() {
        let begins = at == 0 || !code[at - 1].is("::");
        let from_root = code[at].is("crate") || (code[at].is("retake") && begins);
        let supers = code[at..].chunks(2).take_while(|pair| pair.len() == 2 && pair[0].is("super") && pair[1].is("::"));
        let supers = if begins { supers.count() } else { 0 };
        let rest = match (from_root, supers == depth) {
            (true, _) if code.get(at + 1).is_some_and(|next| next.is("::")) => &code[at + 2..],
            (false, true) => &code[at + 2 * supers..],
            _ => continue,
        };
        imports.extend(first_parts(rest).into_iter().map(|(line, path)| (line, path[0].clone())));
    }
    imports
}

/// Every path that is used, from its first part, with its line.
fn paths(tokens: &[Token]) -> Vec<(usize, Vec<String>)> {
    let code = code(tokens);
    let begins = |at: usize| at == 0 || !(code[at - 1].is("::") || code[at - 1].is("."));
    let mut paths = Vec::new();
    for at in (0..code.len()).filter(|at| code[*at].kind == Kind::Word && begins(*at)) {
        let is_use = at > 0 && code[at - 1].is("use");
        if code.get(at + 1).is_some_and(|next| next.is("::")) {
            let inside = first_parts(&code[at + 2..]);
            let whole = |(line, rest): (usize, Vec<String>)| (line, [vec![code[at].text.clone()], rest].concat());
            paths.extend(inside.into_iter().map(whole));
        } else if is_use {
            paths.push((code[at].line, vec![code[at].text.clone()]));
        }
    }
    paths
}

/// The path that begins here, or the paths of a group in braces.
fn first_parts(code: &[&Token]) -> Vec<(usize, Vec<String>)> {
    let Some(first) = code.first() else { return Vec::new() };
    if !first.is("{") {
        return vec![(first.line, vec![first.text.clone()])];
    }
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    for pair in code.windows(2) {
        match pair[0].text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && (pair[0].is("{") || pair[0].is(",")) && pair[1].kind == Kind::Word {
            parts.push((pair[1].line, vec![pair[1].text.clone()]));
        }
    }
    parts
}

fn code(tokens: &[Token]) -> Vec<&Token> {
    tokens.iter().filter(|token| matches!(token.kind, Kind::Word | Kind::Mark)).collect()
}

/// The files below `src` that are not there for tests only, by their path from there.
fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect(Path::new("src"), &mut files);
    files.sort();
    let read: Vec<(String, String)> = files
        .iter()
        .map(|file| {
            let path = file.strip_prefix("src").unwrap().to_str().unwrap().replace('\\', "/");
            (path, fs::read_to_string(file).unwrap())
        })
        .collect();
    let test_only: Vec<String> = read.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    let is_for_tests = |path: &str| {
        test_only.iter().any(|module| path == format!("{module}.rs") || path.starts_with(&format!("{module}/")))
    };
    read.into_iter().filter(|(path, _)| !is_for_tests(path)).collect()
}

fn test_modules(path: &str, text: &str) -> Vec<String> {
    if !path.ends_with(".rs") {
        return Vec::new();
    }
    let stem = path.trim_end_matches(".rs");
    let folder = match stem {
        "lib" | "main" => "",
        stem => stem.trim_end_matches("/mod"),
    };
    let modules = source::read(text).1.into_iter();
    modules.map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") }).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

#[test]
fn the_source_keeps_its_laws() {
    let sources = sources();
    assert!(sources.len() > 50);

    let found: Vec<String> = sources.iter().flat_map(|(path, text)| offences(path, text)).collect();

    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What a shipped build has that can turn redaction off.
fn sabotage(sources: &[(String, String)]) -> Vec<String> {
    let says = |token: &&Token| token.text.to_lowercase().contains("sabotage");
    let found = |(path, text): &(String, String)| {
        source::read(text).0.iter().filter(says).map(|token| format!("{path}:{}", token.line)).collect::<Vec<_>>()
    };
    sources.iter().flat_map(found).collect()
}

#[test]
fn no_build_but_that_of_the_tests_can_turn_redaction_off() {
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let features = manifest.split("[features]\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names: Vec<&str> = features.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).collect();

    assert_eq!(sabotage(&sources()), [""; 0]);
    // What redaction calls where tests break it.
    assert!(fs::read_to_string("src/redact/redactor.rs").unwrap().contains("sabotage::instead"));
    assert_eq!(names, ["default", "cli", "aws-chain", "sdk"]);
    assert!(!fs::read_to_string("build.rs").unwrap().contains("rustc-cfg"));
}

#[test]
fn finds_a_sabotage_that_would_be_shipped() {
    let source = |text: &str| [("redact/x.rs".to_owned(), text.to_owned())];

    assert_eq!(sabotage(&source("fn f() { super::sabotage::instead(x) }")), ["redact/x.rs:1"]);
    assert_eq!(sabotage(&source("#[cfg(feature = \"test\")]\nmod sabotage;")), ["redact/x.rs:2"]);
    assert_eq!(
        sabotage(&source("#[cfg(test)]\nmod sabotage;\nfn f() { #[cfg(test)] if sabotage::on() {} g() }")),
        [""; 0]
    );
}

#[test]
fn every_module_has_one_layer_and_every_layer_is_below_the_next() {
    let mut all: Vec<&str> = LAYERS.iter().flat_map(|modules| modules.iter().copied()).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);

    assert_eq!(layer("diagnostic"), Some(0));
    assert_eq!(layer("cli"), Some(9));
    assert_eq!(LAYERS[LAST_PURE], ["report"]);
}

/// What is told of an offender, without its place.
fn told(path: &str, text: &str) -> Vec<String> {
    offences(path, text).into_iter().map(|offence| offence.splitn(3, ':').nth(2).unwrap().trim().to_owned()).collect()
}

#[test]
fn refuses_an_import_from_above_and_from_beside() {
    assert_eq!(told("spec/x.rs", "use crate::cassette::Cassette;"), ["spec (layer 2) imports cassette (layer 4)"]);
    assert_eq!(told("verify/x.rs", "use crate::simulate::S;"), ["verify (layer 5) imports simulate (layer 5)"]);
    assert_eq!(
        told("simulate.rs", "fn f() { crate::verify::verify() }"),
        ["simulate (layer 5) imports verify (layer 5)"]
    );
    assert_eq!(
        told("yaml.rs", "use crate::{diagnostic::{A, B}, message::{C}};"),
        ["yaml (layer 1) imports message (layer 1)"]
    );
    assert_eq!(told("spec/x.rs", "pub(in crate::net) fn f() {}"), ["spec (layer 2) imports net (layer 7)"]);
    assert_eq!(told("spec/mod.rs", "use super::net::A;"), ["spec (layer 2) imports net (layer 7)"]);
    assert_eq!(told("spec/a/b.rs", "use super::super::super::net::A;"), ["spec (layer 2) imports net (layer 7)"]);
    assert_eq!(
        told("spec/a/b.rs", "use super::super::super::{yaml, net::A};"),
        ["spec (layer 2) imports net (layer 7)"]
    );
    assert_eq!(told("net/x.rs", "use retake::cli::run;"), ["net (layer 7) imports cli (layer 9)"]);
}

#[test]
fn allows_imports_from_below_and_inside() {
    for (path, text) in [
        ("spec/x.rs", "use crate::{diagnostic::Diagnostic, yaml::{self, Node}};"),
        ("spec/x.rs", "use crate::spec::Shape; use super::net; use super::super::message::Json;"),
        (
            "verify/x.rs",
            "//! Like crate::simulate.\n/// [`crate::cli`]\n// crate::cli\nconst A: &str = \"crate::cli\";",
        ),
        ("spec/x.rs", "#[cfg(test)]\nmod tests { use crate::cassette::A; }"),
        ("main.rs", "fn main() { retake::cli::main() }"),
        ("spec/x.rs", "pub(crate) struct A; use self::cassette::B;"),
    ] {
        assert_eq!(told(path, text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn refuses_a_module_without_a_layer() {
    assert_eq!(offences("helpers.rs", ""), ["helpers.rs: helpers has no layer"]);
}

#[test]
fn refuses_a_crate_outside_its_room() {
    assert_eq!(told("serve/x.rs", "use hyper::Request;"), ["hyper has its room in net"]);
    assert_eq!(told("record/x.rs", "fn f() -> rustls::Error {}"), ["rustls has its room in net"]);
    assert_eq!(told("cli/x.rs", "use similar;"), ["similar has its room in report"]);
    assert_eq!(told("store/x.rs", "#[derive(clap::Parser)] struct A;"), ["clap has its room in cli"]);
    assert_eq!(told("cassette/x.rs", "use ::granit_parser::Parser;"), Vec::<String>::new());
    assert_eq!(told("cassette/x.rs", "use granit_parser::Parser;"), ["granit_parser has its room in yaml"]);
    assert_eq!(told("net/x.rs", "use hyper::Request; let similar = 1;"), Vec::<String>::new());
}

#[test]
fn refuses_what_is_impure_in_a_pure_module_alone() {
    for text in [
        "use tokio::sync::Mutex;",
        "use std::fs;",
        "use std::{fmt, fs::File as F};",
        "fn f() { std::env::var(\"A\"); }",
        "use std::net::TcpListener as L;",
        "use std::process;",
        "use std::time::{Duration, SystemTime};",
        "let t: Instant = x;",
        "time::OffsetDateTime::now_utc()",
        "println!(\"a\")",
        "eprint!(\"a\")",
        "use rand::random;",
    ] {
        assert!(!told("report/x.rs", text).is_empty(), "{text}");
        assert_eq!(told("store/x.rs", text), Vec::<String>::new(), "{text}");
    }
    assert_eq!(told("report/x.rs", "use std::time::Duration; let print = 1; // println!"), Vec::<String>::new());
}

#[test]
fn refuses_the_name_of_an_api_outside_the_documentation_and_tests() {
    for text in [
        "struct ImageSet;",
        "\"imageSetId\"",
        "// an image_set",
        "let data_store = 1;",
        "const WORKFLOW_STATUS: u8 = 1;",
        "\"medical-imaging\"",
    ] {
        assert_eq!(told("net/x.rs", text).len(), 1, "{text}");
    }
    assert_eq!(offences("spec/a.json", "{}\n\"imageSet\"").len(), 1);
    for text in [
        "/// let client = medical::Client;",
        "//! ImageSet",
        "#[cfg(test)] mod tests { const A: &str = \"imageSet\"; }",
    ] {
        assert_eq!(told("net/x.rs", text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn refuses_the_names_of_other_tools_outside_their_room() {
    assert_eq!(told("net/x.rs", "// as botocore does"), ["names boto"]);
    assert_eq!(told("cli/x.rs", "use aws_smithy_types::A;"), ["names smithy"]);
    assert_eq!(told("spec/x.rs", "/// Smithy"), ["names smithy"]);
    assert_eq!(told("sdk/x.rs", "use aws_smithy_types::A;"), Vec::<String>::new());
    assert_eq!(told("net/credentials/x.rs", "use aws_smithy_types::A;"), Vec::<String>::new());
}

#[test]
fn lets_only_redaction_and_cassettes_vouch() {
    assert_eq!(told("cli/x.rs", "Redacted::vouch(a)"), ["cli vouches for what it has not redacted"]);
    assert_eq!(told("redact/x.rs", "Redacted::vouch(a)"), Vec::<String>::new());
    assert_eq!(told("message/redacted.rs", "pub(crate) fn vouch(value: T) -> Self {}"), Vec::<String>::new());
}
