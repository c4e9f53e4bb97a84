//! A client process that is wrong in one way: `faulty FAULT`, led by the driver protocol of `retake verify client --driver`.
//!
//! `faulty FAULT --once` runs as any command does, led by the environment, and says what it saw by its exit code; with
//! `--outcome`, in the file that `RETAKE_OUTCOME` names as well. `faulty --list` prints the faults. What is wrong, and what
//! the client does otherwise, is in `client`; `wire` sends, `response` reads, `process` is how the client is led.
#![allow(missing_docs, reason = "a program has no public interface")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "its lines are its results")]

mod client;
mod process;
mod response;
mod wire;

use client::{FAULTS, Fault};
use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["--list"] => list(),
        [name] => fault(name).and_then(process::serve),
        [name, "--once"] => fault(name).and_then(|fault| process::once(fault, None)),
        [name, "--once", "--outcome"] => {
            fault(name).and_then(|fault| process::once(fault, env::var("RETAKE_OUTCOME").ok()))
        }
        _ => Err("usage: faulty FAULT [--once [--outcome]] | --list".to_owned()),
    };
    done.unwrap_or_else(|message| {
        eprintln!("faulty: {message}");
        ExitCode::from(2)
    })
}

fn fault(name: &str) -> Result<Fault, String> {
    let mut all = FAULTS.iter().map(|(fault, _, _)| *fault).chain([Fault::None]);
    all.find(|fault| fault.to_string() == name).ok_or_else(|| format!("no fault is called {name}; see --list"))
}

fn list() -> Result<ExitCode, String> {
    for (fault, found, scenario) in FAULTS {
        let found = if found.is_check() { format!("`{}`", found.name()) } else { found.name().to_owned() };
        println!("| `{fault}` | {found} | `{scenario}` |");
    }
    Ok(ExitCode::SUCCESS)
}
