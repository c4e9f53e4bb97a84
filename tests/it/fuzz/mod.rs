//! The fuzz targets on the stable toolchain: over their seeds and mutations of them.
//!
//! `cargo test` makes a small number of rounds, the same each time. `RETAKE_FUZZ_SECONDS` makes as many as fit into so
//! many seconds a target, and `RETAKE_FUZZ_SEED` others; `.ci/run` sets both. An input that breaks a promise is made
//! smaller, shown, and written to a file: mended, it is a seed more in `fuzz/seeds/<target>/`. Each target has its
//! control: a function that is wrong, which has to be found out in the same way.

mod controls;
mod mutate;
mod targets;

use mutate::{Chance, mutate};
use std::any::Any;
use std::cell::Cell;
use std::io::{Write, stderr};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};
use std::{fs, thread};
use targets::{ALL, Target};

/// How many rounds a target gets in `cargo test`.
const ROUNDS: u64 = 150;

/// After how long an input that is still worked on is shown, and the process ended: it would hang.
const HANGS: Duration = Duration::from_secs(120);

/// How many times a failing input is tried to be made smaller.
const SMALLER: usize = 400;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The committed inputs of a target, by the names of their files.
fn seeds(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(ROOT).join("fuzz/seeds").join(name);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect()
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

fn target(name: &str) -> &'static Target {
    ALL.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("there is no target {name}"))
}

/// What a target did with an input: the message of its panic, if it panicked.
fn failure(run: &dyn Fn(&[u8]), data: &[u8]) -> Option<String> {
    let panicked = catch_unwind(AssertUnwindSafe(|| run(data))).err()?;
    let text = |panicked: &(dyn Any + Send)| {
        let text = panicked.downcast_ref::<String>().cloned();
        text.or_else(|| panicked.downcast_ref::<&str>().map(|text| (*text).to_owned()))
    };
    Some(text(&*panicked).unwrap_or_else(|| "a panic without a message".to_owned()))
}

/// Holds a target over its seeds, and over mutations of them.
fn hold(name: &str) {
    let target = target(name);
    let seeds = seeds(name);
    let working = Arc::new(Mutex::new((Instant::now(), Vec::new())));
    let watched = watch(name, Arc::clone(&working));
    let run = |data: &[u8]| {
        *working.lock().unwrap() = (Instant::now(), data.to_vec());
        (target.run)(data);
    };
    for (file, data) in &seeds {
        if let Some(why) = failure(&run, data) {
            panic!("{} breaks a promise: {why}", file.display());
        }
    }

    let number_of_run = number("RETAKE_FUZZ_SEED").unwrap_or(1);
    let seconds = number("RETAKE_FUZZ_SECONDS");
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut chance = Chance::of(number_of_run);
    let data: Vec<Vec<u8>> = seeds.into_iter().map(|(_, data)| data).collect();
    let mut rounds = 0;
    while until.map_or(rounds < ROUNDS, |until| Instant::now() < until) {
        let input = mutate(&mut chance, &data, target.words);
        rounds += 1;
        if let Some(why) = failure(&run, &input) {
            tell(target, &input, &format!("RETAKE_FUZZ_SEED={number_of_run}, round {rounds}: {why}"));
        }
    }
    drop(working);
    watched.thread().unpark();
    if seconds.is_some() {
        let table = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-executions");
        fs::create_dir_all(&table).unwrap();
        let line =
            format!("{name:<10} {:>9} executions, RETAKE_FUZZ_SEED={number_of_run}\n", rounds as usize + data.len());
        fs::write(table.join(name), line).unwrap();
    }
}

/// Shows the input that is worked on for too long, and ends the process: nothing else would say which it is.
fn watch(name: &str, working: Arc<Mutex<(Instant, Vec<u8>)>>) -> thread::JoinHandle<()> {
    let name = name.to_owned();
    thread::spawn(move || {
        while Arc::strong_count(&working) > 1 {
            thread::park_timeout(Duration::from_secs(5));
            let (since, data) = working.lock().map(|it| it.clone()).unwrap_or((Instant::now(), Vec::new()));
            if since.elapsed() > HANGS && Arc::strong_count(&working) > 1 {
                let shown = data.escape_ascii();
                let _ = writeln!(stderr(), "the target {name} hangs on b\"{shown}\"");
                std::process::abort();
            }
        }
    })
}

/// Fails the test with an input that breaks a promise, made smaller.
fn tell(target: &Target, input: &[u8], why: &str) -> ! {
    let input = smaller(&target.run, input);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-failure-{}", target.name));
    fs::write(&file, &input).unwrap();
    panic!(
        "the target {} breaks a promise ({why})\non b\"{}\"\nwhich is in {}: mend it, and commit it as a seed in fuzz/seeds/{}/",
        target.name,
        input.escape_ascii(),
        file.display(),
        target.name
    );
}

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Lets the panics of this thread be silent: each of those by which an input is made smaller would be shown.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            if !IS_QUIET.get() {
                usual(info)
            }
        }));
    });
    IS_QUIET.set(true);
    let done = work();
    IS_QUIET.set(false);
    done
}

/// A smaller input that fails as well.
fn smaller(run: &dyn Fn(&[u8]), input: &[u8]) -> Vec<u8> {
    quietly(|| without_needless(run, input.to_vec()))
}

fn without_needless(run: &dyn Fn(&[u8]), mut input: Vec<u8>) -> Vec<u8> {
    let mut tried = 0;
    let mut length = (input.len() / 2).max(1);
    loop {
        let mut at = 0;
        while at < input.len() && tried < SMALLER {
            let end = (at + length).min(input.len());
            let less = [&input[..at], &input[end..]].concat();
            tried += 1;
            match failure(run, &less) {
                Some(_) => input = less,
                None => at = end,
            }
        }
        if length == 1 || tried >= SMALLER {
            return input;
        }
        length /= 2;
    }
}

#[test]
fn cassettes_are_read_alike_in_both_ways_and_written_in_one_form() {
    hold("cassette");
}

#[test]
fn a_tunnel_is_asked_for_in_one_spelling() {
    hold("connect");
}

#[test]
fn a_known_secret_is_found_among_any_bytes() {
    hold("detect");
}

#[test]
fn nothing_that_is_shown_is_obeyed() {
    hold("escape");
}

#[test]
fn what_a_crash_left_is_read_as_it_was_written() {
    hold("journal");
}

#[test]
fn json_is_printed_without_loss() {
    hold("json");
}

#[test]
fn models_are_imported_or_refused_with_a_reason() {
    hold("model");
}

#[test]
fn redaction_lets_no_canary_through_and_keeps_verdicts() {
    hold("redact");
}

#[test]
fn what_is_routed_is_rebuilt_as_the_same() {
    hold("route");
}

#[test]
fn signatures_are_taken_if_the_crate_made_them_and_nothing_was_changed() {
    hold("signature");
}

#[test]
fn specs_compile_to_what_can_be_used_or_say_where_they_are_wrong() {
    hold("spec");
}

#[test]
fn small_texts_are_read_without_surprise() {
    hold("texts");
}

#[test]
fn every_target_has_a_binary_for_cargo_fuzz_and_seeds() {
    let manifest = fs::read_to_string(Path::new(ROOT).join("fuzz/Cargo.toml")).unwrap();
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(Path::new(ROOT).join(folder)).unwrap().map(|entry| entry.unwrap().path());
        let mut names: Vec<String> =
            entries.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    let expected: Vec<&str> = ALL.iter().map(|target| target.name).collect();

    assert_eq!(names("fuzz/fuzz_targets"), expected);
    assert_eq!(names("fuzz/seeds"), expected);
    for target in &ALL {
        let name = target.name;
        let binary = fs::read_to_string(Path::new(ROOT).join(format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        assert!(binary.contains(&format!("targets::{name}::run(data)")), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")), "{name}");
        assert!(seeds(name).len() >= 3, "{name} has few seeds");
    }
}
