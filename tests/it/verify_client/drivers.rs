//! Drivers that do wrong in the middle of a run: that scenario tells it, and all others are as if nothing had been.

use super::kit::{Kit, Verified};

/// Verifies a driver that does this in one scenario, and holds the others to be passed.
fn verified(what: &str, arguments: &[&str]) -> Verified {
    let kit = Kit::new();
    kit.driver_that(what);
    let verified = kit.verify_driver(&[&["--jobs", "1"], arguments].concat());
    let others: Vec<_> = verified.verdicts().into_iter().filter(|(id, _)| *id != "baseline/two-pages").collect();
    assert_eq!(others.len(), 6, "{what}: {:?}", verified.run);
    assert!(others.iter().all(|(_, verdict)| *verdict == "pass"), "{what}: {others:?}");
    verified
}

#[track_caller]
fn assert_told(what: &str, verdict: &str, code: i32, reason: &str) {
    let verified = verified(what, &[]);

    let scenario = verified.scenario("baseline/two-pages");
    let told = scenario["reason"].as_str().unwrap_or_default();
    assert_eq!(scenario["verdict"], verdict, "{what}: {scenario}");
    assert!(told.contains(reason), "{what}: {told}");
    verified.run.assert_code(code);
}

#[test]
fn a_driver_that_dies_ends_its_scenario_and_is_started_again() {
    assert_told("kill -9 $$", "crashed", 1, "ended by signal 9");
    assert_told("exit 3", "crashed", 1, "exit code 3");
    assert_told("exit 0", "crashed", 1, "exit code 0");
    assert_told("echo 'boom at line 3' >&2; exit 1", "crashed", 1, "it printed last: boom at line 3");
}

#[test]
fn what_a_dead_driver_left_running_does_not_keep_us_waiting() {
    let began = std::time::Instant::now();

    assert_told("sleep 60 & exit 3", "crashed", 1, "exit code 3");
    assert_told("setsid sleep 20 & sleep 0.2; exit 3", "crashed", 1, "exit code 3");

    assert!(began.elapsed().as_secs() < 15);
}

#[test]
fn a_driver_that_answers_and_then_dies_has_answered() {
    // Whether it is gone yet when it is asked again or not, no other scenario is to blame.
    for pause in ["0", "0.01", "0.1"] {
        assert_told(&format!("good \"$line\"; sleep {pause}; exit 3"), "pass", 0, "");
    }
}

#[test]
fn a_driver_that_breaks_the_protocol_is_at_fault_and_not_the_client() {
    let cases = [
        ("echo 'INFO starting'", "found: INFO starting"),
        ("echo", "found: an empty line"),
        ("echo '{\"seq\":0,\"outcome\":{\"kind\":\"ok\",\"items\":[]}}'", "at /seq; expected: "),
        ("echo \"{\\\"seq\\\":$(seq \"$line\")}\"", "expected: one of outcome, skipped, driver_error"),
        ("yes", "found: y"),
        ("head -c 9000000 /dev/zero | tr '\\0' x; echo", "too long; expected: at most 8388608 bytes"),
        ("head -c 9000000 /dev/zero | tr '\\0' x; sleep 600", "too long"),
        ("exec 1>&-; sleep 600", "closed its standard output"),
    ];
    for (what, reason) in cases {
        assert_told(what, "driver-error", 4, reason);
    }
}

#[test]
fn a_driver_that_says_what_is_wrong_stays() {
    let answer = |answer: &str| format!("echo \"{{\\\"seq\\\":$(seq \"$line\"),{}}}\"", answer.replace('"', "\\\""));

    assert_told(
        &answer(r#""driver_error":{"message":"no such module"}"#),
        "driver-error",
        4,
        "the driver says that it failed: no such module",
    );
    assert_told(&answer(r#""outcome":{"kind":"fine"}"#), "driver-error", 4, "at /kind; expected: \"ok\" or \"error\"");
    assert_told(&answer(r#""outcome":{"kind":"ok","itms":[]}"#), "driver-error", 4, "the unknown key \"itms\"");
    let nameless = answer(r#""outcome":{"kind":"error","class":"modelled"}"#);
    assert_told(&nameless, "driver-error", 4, "help: if the client hides the name, the class is \"unmodelled\"");
    assert_told(&answer(r#""skipped":true,"reason":"not today""#), "skipped", 0, "not today");
}

#[test]
fn a_driver_that_gives_no_answer_is_killed_with_all_that_it_started() {
    let kit = Kit::new();
    kit.driver_that("sleep 600 & echo $! > pid; wait");

    let verified = kit.verify_driver(&["--jobs", "1", "--timeout", "0.2"]);

    assert_eq!(verified.scenario("baseline/two-pages")["verdict"], "hung");
    assert_eq!(verified.scenario("baseline/two-pages")["reason"], "the driver gave no answer in 3 s");
    assert_eq!(verified.scenario("baseline/unicode")["verdict"], "pass");
    verified.run.assert_code(1);
    assert!(is_gone(&kit), "{}", std::fs::read_to_string(kit.path().join("pid")).unwrap());
}

/// Whether the process that a script left the id of is no more.
fn is_gone(kit: &Kit) -> bool {
    let pid = std::fs::read_to_string(kit.path().join("pid")).unwrap();
    std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).map_or(true, |stat| stat.contains(") Z "))
}

#[test]
fn a_client_that_runs_away_is_killed_a_second_later() {
    let kit = Kit::new();
    // It asks until it is told not to, and then does not end.
    kit.driver(
        "greet; while read -r line; do good \"$line\" runs-away > /dev/null; sleep 600 & echo $! > pid; wait; done",
    );

    let began = std::time::Instant::now();
    let verified = kit.verify(&["--driver", "--select", "page/same-token"], &["sh", "driver.sh"]);

    let scenario = verified.scenario("page/same-token");
    assert_eq!(scenario["verdict"], "runaway", "{scenario}");
    assert!(scenario["reason"].as_str().unwrap().contains("the scenario answers"), "{scenario}");
    verified.run.assert_code(1);
    assert!(began.elapsed().as_secs() < 20);
}

#[test]
fn a_flood_on_standard_error_harms_nobody() {
    assert_told("head -c 50000000 /dev/zero | tr '\\0' x >&2; good \"$line\"", "pass", 0, "");
    assert_told("head -c 50000000 /dev/zero | tr '\\0' x >&2; exit 1", "crashed", 1, "xxxx");
}

#[test]
fn what_a_driver_prints_is_shown_without_secrets_and_without_what_a_terminal_obeys() {
    let kit = Kit::new();
    kit.driver_that(
        "printf '%s\\n' \"$line\" 'for arn:aws:iam::123456789012:user/x' >&2; printf 'a\\033[31mb\\n' >&2; exit 1",
    );

    let json = kit.verify_driver(&["--jobs", "1"]);
    let text = kit.run(&["--driver", "--select", "baseline/two-pages"], &["sh", "driver.sh"]);

    let reason = json.scenario("baseline/two-pages")["reason"].as_str().unwrap();
    assert!(reason.contains("(a line with a secret) | (a line with what looks like one of"), "{reason}");
    for shown in [&json.run.stdout, &json.run.stderr, &text.stdout, &text.stderr] {
        for absent in ["secret_access_key", "123456789012", "\u{1b}"] {
            assert!(!shown.contains(absent), "{absent:?} in {shown}");
        }
    }
    assert!(text.stderr.contains("a\\u{1b}[31mb"), "{}", text.stderr);
}

#[test]
fn what_was_printed_in_one_scenario_is_not_told_of_another() {
    let kit = Kit::new();
    kit.driver(
        "greet\nwhile read -r line; do case $line in\n*'\"cmd\":\"bye\"'*) exit 0;;\n\
         *'\"baseline/three-pages\"'*) exit 5;;\n*) echo earlier >&2; good \"$line\";;\nesac; done\n",
    );

    let verified = kit.verify_driver(&["--jobs", "1"]);

    let reason = verified.scenario("baseline/three-pages")["reason"].as_str().unwrap();
    assert!(reason.contains("exit code 5") && !reason.contains("earlier"), "{reason}");
}
