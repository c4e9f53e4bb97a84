//! A disk that is really full, read-only, or not to take larger files: exit 4 with what to do, the old cassette whole,
//! no temporary file, and the recording in its journal until it is recovered.

use super::{CASSETTE, SPEC, files, tell};
use crate::command::{Run, command, retake};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const RECORD: [&str; 7] = ["record", "--probe", "--overwrite", "--cassette", CASSETTE, "--spec", SPEC];

/// Runs a script in a folder; `$RETAKE` is the binary.
fn script(folder: &Path, program: &[&str], script: &str) -> Run {
    let mut shell = Command::new(program[0]);
    shell.args(&program[1..]).args(["-c", script]).current_dir(folder);
    for (name, _) in command(folder, &[]).get_envs() {
        shell.env_remove(name);
    }
    Run::of(shell.env("RETAKE", env!("CARGO_BIN_EXE_retake")).env("ARGUMENTS", RECORD.join(" ")).output().unwrap())
}

/// Records once, with an old cassette, where files may have so many KiB at most.
fn record_within(folder: &Path, kibibytes: Option<u64>) -> Run {
    let limit = kibibytes.map_or_else(String::new, |limit| format!("ulimit -f {limit};"));
    script(folder, &["bash"], &format!("{limit} exec \"$RETAKE\" $ARGUMENTS"))
}

#[test]
fn a_limit_on_the_size_of_files_ends_the_recording_with_4_wherever_it_strikes() {
    let folder = TempDir::new().unwrap();
    record_within(folder.path(), None).assert_code(0);
    let whole = fs::read(folder.path().join(CASSETTE)).unwrap();
    let size = whole.len() as u64 / 1024;

    let mut where_it_struck = Vec::new();
    // None fits; half of the journal does; the journal does, and the cassette does not.
    for limit in [0, size / 8, size - 1] {
        let run = record_within(folder.path(), Some(limit));

        run.assert_code(4)
            .assert_stderr("raise the limit on file sizes")
            .assert_stderr(CASSETTE.strip_suffix(".cassette.yaml").unwrap());
        assert_eq!(fs::read(folder.path().join(CASSETTE)).unwrap(), whole, "the old cassette at {limit} KiB");
        let left: Vec<String> = files(folder.path()).into_iter().filter(|name| name != CASSETTE).collect();
        assert!(left.iter().all(|name| name.starts_with(".retake/")), "{left:?}");
        where_it_struck.push(if run.stderr.contains("journal") { "journal" } else { "cassette" });
        if limit > 0 {
            let arguments = ["record", "--recover", "--overwrite", "--cassette", CASSETTE, "--spec", SPEC];
            retake(folder.path(), &arguments).assert_stderr("recording that began at");
            assert_eq!(files(folder.path()), [CASSETTE]);
            fs::write(folder.path().join(CASSETTE), &whole).unwrap();
        } else {
            let _ = fs::remove_dir_all(folder.path().join(".retake"));
        }
    }
    assert_eq!(where_it_struck[1..], ["journal", "cassette"]);
}

#[test]
fn without_a_limit_the_same_recording_is_whole() {
    let folder = TempDir::new().unwrap();

    record_within(folder.path(), Some(1 << 20)).assert_code(0);

    assert_eq!(files(folder.path()), [CASSETTE]);
}

/// A shell in which file systems can be mounted, where this machine lets us have one.
const MOUNTING: [&str; 3] = ["unshare", "-rm", "bash"];

/// Runs a script on a file system of its own, of so many KiB; none where none can be mounted.
fn on_a_small_disk(kibibytes: u64, then: &str) -> Option<Run> {
    let folder = TempDir::new().unwrap();
    let mount = format!("mount -t tmpfs -o size={kibibytes}k tmpfs . && cd \"$PWD\" || exit 99;");
    let can = script(folder.path(), &MOUNTING, &format!("{mount} exit 98"));
    if can.code != 98 {
        tell(&format!("left out: no file system can be mounted here: {}", can.stderr.trim()));
        return None;
    }
    Some(script(folder.path(), &MOUNTING, &format!("{mount} {then}")))
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_ends_the_recording_with_4_and_leaves_the_old_cassette() {
    // What lies there beside the journal leaves less room than the cassette needs.
    let full = "echo old > a.cassette.yaml; head -c 24K /dev/zero > ballast; \"$RETAKE\" $ARGUMENTS >&2; echo \"code $?\"; \
                cat a.cassette.yaml; ls -A; rm ballast; \"$RETAKE\" record --recover --overwrite --cassette a.cassette.yaml --spec \
                \"${ARGUMENTS##* }\" >&2; ls -A .; head -c 8 a.cassette.yaml";
    let Some(run) = on_a_small_disk(64, full) else { return };

    run.assert_stderr("make room on the disk and run again");
    assert!(run.stdout.starts_with("code 4\nold\n"), "{}\n{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains(".new"), "{}", run.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_with_room_takes_the_same_recording() {
    let roomy =
        "echo old > a.cassette.yaml; \"$RETAKE\" $ARGUMENTS >&2; echo \"code $?\"; head -c 3 a.cassette.yaml; ls -A";
    let Some(run) = on_a_small_disk(4096, roomy) else { return };

    assert_eq!(run.stdout, "code 0\n---a.cassette.yaml\n", "{}", run.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_disk_ends_the_recording_with_4_before_it_begins() {
    let frozen = "echo old > a.cassette.yaml; mount -o remount,ro . && \"$RETAKE\" $ARGUMENTS >&2; echo \"code $?\"; cat a.cassette.yaml; ls -A";
    let Some(run) = on_a_small_disk(1024, frozen) else { return };

    run.assert_stderr("name a path on a file system that can be written");
    assert_eq!(run.stdout, "code 4\nold\na.cassette.yaml\n", "{}", run.stderr);
}
