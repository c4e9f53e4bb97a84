//! A process that is killed while it commits, again and again: the file is always whole. The negative control
//! writes in place, and the same killing tears it.

use retake::store::commit;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// How often a process is killed; `RETAKE_TEST_KILLS` sets another number.
const KILLS: u64 = 30;

const LENGTH: usize = 1 << 20;

fn content(letter: u8) -> Vec<u8> {
    vec![letter; LENGTH]
}

fn is_whole(bytes: &[u8]) -> bool {
    bytes.len() == LENGTH && bytes.iter().all(|byte| *byte == bytes[0])
}

/// Kills a writer once for each delay, and counts how often it left the file torn.
fn torn(way: &str) -> u64 {
    let kills = std::env::var("RETAKE_TEST_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.cassette.yaml");
    fs::write(&path, content(b'a')).unwrap();
    let torn = (0..kills).filter(|kill| {
        let mut writer = start(&path, way);
        thread::sleep(Duration::from_micros(kill * 7919 % 5000));
        writer.kill().unwrap();
        writer.wait().unwrap();
        !is_whole(&fs::read(&path).unwrap())
    });
    torn.count() as u64
}

/// A process that writes the file in a loop; it has begun when this returns.
fn start(path: &Path, way: &str) -> Child {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::killed::writes_until_killed", "--ignored", "--nocapture"])
        .env("RETAKE_TEST_FILE", path)
        .env("RETAKE_TEST_WAY", way)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("writing")));
    writer
}

#[test]
fn leaves_a_whole_file_whenever_it_is_killed() {
    assert_eq!(torn("commit"), 0);
}

#[test]
fn the_same_killing_tears_a_file_that_is_written_in_place() {
    assert!(torn("in-place") > 0);
}

/// The process that is killed.
#[test]
#[ignore = "is run by other tests, in a process of its own"]
fn writes_until_killed() {
    let Ok(path) = std::env::var("RETAKE_TEST_FILE") else { return };
    let in_place = std::env::var("RETAKE_TEST_WAY").unwrap() == "in-place";
    println!("\nwriting");
    // Ends by itself if nobody kills it.
    for round in 0..20_000 {
        let bytes = content(b'a' + u8::try_from(round % 26).unwrap());
        if in_place {
            fs::write(&path, bytes).unwrap();
        } else {
            commit(Path::new(&path), &bytes).unwrap();
        }
    }
}
