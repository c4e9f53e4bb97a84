//! A person at a terminal: a pseudo-terminal, on which answers are typed once they are asked for.

use super::{ACCEPTED, BROKEN, CASSETTE, PENDING, exists, folder, folder_with_pending, read, record, write_failing};
use crate::command::{command, retake};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

/// What a run at a terminal came to.
pub(super) struct Screen {
    pub(super) code: i32,
    pub(super) text: String,
}

/// Runs a command at a terminal; each answer is typed when its question stands there.
pub(super) fn at_a_terminal(mut command: Command, answers: &[(&str, &str)]) -> Screen {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave = OpenOptions::new().read(true).write(true).open(std::ffi::OsStr::from_bytes(name.as_bytes())).unwrap();
    let end = || slave.try_clone().unwrap();
    let mut child = command.env("NO_COLOR", "1").stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
    drop((command, slave));

    let mut master = File::from(master);
    let mut text = String::new();
    let mut seen = 0;
    let mut left = answers.iter();
    let mut next = left.next();
    let mut buffer = [0; 4096];
    // The terminal ends with an error once nobody has it open.
    while let Ok(read @ 1..) = master.read(&mut buffer) {
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
        while let Some((question, answer)) = next {
            let Some(at) = text[seen..].find(question) else { break };
            seen += at + question.len();
            master.write_all(answer.as_bytes()).unwrap();
            next = left.next();
        }
    }
    let code = child.wait().unwrap().code().unwrap();
    assert!(next.is_none(), "{next:?} was not asked:\n{text}");
    Screen { code, text }
}

fn review(folder: &Path, answers: &[(&str, &str)]) -> Screen {
    at_a_terminal(command(folder, &["review"]), answers)
}

const ASKED: &str = "for all that follow: ";

#[test]
fn asks_at_a_terminal_and_nowhere_else() {
    let folder = folder_with_pending();

    retake(folder.path(), &["review"]).assert_code(2).assert_stderr("no terminal").assert_stderr("--list");
    assert!(exists(folder.path(), PENDING));

    let skipped = review(folder.path(), &[(ASKED, "s\n")]);
    assert_eq!(skipped.code, 0, "{}", skipped.text);
    assert!(skipped.text.contains("there is no cargo project"), "{}", skipped.text);
    assert!(skipped.text.contains("REMOVED  "), "{}", skipped.text);
    assert!(exists(folder.path(), PENDING));
}

#[test]
fn accepts_and_rejects_by_a_letter() {
    let folder = folder_with_pending();
    let pending = read(folder.path(), PENDING);

    let accepted = review(folder.path(), &[(ASKED, "what\n"), (ASKED, "a\n")]);
    assert_eq!((accepted.code, read(folder.path(), ACCEPTED)), (0, pending.clone()), "{}", accepted.text);

    fs::write(folder.path().join(PENDING), CASSETTE).unwrap();
    let rejected = review(folder.path(), &[(ASKED, "r\n")]);
    assert_eq!((rejected.code, read(folder.path(), ACCEPTED)), (0, pending), "{}", rejected.text);
    assert!(!exists(folder.path(), PENDING));
}

#[test]
fn a_capital_letter_is_of_all_that_follow_but_of_none_that_fails() {
    let folder = folder_with_pending();
    for name in ["a", "b", "z"] {
        record(folder.path(), &format!("cassettes/{name}.cassette.yaml")).assert_code(0);
    }
    write_failing(folder.path(), "cassettes/z.cassette.yaml.new");

    let screen = review(folder.path(), &[(ASKED, "r\n"), (ASKED, "A\n")]);

    assert_eq!(screen.code, 0, "{}", screen.text);
    assert!(!exists(folder.path(), "cassettes/a.cassette.yaml"));
    assert!(exists(folder.path(), "cassettes/b.cassette.yaml") && !exists(folder.path(), PENDING));
    assert!(
        exists(folder.path(), "cassettes/z.cassette.yaml.new") && !exists(folder.path(), "cassettes/z.cassette.yaml")
    );
}

#[test]
fn what_fails_is_accepted_by_a_whole_word_and_the_verdict_stays() {
    let folder = folder();
    write_failing(folder.path(), PENDING);

    let refused = review(folder.path(), &[("although it fails", "a\n"), ("type `accept`", "y\n"), (ASKED, "s\n")]);
    assert_eq!((refused.code, read(folder.path(), ACCEPTED)), (0, CASSETTE.to_owned()), "{}", refused.text);
    assert!(refused.text.contains("FAIL  shape.type"), "{}", refused.text);

    let accepted = review(folder.path(), &[("although it fails", "a\n"), ("type `accept`", "accept\n")]);
    assert_eq!(accepted.code, 1, "{}", accepted.text);
    assert_ne!(read(folder.path(), ACCEPTED), CASSETTE);
}

#[test]
fn what_cannot_be_read_can_only_go() {
    let folder = folder();
    fs::write(folder.path().join(PENDING), BROKEN).unwrap();

    let kept = review(folder.path(), &[(ASKED, "a\n"), ("is not accepted", ""), (ASKED, "s\n")]);
    assert_eq!(kept.code, 2, "{}", kept.text);
    let gone = review(folder.path(), &[(ASKED, "r\n")]);

    assert_eq!(gone.code, 0, "{}", gone.text);
    assert!(!exists(folder.path(), PENDING));
}
