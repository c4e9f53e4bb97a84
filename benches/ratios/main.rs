//! Measures retake beside its limits: the least that could do the same work, written in a few lines in `limits.rs`.
//!
//! `cargo bench` runs every measure, `cargo bench -- replay start` those of the names given. A figure is a ratio of two
//! medians of one run, taken in turns (ours, limit, ours, limit, …), so that a busy machine slows both. Servers and the load
//! generator are processes of their own: this program starts itself again with the name of a role.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench that cannot run has nothing to say"
)]

use std::env;

#[path = "../../tests/it/bombs/texts.rs"]
mod bombs;
mod connections;
mod data;
mod determinism;
mod hostile;
mod limits;
mod load;
mod measure;
mod mocks;
mod process;
mod recording;
mod replaying;
mod verifying;
mod whole_file;

fn main() {
    // Cargo hands every bench `--bench`.
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["role", "load", rest @ ..] => load::run(rest),
        ["role", "driver"] => verifying::drive(),
        ["role", "hold", rest @ ..] => connections::hold(rest),
        ["role", "compare", rest @ ..] => determinism::compare(rest),
        ["role", "refuse", rest @ ..] => hostile::refuse(rest),
        ["role", "map", data] => limits::serve_map(data),
        ["role", "proxy", upstream] => limits::serve_proxy(upstream),
        ["role", role, ..] => panic!("no role is named {role}"),
        names => measure_all(names),
    }
}

fn measure_all(names: &[&str]) {
    let measures: [(&str, fn()); 10] = [
        ("replay", replaying::throughput),
        ("start", replaying::start),
        ("record", recording::throughput),
        ("file", whole_file::load_and_verify),
        ("client", verifying::client),
        ("mock", mocks::own_cost),
        ("connections", connections::hold_many),
        ("stop", connections::stop),
        ("hostile", hostile::refuse_all),
        ("determinism", determinism::compare_many),
    ];
    for name in names {
        assert!(
            measures.iter().any(|(known, _)| known == name),
            "no measure is named {name}: replay, start, record, file, client, mock, connections, stop, hostile, determinism"
        );
    }
    measure::heading();
    for (name, measure) in measures {
        if names.is_empty() || names.contains(&name) {
            measure();
        }
    }
}
