//! `--check-driver`: a word to each step.

use super::kit::{Kit, client_program};

#[test]
fn a_good_driver_is_told_that_it_is() {
    let client = client_program();

    let run = Kit::new().run(&["--check-driver"], &[client.to_str().unwrap(), "none"]);

    run.assert_code(0).assert_stdout("PASS").assert_stderr("ok     it answers hello in ");
    run.assert_stderr("it is asked to run baseline/one-page, which expects: success");
    run.assert_stderr("says success with 3 items: right").assert_stderr("says an error (modelled, code ");
    run.assert_stderr("ok     it ends when it is told bye");
    assert!(!run.stderr.contains("wrong"), "{}", run.stderr);
}

#[test]
fn a_wrong_driver_is_told_what_is_wrong_and_what_would_be_right() {
    let cases = [
        ("greet; while read -r line; do echo '{\"seq\":99}'; done", "driver-error: the answer to a run is not", 4),
        ("greet; read -r line; sleep 0.1; exit 1", "crashed: the driver ended in the middle", 1),
        ("greet; while read -r line; do good \"$line\" maps-every-error-to-one; done", "wrong  error.typed: ", 1),
        ("greet; while read -r line; do good \"$line\" sends-no-signature; done", "wrong  request.signed: ", 1),
        ("greet; while read -r line; do good \"$line\" ignores-endpoint; done", "skipped: no request came", 3),
        (
            "greet; while read -r line; do case $line in *'\"bye\"'*) sleep 600;; *) good \"$line\";; esac; done",
            "it does not end when it is told bye",
            0,
        ),
        ("echo hi; sleep 600", "wrong  the answer to hello is not JSON", 4),
    ];
    for (script, expected, code) in cases {
        let kit = Kit::new();
        kit.driver(script);

        let run = kit.run(&["--check-driver", "-q"], &["sh", "driver.sh"]);

        run.assert_code(code).assert_stderr(expected);
        assert!(!run.stderr.contains("ok  "), "{}", run.stderr);
    }
}
