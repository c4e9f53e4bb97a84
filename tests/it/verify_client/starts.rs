//! Drivers that do not start, or not for long: it was not possible to look, and what had ended is kept.

use super::kit::Kit;

/// A driver that does this instead of answering the greeting.
#[track_caller]
fn assert_not_started(script: &str, expected: &str) {
    let kit = Kit::new();
    kit.driver(script);

    let run = kit.run(&["--driver"], &["sh", "driver.sh"]);

    run.assert_code(4).assert_stderr(expected).assert_stderr("149 scenarios were not run");
    assert!(run.stdout.is_empty(), "{}", run.stdout);
}

#[test]
fn a_driver_that_is_not_there_is_named() {
    let run = Kit::new().run(&["--driver"], &["/no/such/driver"]);

    run.assert_code(4).assert_stderr("cannot start /no/such/driver").assert_stderr("is it installed");
}

#[test]
fn a_driver_that_dies_at_the_handshake_is_told_with_what_it_printed() {
    assert_not_started(
        "read -r _; echo 'no module named x' >&2; exit 1",
        "the driver ended at the handshake, exit code 1",
    );
    assert_not_started("echo 'no module named x' >&2; exit 1", "it printed last: no module named x");
    assert_not_started("kill -SEGV $$", "ended by signal 11");
}

#[test]
fn a_driver_that_speaks_something_else_is_refused() {
    assert_not_started("echo 'Welcome!'; sleep 600", "found: Welcome!");
    assert_not_started("read -r _; echo '{\"ok\":true,\"protocol\":2}'; sleep 600", "at /protocol");
    assert_not_started("read -r _; echo \"$hello\" | sed s/driver/drivr/; sleep 600", "did you mean \"driver\"?");
    assert_not_started("yes", "found: y");
    assert_not_started("exec 1>&-; sleep 600", "closed its standard output");
}

#[test]
fn a_driver_that_dies_at_every_start_is_given_up() {
    let kit = Kit::new();
    kit.driver(
        "echo x >> starts; [ $(wc -l < starts) -gt 1 ] && exit 9\ngreet\n\
         while read -r line; do case $line in *'\"baseline/three-pages\"'*) exit 3;; *) good \"$line\";; esac; done",
    );

    let verified = kit.verify_driver(&["--jobs", "1"]);

    verified.run.assert_code(4).assert_stderr("exit code 9").assert_stderr("4 scenarios were not run");
    assert_eq!(
        verified.verdicts(),
        [("baseline/one-page", "pass"), ("baseline/two-pages", "pass"), ("baseline/three-pages", "crashed")]
    );
    assert_eq!(std::fs::read_to_string(kit.path().join("starts")).unwrap().lines().count(), 4);
}

#[test]
fn a_driver_that_breaks_the_protocol_again_and_again_is_given_up() {
    let kit = Kit::new();
    kit.driver("greet; while read -r line; do echo 'DEBUG what now'; done");

    let verified = kit.verify_driver(&["--jobs", "1"]);

    verified.run.assert_code(4).assert_stderr("DEBUG what now").assert_stderr("4 scenarios were not run");
    assert_eq!(verified.verdicts().len(), 3);
    assert!(verified.verdicts().iter().all(|(_, verdict)| *verdict == "driver-error"));
}
