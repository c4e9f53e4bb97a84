//! The escaper, and every form of a report: nothing from outside is obeyed by who shows it.

use retake::diagnostic::{Diagnostic, Location, escape};
use retake::evidence::{Report, Trouble, TroubleKind};
use retake::message::Json;
use retake::report::{Format, Style, render};
use std::borrow::Cow;

pub(crate) const WORDS: &[&str] = &[
    "\u{1b}[31m",
    "\u{1b}]0;x\u{7}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{feff}",
    "\r",
    "\n",
    "\t",
    "\u{0}",
    "\u{7f}",
    "\u{85}",
    "\u{9b}",
    "::error::x",
    "##[group]",
    "]]>",
    "<script>",
    "&amp;",
    "```",
    "|",
    "\\u{1b}",
    "\u{e0041}",
    "é漢😀",
    "\u{fffd}",
    "\u{ad}",
    "\u{2028}",
];

/// What makes a text safe to show.
type Escape = for<'t> fn(&'t str) -> Cow<'t, str>;

pub(crate) fn run(data: &[u8]) {
    check(data, escape);
    reports(&String::from_utf8_lossy(data));
}

pub(crate) fn check(data: &[u8], escape: Escape) {
    let text = String::from_utf8_lossy(data);
    let shown = escape(&text);

    assert!(!shown.chars().any(is_obeyed) && !is_command(&shown), "{shown:?} is obeyed");
    assert_eq!(escape(&shown), shown, "what is safe is left alone");
    assert!(text.chars().any(is_obeyed) || is_command(&text) || shown == text, "{text:?} was safe");
}

/// What CI services obey: `::name::` at the beginning of a line, `##[name]` and `##vso[name]` anywhere.
fn is_command(text: &str) -> bool {
    let rest = text.trim_start().strip_prefix("::").unwrap_or_default();
    let begins = rest.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.contains("::");
    begins || text.contains("##[") || text.contains("##vso[")
}

/// What a terminal obeys, or what hides or reorders what is beside it.
fn is_obeyed(c: char) -> bool {
    const HIDING: [(u32, u32); 12] = [
        (0x00, 0x1f),
        (0x7f, 0x9f),
        (0xad, 0xad),
        (0x61c, 0x61c),
        (0x180e, 0x180e),
        (0x200b, 0x200f),
        (0x2028, 0x202e),
        (0x2060, 0x206f),
        (0xfeff, 0xfeff),
        (0xfff9, 0xfffb),
        (0xfffe, 0xffff),
        (0xe0000, 0xe007f),
    ];
    HIDING.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(c)))
}

/// A report whose every text is from outside, in each form.
fn reports(text: &str) {
    let mut report = Report::new("cassette lint");
    let diagnostic = Diagnostic::new(text).at(Location::file(text)).expected(text).found(text).help(text);
    report.troubles.push(Trouble { kind: TroubleKind::Usage, diagnostic });
    for format in [Format::Text, Format::Json, Format::Junit, Format::Markdown] {
        let shown = render(&report, format, &Style::default());
        assert!(!shown.chars().any(|c| c != '\n' && is_obeyed(c)), "{format:?}: {shown:?}");
        if format == Format::Json {
            assert!(Json::parse(shown.as_bytes()).is_ok(), "{shown}");
        }
    }
}
