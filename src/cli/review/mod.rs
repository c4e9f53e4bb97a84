//! `retake review`: what was recorded or reported anew is shown, and accepted or rejected.
//!
//! Where there is a cargo project with insta, and `cargo insta` is installed, that does it (`insta`); else, and for
//! whatever `cargo insta` would stumble over, we do it ourselves: `item` is one pending file with what is to be known
//! of it, `ask` the person at the terminal, `show` what is told in the end. A failing verdict is never accepted
//! without being told so, and what cannot be read is never accepted at all.

mod ask;
mod insta;
mod item;
mod show;

use super::output::{OutputArgs, to_stderr};
use super::sources::SpecArgs;
use super::{Failure, Outcome};
use crate::diagnostic::Diagnostic;
use crate::evidence::RunVerdict;
use crate::report::Format;
use crate::store::{Disk, Insta, find_pending};
use clap::Args;
use item::{Did, Item, State};
use std::io::{IsTerminal, stderr, stdin};
use std::path::PathBuf;

/// Review pending files.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Cassettes, reports, or folders of them [default: the working folder].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    specs: SpecArgs,

    /// Show what is pending, and decide nothing.
    #[arg(long, conflicts_with_all = ["accept", "reject", "accept_failing"])]
    list: bool,

    /// Accept all that passes its verification.
    #[arg(long, conflicts_with_all = ["reject", "accept_failing"])]
    accept: bool,

    /// Accept all, although its verdict fails; what cannot be read stays.
    #[arg(long, conflicts_with = "reject")]
    accept_failing: bool,

    /// Remove all that is pending.
    #[arg(long)]
    reject: bool,
}

/// What is done with what is pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    List,
    Accept,
    AcceptFailing,
    Reject,
    Ask,
}

impl Arguments {
    fn way(&self) -> Way {
        match (self.list, self.accept, self.accept_failing, self.reject) {
            (true, ..) => Way::List,
            (_, true, ..) => Way::Accept,
            (_, _, true, _) => Way::AcceptFailing,
            (.., true) => Way::Reject,
            (false, false, false, false) => Way::Ask,
        }
    }
}

pub(super) fn run(arguments: &Arguments, output: &OutputArgs) -> Result<Outcome, Failure> {
    let format = output.require("review", &[Format::Text, Format::Json, Format::Markdown])?;
    let specs = arguments.specs.load()?;
    let switches = Insta::from_environment().map_err(Failure::usage)?;
    let everywhere = [PathBuf::from(".")];
    let paths = if arguments.paths.is_empty() { &everywhere[..] } else { &arguments.paths };
    let found = find_pending(&Disk, &switches, paths).map_err(Failure::usage)?;
    let mut items: Vec<Item> = found.into_iter().map(|pending| Item::read(pending, &specs)).collect();

    let troubles = match arguments.way() {
        Way::List => unreadable(&items),
        Way::Accept => settle(&mut items, |item| if item.is_passing() { Did::Accepted } else { Did::Kept }),
        Way::AcceptFailing => settle(&mut items, |item| if item.is_readable() { Did::Accepted } else { Did::Kept }),
        Way::Reject => settle(&mut items, |_| Did::Rejected),
        Way::Ask if items.is_empty() => Vec::new(),
        Way::Ask if !(stdin().is_terminal() && stderr().is_terminal()) => return Err(nobody_to_ask(items.len())),
        Way::Ask => ask_somebody(&mut items, arguments, output)?,
    };
    let verdict = verdict(&items, arguments.way(), &troubles);
    let text = match format {
        Format::Text => show::text(&items, arguments.way(), &output.style()),
        Format::Json | Format::Junit => show::json(&items, verdict),
        Format::Markdown => show::markdown(&items, arguments.way(), &output.plain_style()),
    };
    Ok(Outcome::Told(text, verdict, troubles.into_iter().map(|(_, trouble)| trouble).collect()))
}

/// What went wrong, and whether it was the file or the world.
type Troubles = Vec<(RunVerdict, Diagnostic)>;

/// Does with each what is decided of it; what fails does not keep the others from being done.
fn settle(items: &mut [Item], decide: impl Fn(&Item) -> Did) -> Troubles {
    let mut troubles = Vec::new();
    for item in items.iter_mut() {
        match item.settle(decide(item)) {
            Ok(()) => {}
            Err(trouble) => troubles.push((RunVerdict::Error, trouble)),
        }
    }
    troubles.extend(unreadable(items));
    troubles
}

/// Whatever cannot be read and is still there.
fn unreadable(items: &[Item]) -> Troubles {
    let kept = items.iter().filter(|item| item.did == Did::Kept);
    let troubles = kept.filter_map(|item| match &item.state {
        State::Unreadable(error) => Some((RunVerdict::Usage, error.clone())),
        State::Cassette(_) | State::Report(_) => None,
    });
    troubles.collect()
}

fn ask_somebody(items: &mut [Item], arguments: &Arguments, output: &OutputArgs) -> Result<Troubles, Failure> {
    match insta::reason_against(items, &arguments.paths) {
        None => insta::review(items).map_err(Failure::world),
        Some(reason) => {
            output.progress(&format!("cargo insta is not asked: {reason}"));
            let mut troubles = ask::each(items, &output.style(), &mut stdin().lock(), &mut stderr().lock())
                .map_err(|error| Failure::could_not_look(format!("cannot ask at the terminal: {error}")))?;
            troubles.extend(unreadable(items));
            Ok(troubles)
        }
    }
}

fn nobody_to_ask(pending: usize) -> Failure {
    let what = match pending {
        1 => "1 file is pending".to_owned(),
        pending => format!("{pending} files are pending"),
    };
    let error = Diagnostic::new(format!("{what}, and there is no terminal to ask at"));
    Failure::usage(
        error.help("`retake review --list` shows them; --accept or --reject, with a PATH or without, settles them"),
    )
}

/// What the review comes to: what was accepted although it fails, or could not be accepted, is never silent.
fn verdict(items: &[Item], way: Way, troubles: &Troubles) -> RunVerdict {
    for verdict in [RunVerdict::Usage, RunVerdict::Error] {
        if troubles.iter().any(|(other, _)| *other == verdict) {
            return verdict;
        }
    }
    let is_failing = |item: &Item| item.is_readable() && !item.is_passing();
    let accepted = items.iter().any(|item| item.did == Did::Accepted && is_failing(item));
    let left = way == Way::Accept && items.iter().any(|item| item.did == Did::Kept && is_failing(item));
    if accepted || left { RunVerdict::Fail } else { RunVerdict::Pass }
}

/// Tells what was done, as it is done.
fn tell(item: &Item) {
    to_stderr(&format!("{} {}", item.did.as_str(), item.pending.accepted.display()));
}
