//! The target of a CONNECT: a tunnel is opened to a known host at port 443, spelled exactly so, and to nothing else.

use retake::net::tunnel_host;

pub(crate) const WORDS: &[&str] = &[
    "a.example",
    "runtime-things.us-east-1.amazonaws.com",
    ":443",
    ":80",
    ":0443",
    ":",
    ".",
    "@",
    "user:pass@",
    "[::1]",
    "127.0.0.1",
    "169.254.169.254",
    "localhost",
    "http://",
    "https://",
    "/",
    "?",
    "#",
    "%2e",
    "%00",
    "\\",
    " ",
    "\t",
    "\r\n",
    "A.EXAMPLE",
    "xn--",
    "\u{ff0e}",
    "0x7f.1",
];

pub(crate) const HOSTS: [&str; 2] = ["a.example", "runtime-things.us-east-1.amazonaws.com"];

/// What says which host is asked for.
type Ask = fn(&[u8], &[&'static str]) -> Option<&'static str>;

pub(crate) fn run(data: &[u8]) {
    check(data, tunnel_host);
}

pub(crate) fn check(data: &[u8], ask: Ask) {
    let expected = HOSTS.into_iter().find(|host| data == format!("{host}:443").as_bytes());

    assert_eq!(ask(data, &HOSTS), expected, "of {:?}", String::from_utf8_lossy(data));
    assert_eq!(ask(data, &[]), None);
}
