//! JSON without loss: printed compactly it is the input less its white space, printed for people it is the same value.

use retake::message::Json;
use retake::message::json::{compact, compact_checked};

pub(crate) const WORDS: &[&str] = &[
    "{\"a\":",
    "[",
    "]",
    "}",
    "null",
    "true",
    "false",
    "-0",
    "1e400",
    "0.10",
    "1E+2",
    "\"\"",
    "\"\\u0041\"",
    "\"\\ud800\"",
    "\"\\/\"",
    "\\\"",
    ",",
    ":",
    " ",
    "\n",
    "\t",
    "\r",
    "\u{feff}",
    "\u{0}",
    "{\"a\":1,\"a\":2}",
    "[[[[[[[[[[[[[[[[",
    "\"é漢😀\"",
    "//",
    "NaN",
    "01",
];

/// What prints a value compactly.
type Print = fn(&Json) -> String;

pub(crate) fn run(data: &[u8]) {
    check(data, Json::to_compact);
}

pub(crate) fn check(data: &[u8], print: Print) {
    let Ok(value) = Json::parse(data) else { return };
    let text = std::str::from_utf8(data).expect("what was parsed is UTF-8");
    let printed = print(&value);

    assert_eq!(printed, without_space(text), "something is lost");
    assert_eq!(Json::parse(printed.as_bytes()).as_ref(), Ok(&value));
    assert_eq!(compact_checked(text).as_deref(), Ok(printed.as_str()));
    let pretty = value.to_pretty();
    assert_eq!(Json::parse(pretty.as_bytes()).as_ref(), Ok(&value), "{pretty}");
    assert_eq!(compact(&pretty), printed);
    if let Some(text) = value.as_text() {
        assert_eq!(Json::string(&text).as_text(), Some(text), "a text that is spelled anew means the same");
    }
}

/// The text less the white space between its tokens, by another way than the parser's.
fn without_space(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in text.chars() {
        if !in_string && matches!(c, ' ' | '\t' | '\n' | '\r') {
            continue;
        }
        out.push(c);
        let ends = c == '"' && !escaped;
        in_string ^= ends;
        escaped = in_string && c == '\\' && !escaped;
    }
    out
}
