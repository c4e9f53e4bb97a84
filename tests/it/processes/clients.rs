//! A client process: what it is given is what was written, and nothing of it stays.

use super::{GOOD, Server};
use crate::command::{Run, command, retake};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

/// What a shell would run, were there one.
const SHELL: [&str; 7] =
    ["a;touch pwned", "$(touch pwned)", "`touch pwned`", "a|touch pwned", "a&&touch pwned", "a\ntouch pwned", "*"];

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_arguments_of_a_command_are_seen_by_no_shell() {
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<&str> = ["replay", GOOD, "--allow-unused", "--", "touch"].into_iter().chain(SHELL).collect();

    retake(folder.path(), &all).assert_code(3);

    let mut expected = SHELL.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(names(folder.path()), expected);
}

#[test]
fn a_shell_would_run_what_is_in_them() {
    for argument in &SHELL[..6] {
        let folder = tempfile::tempdir().unwrap();

        Command::new("sh").current_dir(folder.path()).args(["-c", &format!("touch {argument}")]).status().unwrap();

        assert!(names(folder.path()).contains(&"pwned".to_owned()), "{argument}");
    }
}

#[test]
fn no_program_comes_from_a_cassette() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("datastore00000000000000000000001");
    fs::write(&script, "#!/bin/sh\ntouch pwned\n").unwrap();
    Command::new("chmod").arg("+x").arg(&script).status().unwrap();
    let run = |program: &str| {
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        let arguments = ["replay", GOOD, "--allow-unused", "--", program];
        Run::of(command(folder.path(), &arguments).env("PATH", path).output().unwrap())
    };

    run("{datastoreId}").assert_code(4).assert_stderr("cannot start {datastoreId}");
    assert!(!folder.path().join("pwned").exists());

    // The control: named by the person who runs it, it runs.
    run("datastore00000000000000000000001").assert_code(3);
    assert!(folder.path().join("pwned").exists());
}

#[test]
fn nothing_real_of_our_environment_reaches_a_client() {
    let folder = tempfile::tempdir().unwrap();
    let real = [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        ("AWS_SESSION_TOKEN", "real-session-token"),
        ("AWS_PROFILE", "real-profile"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "real-container-token"),
        ("HTTPS_PROXY", "http://real-user:real-password@proxy.example"),
        ("https_proxy", "http://real-user:real-password@proxy.example"),
        ("RETAKE_CREDENTIALS", "REALREALREALREAL:real-secret-of-a-simulator"),
    ];
    let seen = |mut command: Command| {
        let run = Run::of(command.envs(real).env("KEPT", "by-the-client").output().unwrap());
        run.stdout + &run.stderr
    };
    let through = seen(command(folder.path(), &["replay", GOOD, "--allow-unused", "--", "env"]));
    let direct = seen(Command::new("env"));

    assert!(through.contains("KEPT=by-the-client") && through.contains("AWS_ENDPOINT_URL="), "{through}");
    for (name, value) in real {
        assert!(!through.contains(value), "{name} reached the client: {through}");
        assert!(direct.contains(value), "{name}");
    }
}

/// Whether a process is there and no zombie.
fn lives(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// Waits until a file holds a line; gives it.
fn line_of(file: &Path) -> String {
    loop {
        match fs::read_to_string(file) {
            Ok(text) if text.ends_with('\n') => return text.trim().to_owned(),
            Ok(_) | Err(_) => sleep(Duration::from_millis(5)),
        }
    }
}

fn wait_until_gone(pid: &str) -> bool {
    (0..1000).any(|_| {
        sleep(Duration::from_millis(10));
        !lives(pid)
    })
}

/// A client that leaves a grandchild behind, which leaves its id.
const LEAVES: &str = "(sleep 600 & echo $! > grandchild) & wait; while [ ! -s grandchild ]; do sleep 0.01; done";

#[test]
fn nothing_that_a_client_started_outlives_it() {
    let folder = tempfile::tempdir().unwrap();

    retake(folder.path(), &["replay", GOOD, "--allow-unused", "--", "sh", "-c", LEAVES]).assert_code(3);

    let grandchild = line_of(&folder.path().join("grandchild"));
    assert!(wait_until_gone(&grandchild), "{grandchild} lives on");
}

#[test]
fn a_stop_ends_a_client_that_will_not_and_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let stubborn = format!("trap '' TERM INT; {LEAVES}; while true; do sleep 1; done");
    let mut server = Server::start(folder.path(), &["replay", GOOD, "--allow-unused", "--", "sh", "-c", &stubborn]);
    let grandchild = line_of(&folder.path().join("grandchild"));
    assert!(lives(&grandchild));

    server.signal("-TERM");

    assert_eq!(server.ended().code, 130);
    assert!(wait_until_gone(&grandchild), "{grandchild} lives on");
}

#[test]
fn without_us_what_a_client_started_lives_on() {
    let folder = tempfile::tempdir().unwrap();

    Command::new("sh").current_dir(folder.path()).args(["-c", LEAVES]).status().unwrap();

    let grandchild = line_of(&folder.path().join("grandchild"));
    assert!(lives(&grandchild));
    Command::new("kill").arg(&grandchild).status().unwrap();
}
