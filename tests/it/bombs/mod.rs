//! Texts that are small and would become large, deep or slow: how little of each is read before it is refused.
//!
//! What is asserted is the work, as events that were taken from the parser; `cargo bench -- hostile` measures what it
//! takes in time and memory. The control is the same shape within its bounds, which is read to its end.

mod texts;

use retake::diagnostic::Diagnostic;
use retake::yaml::{Node, Source, parse_counted};
use texts::{LIMITS, bombs};

fn read(text: &str) -> (Result<Node<'_>, Diagnostic>, usize) {
    parse_counted(Source::whole("bomb.yaml"), text, LIMITS)
}

#[test]
fn a_bomb_is_refused_before_much_of_it_is_read() {
    for (name, text, most) in bombs() {
        let (result, events) = read(&text);

        assert!(events <= most, "{name}: {events} events, at most {most} were expected");
        // A text that is one scalar is no bomb, and no spec.
        let is_refused = match &result {
            Err(_) => true,
            Ok(node) => node.entries(Source::whole("bomb.yaml"), "the spec").is_err(),
        };
        assert!(is_refused, "{name} was read");
    }
}

#[test]
fn a_reader_without_bounds_would_read_them() {
    let mut expanded = Vec::new();
    for (name, text, most) in bombs() {
        // The parser beneath ours, as it comes.
        let events = granit_parser::Parser::new_from_str(&text).take_while(Result::is_ok).count();
        if events > most + 16 {
            expanded.push(name);
        }
    }

    for name in ["a billion laughs", "blocks in blocks", "dashes in dashes", "more values than a spec has"] {
        assert!(expanded.contains(&name), "{name} is no bomb: {expanded:?}");
    }
}

#[test]
fn the_same_shapes_within_their_bounds_are_read_to_their_end() {
    let deep = format!("{}{}", "[".repeat(128), "]".repeat(128));
    let many = format!("[{}1]", "1,".repeat(LIMITS.nodes - 2));
    let long = format!("a: {}\n", "x".repeat(LIMITS.bytes - 4));
    for (text, least) in [(&deep, 256), (&many, LIMITS.nodes), (&long, 4)] {
        let (result, events) = read(text);

        assert!(result.is_ok(), "{:?}", result.err());
        assert!(events >= least, "{events}");
    }
}
