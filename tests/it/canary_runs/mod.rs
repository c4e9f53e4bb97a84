//! The canaries in the real binary: what a client and an upstream say, and the real credentials that sign, are in
//! nothing that it writes, prints or hands on, in no format of its report, with its log at its loudest, killed or not.
//!
//! The control runs in its place: a recorder that keeps all as it is, in the same files, on the same screen, in the
//! same process list. The same search must find every canary there.

mod client;
mod control;
mod scene;

use scene::{Recorder, Run, Scene};

const NOTHING: [&str; 0] = [];

/// Asserts that nothing of what passed is anywhere, and that all of it did pass.
fn assert_kept(scene: &Scene, run: &Run) {
    assert_eq!(scene.aviary.missed_of(&run.wire, |carrier| !scene::is_real(carrier)), NOTHING, "not on the wire");
    for (sink, bytes) in run.sinks() {
        assert_eq!(Vec::from_iter(scene.aviary.found_in(bytes)), NOTHING, "{sink}: {}", run.stderr());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_binary_lets_no_secret_out_in_any_format() {
    for (format, spellings) in [
        ("text", ["plain", "base64"]),
        ("json", ["JSON escapes", "percent"]),
        ("junit", ["hex", "entities"]),
        ("markdown", ["upper case", "base64url at offset 1"]),
    ] {
        let scene = Scene::in_spellings(&spellings);

        let run = scene.run(&Recorder::Retake { format, review: format == "junit" }).await;

        assert!(run.code == Some(0) || run.code == Some(1), "{format}: {:?}\n{}", run.code, run.stderr());
        assert_kept(&scene, &run);
        assert_eq!(run.forwarded, scene.exchanges(), "{format}: not everything was forwarded");
        let written = std::str::from_utf8(&run.after).unwrap();
        assert_eq!(written.matches("\n  - id: ").count(), run.forwarded, "{format}: not everything was recorded");
        assert_eq!(written.contains("a.cassette.yaml.new"), format == "junit");
        // The real credentials did sign, and the service saw them.
        let signed = scene.aviary.missed_of(&run.wire, scene::is_real);
        assert_eq!(signed, ["real: secret"], "{format}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_binary_leaves_no_secret_behind_when_it_is_killed() {
    let scene = Scene::in_spellings(&["plain"]);

    let run = scene.run_and_kill().await;

    assert!(String::from_utf8_lossy(&run.during).contains("retake journal "), "nothing was left to look at");
    assert_kept(&scene, &run);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorder_that_keeps_all_as_it_is_is_caught_in_every_sink() {
    let scene = Scene::in_spellings(&["plain", "base64"]);

    let run = scene.run(&Recorder::Control).await;

    for (sink, bytes) in run.sinks() {
        let is_there = |carrier: &str| match sink {
            "environment of the client" | "process list" => scene::is_real(carrier),
            _ => !scene::is_real(carrier),
        };
        assert_eq!(scene.aviary.missed_of(bytes, is_there), NOTHING, "{sink}: {}", run.stderr());
    }
}
