//! The text of a spec: block mappings whose entries fit on a line where they can, as a person would write them.

use crate::yaml::{is_plain_safe, quote, scalar};

/// How wide a line may become before it is broken.
const WIDTH: usize = 140;

/// A piece of a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A word or number, spelled.
    Word(String),
    /// A text, spelled as its place asks.
    Text(String),
    /// A mapping on one line, if it fits.
    Flow(Vec<(String, Piece)>),
    /// A list on one line, or on as many as it needs.
    List(Vec<Piece>),
    /// A mapping with a line for each entry.
    Block(Vec<(String, Piece)>),
}

/// A text.
pub(super) fn text(text: &str) -> Piece {
    Piece::Text(text.to_owned())
}

/// A word or number of the format.
pub(super) fn word(word: impl ToString) -> Piece {
    Piece::Word(word.to_string())
}

/// A mapping with a line for each entry, as text.
pub(super) fn render(entries: &[(String, Piece)]) -> String {
    let mut out = String::new();
    block(entries, 0, &mut out);
    out
}

fn block(entries: &[(String, Piece)], indent: usize, out: &mut String) {
    for (key, piece) in entries {
        let begin = format!("{:indent$}{}:", "", scalar(key));
        match piece {
            Piece::Block(entries) => {
                out.push_str(&begin);
                out.push('\n');
                block(entries, indent + 2, out);
            }
            Piece::Text(text) => out.push_str(&format!("{begin} {}\n", scalar(text))),
            piece => {
                let line = format!("{begin} {}", on_one_line(piece));
                match piece {
                    _ if line.chars().count() <= WIDTH => out.push_str(&(line + "\n")),
                    Piece::Flow(entries) => {
                        out.push_str(&begin);
                        out.push('\n');
                        block(entries, indent + 2, out);
                    }
                    Piece::List(items) => list(&begin, items, out),
                    Piece::Word(_) | Piece::Text(_) | Piece::Block(_) => out.push_str(&(line + "\n")),
                }
            }
        }
    }
}

/// A list over several lines, its items below the first one.
fn list(begin: &str, items: &[Piece], out: &mut String) {
    let mut line = format!("{begin} [");
    let margin = " ".repeat(line.len());
    let mut is_first = true;
    for (index, item) in items.iter().enumerate() {
        let end = if index + 1 == items.len() { "]" } else { "," };
        let item = on_one_line(item) + end;
        let space = usize::from(!is_first);
        if !is_first && line.len() + space + item.len() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = margin.clone() + &item;
        } else {
            line.push_str(if is_first { "" } else { " " });
            line.push_str(&item);
        }
        is_first = false;
    }
    out.push_str(&line);
    out.push('\n');
}

fn on_one_line(piece: &Piece) -> String {
    match piece {
        Piece::Word(word) => word.clone(),
        Piece::Text(text) => in_flow(text),
        Piece::List(items) => {
            let items: Vec<String> = items.iter().map(on_one_line).collect();
            format!("[{}]", items.join(", "))
        }
        Piece::Flow(entries) | Piece::Block(entries) => {
            let entry = |(key, piece): &(String, Piece)| format!("{}: {}", in_flow(key), on_one_line(piece));
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// A text inside braces, where more characters mean something than elsewhere.
fn in_flow(text: &str) -> String {
    let is_plain = is_plain_safe(text) && !text.contains([',', '{', '}', '[', ']']);
    if is_plain { text.to_owned() } else { quote(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, piece: Piece) -> (String, Piece) {
        (key.to_owned(), piece)
    }

    #[test]
    fn keeps_on_one_line_what_fits_and_breaks_the_rest() {
        let short = Piece::Flow(vec![entry("type", word("string")), entry("pattern", text("[a,b]{2}"))]);
        let long = Piece::Flow((0..12).map(|n| entry(&format!("member{n}"), text("a text of some length"))).collect());
        let values = Piece::List((0..40).map(|n| text(&format!("VALUE_{n}"))).collect());

        let written =
            render(&[entry("a", short), entry("b", long), entry("c", Piece::Block(vec![entry("d", values)]))]);

        assert!(written.starts_with("a: {type: string, pattern: \"[a,b]{2}\"}\nb:\n  member0: a text"), "{written}");
        assert!(written.contains("\nc:\n  d: [VALUE_0, VALUE_1,"), "{written}");
        assert!(written.lines().all(|line| line.len() <= WIDTH), "{written}");
        assert!(written.ends_with("VALUE_39]\n"), "{written}");
    }

    #[test]
    fn quotes_what_a_reader_would_take_for_something_else() {
        assert_eq!(on_one_line(&text("2023-07-19")), "\"2023-07-19\"");
        assert_eq!(on_one_line(&text("no")), "\"no\"");
        assert_eq!(on_one_line(&text("\\d+")), "\"\\\\d+\"");
        assert_eq!(on_one_line(&text("plain")), "plain");
    }
}
