//! The texts themselves; the bench that measures them has them from here as well.

use retake::yaml::Limits;
use std::fmt::Write;

/// The limits of a spec.
pub(crate) const LIMITS: Limits = retake::spec::compile::LIMITS;

/// Ten times ten times …: what a parser that expands aliases makes 10^`depth` values of.
fn laughs(depth: usize) -> String {
    let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..depth {
        let alias = format!("*a{},", level - 1).repeat(10);
        writeln!(text, "a{level}: &a{level} [{}]", alias.trim_end_matches(',')).unwrap();
    }
    text
}

fn nested_blocks(depth: usize, entry: &str) -> String {
    (0..depth).map(|level| format!("{}{entry}\n", " ".repeat(level))).collect()
}

/// A bomb: its name, its text, and how many events may be read of it.
pub(crate) fn bombs() -> Vec<(&'static str, String, usize)> {
    let million = 1_000_000;
    let depth = 128;
    vec![
        ("a billion laughs", laughs(9), 8),
        ("an anchor alone", "a: &a 1\n".to_owned(), 8),
        ("an alias of nothing", "a: *a\n".to_owned(), 8),
        ("an alias of itself", "a: &a [*a]\n".to_owned(), 8),
        ("a merge", "a: {b: 1}\n<<: {c: 2}\n".to_owned(), 16),
        ("merges of aliases", "a: &a {b: 1}\nc:\n  <<: [*a, *a, *a]\n".to_owned(), 8),
        ("a tag", "a: !!python/object/apply:os.system [id]\n".to_owned(), 8),
        ("a tag of our own", "!x a: 1\n".to_owned(), 8),
        ("a tag of bytes", "a: !!binary aGk=\n".to_owned(), 8),
        ("a set", "!!set {a, b}\n".to_owned(), 8),
        ("a directive", format!("{}---\na: 1\n", "%YAML 1.1\n".repeat(1000)), 4),
        ("tag directives", format!("{}---\na: 1\n", "%TAG !e! tag:example.com,2000:\n".repeat(1000)), 4),
        ("lists in lists", "[".repeat(million), depth + 8),
        ("mappings in mappings", "{a: ".repeat(million), 2 * depth + 16),
        ("lists of mappings", "[{a: ".repeat(million / 2), 2 * depth + 16),
        ("blocks in blocks", nested_blocks(1000, "a:"), 2 * depth + 16),
        ("dashes in dashes", "- ".repeat(million), depth + 16),
        ("keys that are keys", "? ".repeat(million), depth + 16),
        ("keys that are lists", "? [a]\n: b\n".to_owned(), 16),
        ("a key twice", "a: 1\na: 2\n".to_owned(), 16),
        ("a key twice among many", (0..1000).chain([7]).map(|key| format!("k{key}: 1\n")).collect(), 2 * 1001 + 8),
        ("a key twice by its escapes", "\"a\": 1\n\"\\x61\": 2\n".to_owned(), 16),
        ("a second document", "a: 1\n---\nb: 2\n".to_owned(), 16),
        ("a thousand documents", "---\na: 1\n".repeat(1000), 16),
        ("more values than a spec has", format!("[{}]", "1,".repeat(million)), LIMITS.nodes + 16),
        ("a scalar longer than a spec", format!("a: {}\n", "x".repeat(LIMITS.bytes)), 0),
        ("a quoted scalar longer than a spec", format!("a: \"{}\"\n", "\\n".repeat(LIMITS.bytes / 2)), 0),
        ("a scalar without end", format!("a: \"{}", "x".repeat(million)), 8),
        ("a line that might be a key", "x ".repeat(million), 8),
        ("a list without end", format!("[{}", "a ".repeat(million)), 16),
        ("indentation without end", format!("a: |\n{}x\n  b\n", " ".repeat(million)), 16),
        ("nothing but comments", "# x\n".repeat(million), 8),
        ("nothing but lines", "\n".repeat(million), 8),
        ("nothing but carriage returns", "\r".repeat(million), 8),
        ("control characters", "a: \0\x01\x1b\n".to_owned(), 8),
    ]
}
