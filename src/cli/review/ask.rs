//! The person at the terminal: one pending file after the other, and a letter for each.

use super::item::{Did, Item};
use super::{Troubles, show};
use crate::evidence::RunVerdict;
use crate::report::Style;
use std::io::{BufRead, Result, Write};

/// What a person says; in capitals, of all that follows as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Answer {
    did: Did,
    is_for_all: bool,
}

/// The word that accepts what does not pass: nobody types it by accident.
const WORD: &str = "accept";

/// Shows each file, and does what is said of it. Where nothing more is said, the rest is kept.
pub(super) fn each(
    items: &mut [Item],
    style: &Style,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> Result<Troubles> {
    let mut troubles = Vec::new();
    let mut for_all = None;
    let number = items.len();
    for (at, item) in items.iter_mut().enumerate() {
        writeln!(out, "\n[{}/{number}]\n{}", at + 1, show::item(item, style))?;
        let did = match for_all {
            // Nobody has seen that it fails when everything was accepted.
            Some(Did::Accepted) if !item.is_passing() => Did::Kept,
            Some(did) => did,
            None => {
                let Some(answer) = ask(item, input, out)? else { return Ok(troubles) };
                for_all = answer.is_for_all.then_some(answer.did);
                answer.did
            }
        };
        match item.settle(did) {
            Ok(()) => super::tell(item),
            Err(trouble) => troubles.push((RunVerdict::Error, trouble)),
        }
    }
    Ok(troubles)
}

/// Asks until an answer is one; none at the end of the input.
fn ask(item: &Item, input: &mut impl BufRead, out: &mut impl Write) -> Result<Option<Answer>> {
    loop {
        let accept = match (item.is_readable(), item.is_passing()) {
            (false, _) => "",
            (true, false) => "(a)ccept although it fails, ",
            (true, true) => "(a)ccept, ",
        };
        write!(out, "{accept}(r)eject, (s)kip; A, R or S for all that follow: ")?;
        out.flush()?;
        let Some(line) = line(input)? else { return Ok(None) };
        let answer = |did| Some(Answer { did, is_for_all: line.starts_with(char::is_uppercase) });
        match line.as_str() {
            "a" | "A" if !item.is_readable() => writeln!(out, "what cannot be read is not accepted")?,
            "a" | "A" if item.is_passing() => return Ok(answer(Did::Accepted)),
            "a" | "A" => {
                write!(out, "it does not pass: type `{WORD}` to accept it all the same: ")?;
                out.flush()?;
                match self::line(input)? {
                    None => return Ok(None),
                    Some(word) if word == WORD => return Ok(answer(Did::Accepted)),
                    Some(_) => {}
                }
            }
            "r" | "R" => return Ok(answer(Did::Rejected)),
            "s" | "S" | "" => return Ok(answer(Did::Kept)),
            _ => {}
        }
    }
}

fn line(input: &mut impl BufRead) -> Result<Option<String>> {
    let mut line = String::new();
    Ok((input.read_line(&mut line)? > 0).then(|| line.trim().to_owned()))
}
