//! Recording beside a proxy that records nothing, both before the same upstream.

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use serde_json::Value;
use std::{fmt::Write as _, fs, time::SystemTime};

use crate::{
    data::{self, Page},
    measure, process,
    process::Server,
    replaying,
};

/// Requests a second, latency and processor time; then how long the commit takes.
pub(crate) fn throughput() {
    let folder = tempfile::tempdir().unwrap();
    let pages = data::pages(1000);
    let plain = folder.path().join("bench.txt");
    data::write_plain(&plain, &pages);
    let upstream = Server::limit(&["map", plain.to_str().unwrap()]);
    let url = format!("http://{}", upstream.address);
    let limit = Server::limit(&["proxy", &upstream.address]);

    for connections in [1, 16] {
        let mut commits = Vec::new();
        let [rate, p50, p99, used] = measure::in_turns(
            || {
                let ours = Server::retake(
                    folder.path(),
                    &["record", "--upstream", &url, "--cassette", "r.cassette.yaml", "--overwrite"],
                );
                let figures = process::load(&ours, &requests(folder.path(), &pages, &ours), connections);
                commits.push(ours.stop() * 1e6 / (figures[0] * 2.4));
                figures
            },
            || process::load(&limit, &requests(folder.path(), &pages, &limit), connections),
        );
        let work = format!("record, connections {connections}");
        measure::ratio(&work, "requests/s", rate, if connections == 16 { "0.4" } else { "" });
        let added = if connections == 1 { "+ 150 µs" } else { "" };
        measure::ratio(&format!("{work}: median"), "µs", p50, added);
        measure::ratio(&format!("{work}: 99th percentile"), "µs", p99, "");
        measure::ratio(&format!("{work}: processor time"), "µs/request", used, "");
        measure::alone(&format!("{work}: commit and verify"), "µs/exchange", measure::median(commits.into_iter()), "");
    }
}

/// The pages' requests, signed with the credentials that a recorder gave; the limit asks for none.
fn requests(folder: &std::path::Path, pages: &[Page], server: &Server) -> std::path::PathBuf {
    let file = folder.join("requests.json");
    let headers = |page: &Page| {
        if server.environment.is_null() { String::new() } else { signed(&page.target, &server.environment) }
    };
    let texts: Vec<String> = pages.iter().map(|page| replaying::request(page, server, &headers(page))).collect();
    fs::write(&file, serde_json::to_vec(&texts).unwrap()).unwrap();
    file
}

/// The header lines of a signature, as the SDKs make it that sign host, date and session token.
pub(crate) fn signed(target: &str, environment: &Value) -> String {
    let variable = |name: &str| environment[name].as_str().unwrap().to_owned();
    let token = Some(variable("AWS_SESSION_TOKEN"));
    let credentials =
        Credentials::new(variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"), token, None, "bench").into();
    let region = variable("AWS_REGION");
    let parameters = v4::SigningParams::builder()
        .identity(&credentials)
        .region(&region)
        .name("medical-imaging")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let uri = format!("{}{}", variable("AWS_ENDPOINT_URL"), target);
    let request = SignableRequest::new("POST", &uri, [].into_iter(), SignableBody::Bytes(b"")).unwrap();
    let (instructions, _) = sign(request, &parameters).unwrap().into_parts();
    instructions.headers().fold(String::new(), |mut lines, (name, value)| {
        write!(lines, "{name}: {value}\r\n").unwrap();
        lines
    })
}
