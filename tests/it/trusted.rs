//! Whom the recorder trusts at the other end of https: the system, and the file of AWS_CA_BUNDLE.

use crate::command::{Run, command};
use crate::upstreams::{Authority, Stub, answer};
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn trusts_the_certificates_of_the_bundle_that_is_named_for_clients_of_aws() {
    let page = answer(200, "content-type: application/json\r\n", "{\"imageSetPropertiesList\":[]}");
    let (ours, other) = (Authority::new(), Authority::new());
    for (named, is_trusted) in [(Some(&ours), true), (Some(&other), false), (None, false)] {
        let stub = Stub::start_tls(vec![vec![page.clone()]], ours.server("localhost")).await;
        let folder = tempfile::tempdir().unwrap();
        let url = format!("https://localhost:{}", stub.port);
        let inputs = [
            "--input",
            "datastoreId=00000000000000000000000000000001",
            "--input",
            "imageSetId=1234567890abcdef1234567890abcdef",
        ];
        let arguments = [&["record", "--upstream", &url, "--probe"], &inputs[..]].concat();
        let mut command = command(folder.path(), &arguments);
        if let Some(authority) = named {
            fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
            command.env("AWS_CA_BUNDLE", folder.path().join("ca.pem"));
        }

        let run = tokio::task::spawn_blocking(move || Run::of(command.output().unwrap())).await.unwrap();

        // What the probes find is another matter.
        assert_eq!(run.code == 4, !is_trusted, "{run:?}");
        assert_eq!(stub.requests().is_empty(), !is_trusted, "{run:?}");
        assert_eq!(run.stderr.contains("nothing was sent"), !is_trusted, "{run:?}");
    }
}
