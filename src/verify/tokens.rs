//! Whether tokens say nothing to clients: no item ids, no counters.
//!
//! A client that can read a token will make one up; what it makes up then works with the
//! mock alone. Base64 hides nothing, so a token is judged by what it decodes to, too.

use super::case::Cases;
use super::finding::{Judgement, Note, Part, shorten};
use super::walk_case::{Page, WalkCase, identity_parts};
use crate::evidence::reading::{NextToken, items};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::collections::HashSet;

/// The most digits that a counter has; what is longer is no count of anything.
const COUNTER_DIGITS: usize = 12;

/// `pagination.token-opaque`: tokens are not item ids and not counters.
pub(super) fn opaque<'a>(cases: &Cases<'a>, walk: &WalkCase<'a>) -> Judgement<'a> {
    let tokens: Vec<(&Page, Vec<String>)> =
        walk.pages.iter().filter_map(|page| Some((page, readings(page)?))).collect();
    let Some((first, _)) = tokens.first().filter(|_| walk.is_readable) else { return Judgement::untouched() };
    let ids = ids(cases, walk);
    let found = tokens.iter().find_map(|(page, read)| {
        let id = read.iter().find(|text| ids.contains(*text))?;
        Some((*page, format!("the id of an item, \"{}\"", shorten(id))))
    });
    let found = found.or_else(|| counter(&tokens).map(|found| (*first, found)));
    let Some((page, found)) = found else { return Judgement::held(1) };
    let note = Note::new(format!("the token of page {} can be read, and so made up", page.number))
        .at(page.exchange, Part::Body(super::pagination::token_pointer(walk)))
        .expected("a text that says nothing")
        .found(found)
        .by_key(walk.spec, walk.paging.line, "output_token")
        .help("sign or encrypt what a token holds, or make it a key to what is kept");
    Judgement::broken(note)
}

/// A page's token as it is, and as what it decodes to.
fn readings(page: &Page) -> Option<Vec<String>> {
    // Of the empty token, `pagination.token-length` tells what is wrong.
    let NextToken::Text(token) = &page.next_token else { return None };
    if token.is_empty() {
        return None;
    }
    let mut readings = vec![token.clone()];
    readings.extend(decoded(token));
    Some(readings)
}

/// The text that is written in base64, if it is readable.
fn decoded(token: &str) -> Option<String> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let alphabets = [alphabet::STANDARD, alphabet::URL_SAFE];
    let bytes = alphabets.iter().find_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(token).ok())?;
    let text = String::from_utf8(bytes).ok()?;
    let is_readable = !text.is_empty() && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    is_readable.then_some(text)
}

/// What tells the items of a walk from each other, part by part.
fn ids(cases: &Cases<'_>, walk: &WalkCase<'_>) -> HashSet<String> {
    let pages = walk.pages.iter().filter_map(|page| items(walk.spec, &cases.exchanges[page.exchange].reading.body));
    pages.flatten().filter_map(|item| identity_parts(walk.spec, walk.paging, item)).flatten().collect()
}

/// What is counted, if the tokens count something.
fn counter(tokens: &[(&Page, Vec<String>)]) -> Option<String> {
    let readings = tokens.iter().map(|(_, read)| read.len()).min().unwrap_or_default();
    (0..readings).find_map(|reading| {
        let texts: Vec<&str> = tokens.iter().map(|(_, read)| read[reading].as_str()).collect();
        let is_number = |text: &&str| text.len() <= COUNTER_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        if texts.iter().all(is_number) {
            return Some(format!("a number, \"{}\"", texts[0]));
        }
        counts(&texts).then(|| format!("\"{}\", then \"{}\"", shorten(texts[0]), shorten(texts[1])))
    })
}

/// Whether texts differ in one number alone, which goes up or down by the same step.
fn counts(texts: &[&str]) -> bool {
    let Some((first, rest)) = texts.split_first().filter(|(_, rest)| !rest.is_empty()) else { return false };
    runs(first).into_iter().any(|(begin, end)| {
        let number = |text: &str| {
            let within = text.strip_prefix(&first[..begin])?.strip_suffix(&first[end..])?;
            let is_short = (1..=COUNTER_DIGITS).contains(&within.len());
            if is_short && within.bytes().all(|byte| byte.is_ascii_digit()) { within.parse::<i64>().ok() } else { None }
        };
        let numbers: Option<Vec<i64>> = std::iter::once(first).chain(rest).map(|text| number(text)).collect();
        let Some(numbers) = numbers else { return false };
        let steps: HashSet<i64> = numbers.windows(2).map(|two| two[1] - two[0]).collect();
        steps.len() == 1 && !steps.contains(&0)
    })
}

/// Where the runs of digits of a text begin and end.
fn runs(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let begins = (0..bytes.len()).filter(|at| is_digit(*at) && (*at == 0 || !is_digit(at - 1)));
    begins.map(|begin| (begin, (begin..).find(|at| !is_digit(*at)).unwrap_or(bytes.len()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_a_number_that_counts_wherever_it_stands() {
        assert!(counts(&["page-2", "page-3", "page-4"]));
        assert!(counts(&["{\"offset\":20}", "{\"offset\":40}"]));
        assert!(counts(&["9-of-3", "10-of-3"]));
        assert!(!counts(&["page-2", "page-3", "page-5"]));
        assert!(!counts(&["a1b2", "a2b3"]));
        assert!(!counts(&["same-1", "same-1"]));
        assert!(!counts(&["alone-1"]));
    }

    #[test]
    fn reads_through_base64_with_and_without_padding() {
        for token in ["MjA=", "MjA"] {
            assert_eq!(decoded(token).as_deref(), Some("20"));
        }
        for token in ["", "????", "AAAA", "f_-_"] {
            assert_eq!(decoded(token), None, "{token}");
        }
    }
}
