//! Requests of real clients, as captured on loopback: `tests/data/captures`.

use retake::message::{Headers, Request, target};
use retake::net::Credentials;
use std::path::{Path, PathBuf};

/// A captured request, and the query as it was spelled.
#[derive(Debug, Clone)]
pub(crate) struct Captured {
    pub(crate) file: String,
    pub(crate) request: Request,
    pub(crate) query: Option<String>,
}

/// The credentials that a capture was signed with.
pub(crate) fn credentials(file: &str) -> Credentials {
    let token = file.contains("session-token").then(|| "AKIDEXAMPLE/session+token==".to_owned());
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
}

/// Every captured request of every file.
pub(crate) fn all() -> Vec<Captured> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/captures");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "http"));
    files.sort();
    files.iter().flat_map(|file| read(file)).collect()
}

fn read(file: &Path) -> Vec<Captured> {
    let text = std::fs::read_to_string(file).unwrap();
    let blocks = text.split("### request ").filter(|block| !block.trim().is_empty());
    blocks.map(|block| parse(&file.file_stem().unwrap().to_string_lossy(), block)).collect()
}

fn parse(file: &str, block: &str) -> Captured {
    let mut lines = block.split("\r\n");
    let (_, request_line) = lines.next().unwrap().split_once('\n').unwrap();
    let [method, sent, "HTTP/1.1"] = request_line.split(' ').collect::<Vec<_>>()[..] else { panic!("{request_line}") };
    let fields = lines.take_while(|line| !line.trim().is_empty()).map(|line| line.split_once(": ").unwrap());
    let (path, query) = target::split(sent);
    let request =
        Request { method: method.to_owned(), path, query, headers: fields.collect::<Headers>(), ..Request::default() };
    Captured { file: file.to_owned(), request, query: sent.split_once('?').map(|(_, query)| query.to_owned()) }
}
