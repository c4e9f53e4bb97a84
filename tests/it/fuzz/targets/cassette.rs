//! Cassettes: what can be read is read the same in both ways, and written and read again it is the same.

use retake::cassette::{self, Cassette};
use retake::diagnostic::Diagnostic;
use retake::evidence::Seal;

pub(crate) const WORDS: &[&str] = &[
    "\n  - id: a\n",
    "    operation: ListBooks\n",
    "    walk: 2\n",
    "    attempt: 1\n",
    "    unfinished: true\n",
    "    request:\n",
    "      method: GET\n",
    "      path: /\n",
    "      query:\n",
    "      headers:\n",
    "      body:\n",
    "        json: |\n",
    "        text: |\n",
    "        base64: ",
    "        withheld: {reason: html, length: 9}\n",
    "    response:\n",
    "      status: 200\n",
    "      end: {reset-after: 3}\n",
    "          {}\n",
    "\n---\n",
    "info:\n",
    "cassette: 1\n",
    "&a ",
    "*a",
    "<<: ",
    "!!str ",
    "? ",
    "\t",
    "\u{feff}",
    "\r\n",
    "|-",
    "|+",
    ">\n",
    "# ",
    "\"\\u0041\"",
    "''",
    "~",
    "null",
    "0x1",
    "1e9",
    ": ",
    "- ",
    "{}",
    "[]",
    "%YAML 1.2\n",
    "...\n",
];

/// The two ways of reading a file.
type Ways = fn(&str, &[u8]) -> (Result<Cassette, Diagnostic>, Option<Cassette>);

pub(crate) fn run(data: &[u8]) {
    check(data, cassette::read_both_ways);
}

pub(crate) fn check(data: &[u8], ways: Ways) {
    let (careful, fast) = ways("a.cassette.yaml", data);
    if let Some(fast) = &fast {
        assert_eq!(careful.as_ref().ok(), Some(fast), "the fast way reads something else");
    }
    let usual = cassette::read("a.cassette.yaml", data);
    assert_eq!(usual, careful, "the usual way reads something else");
    match usual {
        Ok(cassette) => read_again(&cassette),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn read_again(cassette: &Cassette) {
    let _ = cassette.facts();
    let bytes = match (cassette.to_bytes(), &cassette.seal) {
        (Ok(bytes), Seal::Whole) => bytes,
        (Err(_), Seal::Broken { .. }) => return,
        (written, seal) => panic!("written {written:?} under a seal that is {seal:?}"),
    };
    let again = cassette::read("a.cassette.yaml", &bytes).expect("what was written can be read");
    assert_eq!(again.transcript, cassette.transcript);
    assert_eq!(again.seal, Seal::Whole);
    assert_eq!(again.to_bytes().expect("what was read can be written"), bytes, "the form is not canonical");
}
