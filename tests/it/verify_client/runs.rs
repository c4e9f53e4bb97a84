//! Whole runs: every scenario, beside each other, in their order, and to their end or not.

use super::kit::{Kit, client_program};
use crate::command::command;
use std::process::Stdio;
use std::time::{Duration, Instant};

#[test]
fn a_client_without_a_fault_passes_every_check() {
    let client = client_program();

    let verified = Kit::new().verify(&["--driver"], &[client.to_str().unwrap(), "none"]);

    verified.run.assert_code(0);
    let report = &verified.report;
    assert_eq!(report["verdict"], "pass");
    assert_eq!(report["ledger"]["scenarios"], 149);
    assert_eq!(report["subjects"][0]["name"], "faulty none 1");
    assert!(verified.verdicts().iter().all(|(_, verdict)| *verdict == "pass"), "{:?}", verified.verdicts());
    let not_passed: Vec<_> =
        report["checks"].as_array().unwrap().iter().filter(|check| check["verdict"] != "pass").collect();
    assert!(not_passed.is_empty(), "{not_passed:?}");
}

#[test]
fn the_report_is_the_same_however_many_run_beside_each_other() {
    let client = client_program();
    let client = [client.to_str().unwrap(), "none"];
    let select = ["--driver", "--select", "page/*", "--select", "enum/*", "--select", "baseline/*"];
    let kit = Kit::new();

    let one = kit.verify(&[&select[..], &["--jobs", "1"]].concat(), &client);
    let many = kit.verify(&[&select[..], &["--jobs", "8"]].concat(), &client);

    one.run.assert_code(0);
    assert_eq!(one.run.stdout, many.run.stdout);
    let order: Vec<&str> = one.verdicts().iter().map(|(id, _)| id.split('/').next().unwrap()).collect();
    assert!(
        order.is_sorted_by_key(|family| ["baseline", "page", "enum"].iter().position(|known| known == family)),
        "{order:?}"
    );
}

#[test]
fn another_seed_gives_other_values_in_the_same_scenarios() {
    let client = client_program();
    let client = [client.to_str().unwrap(), "none"];
    let kit = Kit::new();
    let run = |seed: &str| kit.verify(&["--driver", "--select", "baseline/*", "--seed", seed], &client);

    let (first, second, again) = (run("1"), run("2"), run("1"));

    first.run.assert_code(0);
    assert_eq!(first.verdicts(), second.verdicts());
    assert_eq!(first.run.stdout, again.run.stdout);
    assert_ne!(first.scenario("baseline/one-page")["outcome"], second.scenario("baseline/one-page")["outcome"]);
}

#[test]
fn friendly_payloads_come_from_a_recording() {
    const RECORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cli/good.cassette.yaml");
    let client = client_program();
    let client = [client.to_str().unwrap(), "none"];
    let kit = Kit::new();

    let verified = kit.verify(&["--driver", "--select", "baseline/*", "--cassette", RECORDING], &client);

    verified.run.assert_code(0);
    let recorded = std::fs::read_to_string(RECORDING).unwrap();
    let created = verified.scenario("baseline/one-page")["outcome"]["items"][0]["createdAt"].to_string();
    assert!(recorded.contains(created.trim_end_matches(".0")), "{created}");
}

#[test]
fn known_failures_do_not_fail_the_run_as_long_as_they_are_there() {
    let client = client_program();
    let kit = Kit::new();
    kit.write(
        "known.yaml",
        "known_failures: 1\nfailures:\n  - check: enum.known-value\n    scenario: enum/image-set-state-active\n    reason: old model\n",
    );
    let select = ["--driver", "--select", "enum/image-set-state-active", "--known-failures", "known.yaml"];

    let passes = kit.run(&select, &[client.to_str().unwrap(), "none"]);
    let other = kit.run(
        &["--driver", "--select", "baseline/*", "--known-failures", "known.yaml"],
        &[client.to_str().unwrap(), "none"],
    );

    passes.assert_code(1).assert_stdout("enum.known-value");
    other.assert_code(0);

    let old = "enum/image-set-workflow-status-updating-for-study-consistency";
    kit.write(
        "old.yaml",
        &format!("known_failures: 1\nfailures:\n  - {{check: enum.known-value, scenario: {old}, reason: old model}}\n"),
    );
    let client = [client.to_str().unwrap(), "is-out-of-date"];
    kit.run(&["--driver", "--select", old], &client).assert_code(1).assert_stdout("enum.known-value");
    let known = kit.verify(&["--driver", "--select", old, "--known-failures", "old.yaml"], &client);
    known.run.assert_code(0).assert_stdout("old model");
    assert_ne!(known.scenario(old)["verdict"], "fail");
}

#[test]
fn a_run_that_is_interrupted_ends_at_once_and_keeps_what_it_has() {
    for signal in ["-INT", "-TERM"] {
        let kit = Kit::new();
        kit.driver_that("sleep 600 & echo $! > pid; wait");
        let arguments = [
            "verify",
            "client",
            "--operation",
            "ListImageSetVersions",
            "--format",
            "json",
            "--driver",
            "--select",
            "baseline/*",
            "--jobs",
            "1",
            "--",
            "sh",
            "driver.sh",
        ];
        let run = command(kit.path(), &arguments)
            .env("CLIENT", client_program())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        while !std::fs::read_to_string(kit.path().join("pid")).is_ok_and(|pid| pid.ends_with('\n')) {
            std::thread::sleep(Duration::from_millis(5));
        }

        let began = Instant::now();
        let sent = std::process::Command::new("kill").args([signal, &run.id().to_string()]).status().unwrap();
        let output = run.wait_with_output().unwrap();

        assert!(sent.success());
        assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(began.elapsed() < Duration::from_secs(5));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["verdict"], "interrupted");
        assert_eq!(report["scenarios"].as_array().unwrap().len(), 1, "{}", report["scenarios"]);
        let pid = std::fs::read_to_string(kit.path().join("pid")).unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        assert!(stat.map_or(true, |stat| stat.contains(") Z ")), "what the driver started lives on");
    }
}
