//! Commands that are run once a scenario, and say what came of it or say nothing.

use super::kit::{Kit, client_program};

/// Runs `faulty none` with what the scenario's environment says, and then this.
fn command_that(kit: &Kit, then: &str) {
    kit.write("client.sh", &format!("\"$CLIENT\" none --once --outcome\ncode=$?\n{then}\nexit $code\n"));
}

#[test]
fn a_command_without_a_word_is_judged_by_what_it_did_and_its_exit_code() {
    let kit = Kit::new();
    let client = client_program();

    let good = kit.verify(
        &["--select", "baseline/*", "--select", "error/*-header"],
        &[client.to_str().unwrap(), "none", "--once"],
    );
    let wrong = kit.verify(&["--select", "error/validation-header"], &["sh", "-c", "\"$CLIENT\" none --once; exit 0"]);

    good.run.assert_code(0);
    assert!(good.verdicts().iter().all(|(_, verdict)| *verdict == "pass"), "{:?}", good.verdicts());
    assert!(good.scenario("baseline/one-page").get("outcome").is_none_or(serde_json::Value::is_null));
    wrong.run.assert_code(1).assert_stdout("an error came");
}

#[test]
fn the_file_of_an_outcome_counts_where_it_was_written() {
    let kit = Kit::new();
    command_that(&kit, "code=7");

    let verified = kit.verify(&["--select", "baseline/*"], &["sh", "client.sh"]);

    verified.run.assert_code(0);
    assert_eq!(verified.scenario("baseline/one-page")["outcome"]["items"].as_array().unwrap().len(), 3);
}

#[test]
fn an_outcome_that_was_asked_for_and_is_not_there_is_nobodys_failure_but_the_commands() {
    let kit = Kit::new();
    let cases = [
        (
            "file",
            "rm \"$RETAKE_OUTCOME\"; echo 'cannot write' >&2",
            "wrote no outcome",
            "it printed last: cannot write",
        ),
        (
            "file",
            "echo '{\"kind\":\"ok\"}' > \"$RETAKE_OUTCOME\"",
            "a success has items or an output",
            "found: neither",
        ),
        ("file", "rm \"$RETAKE_OUTCOME\"; mkdir \"$RETAKE_OUTCOME\"", "no plain file", ""),
        ("file", "rm \"$RETAKE_OUTCOME\"; ln -s /dev/zero \"$RETAKE_OUTCOME\"", "no plain file", ""),
        ("file", "rm \"$RETAKE_OUTCOME\"; mkfifo \"$RETAKE_OUTCOME\"", "no plain file", ""),
        ("file", "head -c 9000000 /dev/zero > \"$RETAKE_OUTCOME\"", "longer than", ""),
        ("stdout", "true", "COMMAND printed no outcome", ""),
        ("stdout", "cat \"$RETAKE_OUTCOME\"; echo; echo done", "the outcome is not JSON", "found: done"),
    ];
    for (says, then, what, more) in cases {
        command_that(&kit, then);

        let verified = kit.verify(&["--select", "baseline/one-page", "--outcome", says], &["sh", "client.sh"]);

        let scenario = verified.scenario("baseline/one-page");
        let reason = scenario["reason"].as_str().unwrap_or_default();
        assert_eq!(scenario["verdict"], "driver-error", "{then}: {scenario}");
        assert!(reason.contains(what) && reason.contains(more), "{then}: {reason}");
        verified.run.assert_code(4);
    }
}

#[test]
fn an_outcome_is_read_from_the_last_line_that_was_printed() {
    let kit = Kit::new();
    command_that(
        &kit,
        "echo starting; head -c 20000000 /dev/zero | tr '\\0' x; echo; cat \"$RETAKE_OUTCOME\"; echo; echo",
    );

    let verified = kit.verify(&["--select", "baseline/one-page", "--outcome", "stdout"], &["sh", "client.sh"]);

    verified.run.assert_code(0);
    assert_eq!(verified.scenario("baseline/one-page")["outcome"]["kind"], "ok");
}

#[test]
fn a_command_that_dies_or_hangs_ends_its_scenario_only() {
    let kit = Kit::new();
    command_that(
        &kit,
        "case $RETAKE_SCENARIO in */two-pages) kill -9 $$;; */three-pages) echo stuck >&2; sleep 600;; esac",
    );

    let verified = kit.verify(&["--select", "baseline/*", "--timeout", "0.2"], &["sh", "client.sh"]);

    verified.run.assert_code(1);
    assert_eq!(verified.scenario("baseline/two-pages")["verdict"], "crashed");
    assert_eq!(verified.scenario("baseline/two-pages")["reason"], "COMMAND was ended by signal 9");
    assert_eq!(verified.scenario("baseline/three-pages")["verdict"], "hung");
    assert_eq!(
        verified.scenario("baseline/three-pages")["reason"],
        "COMMAND did not end in 3 s; it printed last: stuck"
    );
    assert_eq!(verified.verdicts().iter().filter(|(_, verdict)| *verdict == "pass").count(), 5);
}

#[test]
fn inputs_are_put_in_the_place_of_their_placeholders() {
    let kit = Kit::new();
    command_that(&kit, "echo \"$@\" >> arguments");
    let with = [
        "sh",
        "client.sh",
        "--a",
        "{datastoreId}",
        "b={imageSetId}",
        "--size",
        "{maxResults}",
        "--token={nextToken}",
        "c",
    ];

    let verified =
        kit.verify(&["--select", "baseline/one-page", "--select", "request/page-size-given", "--jobs", "1"], &with);

    verified.run.assert_code(0);
    let arguments = std::fs::read_to_string(kit.path().join("arguments")).unwrap();
    let lines: Vec<&str> = arguments.lines().collect();
    assert_eq!(lines.len(), 2, "{arguments}");
    assert!(
        lines[0].starts_with("--a datastore0") && lines[0].ends_with("1 c") && !lines[0].contains("--size"),
        "{arguments}"
    );
    assert!(lines[1].contains(" --size 2 c") || lines[1].contains(" --size "), "{arguments}");
}

#[test]
fn a_scenario_whose_input_the_command_does_not_take_is_left_out() {
    let kit = Kit::new();
    command_that(&kit, "");

    let some = kit.verify(&["--select", "request/page-size-*"], &["sh", "client.sh", "{datastoreId}", "{imageSetId}"]);
    let none = kit.verify(&["--select", "request/page-size-*"], &["sh", "client.sh", "{datastoreId}"]);

    some.run.assert_code(0);
    assert_eq!(some.verdicts(), [("request/page-size-given", "skipped"), ("request/page-size-absent", "pass")]);
    let reason = some.scenario("request/page-size-given")["reason"].as_str().unwrap();
    assert!(reason.contains("no placeholder {maxResults}"), "{reason}");
    none.run.assert_code(3);
    assert!(none.verdicts().iter().all(|(_, verdict)| *verdict == "skipped"));
}

#[test]
fn a_stall_is_played_to_a_command_only_where_its_time_out_is_known() {
    let kit = Kit::new();
    command_that(&kit, "");

    let unknown = kit.verify(&["--select", "retry/stall"], &["sh", "client.sh"]);
    let known = kit.verify(&["--select", "retry/stall", "--timeout", "1"], &["sh", "client.sh"]);

    unknown.run.assert_code(3);
    assert!(unknown.scenario("retry/stall")["reason"].as_str().unwrap().contains("--timeout"));
    known.run.assert_code(0);
    assert_eq!(known.scenario("retry/stall")["verdict"], "pass");
}

#[test]
fn a_command_that_never_asks_proves_nothing() {
    let kit = Kit::new();

    let run = kit.run(&["--select", "baseline/*"], &["sh", "-c", "echo 'no such file' >&2; exit 1"]);
    let json = kit.verify(&["--select", "error/*-header"], &["false"]);

    run.assert_code(3).assert_stdout("no request came in any scenario").assert_stdout("AWS_ENDPOINT_URL");
    run.assert_stdout("it printed last: no such file");
    json.run.assert_code(3);
    let scenario = json.scenario("error/validation-header");
    assert_eq!(scenario["verdict"], "skipped", "{scenario}");
    assert!(scenario["reason"].as_str().unwrap().starts_with("no request came; the client's word is exit code 1"));
}

#[test]
fn a_command_gets_what_leads_it_to_us_and_nothing_that_leads_it_elsewhere() {
    let kit = Kit::new();
    command_that(&kit, "env > environment");

    let all = ["verify", "client", "--select", "request/page-size-given", "--", "sh", "client.sh"];
    let output = crate::command::command(kit.path(), &all)
        .env("CLIENT", client_program())
        .env("AWS_PROFILE", "prod")
        .env("AWS_MAX_ATTEMPTS", "9")
        .env("HTTPS_PROXY", "http://elsewhere")
        .output()
        .unwrap();

    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let environment = std::fs::read_to_string(kit.path().join("environment")).unwrap();
    for absent in ["AWS_PROFILE=", "AWS_MAX_ATTEMPTS=", "elsewhere"] {
        assert!(!environment.contains(absent), "{environment}");
    }
    let has = |begins: &str| environment.lines().any(|line| line.starts_with(begins));
    assert!(has("RETAKE_SCENARIO=request/page-size-given"), "{environment}");
    assert!(has("AWS_ENDPOINT_URL_MEDICAL_IMAGING=http://localhost:"), "{environment}");
    let input = environment.lines().find_map(|line| line.strip_prefix("RETAKE_INPUT=")).unwrap();
    assert!(input.contains("\"maxResults\":") && !input.contains("\"maxResults\":\""), "{input}");
}
