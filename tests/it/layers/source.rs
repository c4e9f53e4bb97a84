//! Rust source as tokens: enough to see which names a module uses, and to leave
//! out what is there for tests only.

/// A piece of source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) text: String,
    /// The line that it begins in, from 1.
    pub(super) line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier, a keyword or a number.
    Word,
    /// `::`, or one character.
    Mark,
    /// The contents of a string or character.
    Text,
    Comment,
    /// A comment for readers of the documentation.
    Doc,
}

impl Token {
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Mark) && self.text == text
    }
}

/// The tokens of a file, without what is compiled for tests only; and the modules in files of their own that are.
pub(super) fn read(text: &str) -> (Vec<Token>, Vec<String>) {
    let tokens = tokens(text);
    let mut kept = Vec::new();
    let mut test_modules = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match test_only(&tokens, at) {
            Some(end) => {
                test_modules.extend(module_in_its_own_file(&tokens[at..end]));
                at = end;
            }
            None => {
                kept.push(tokens[at].clone());
                at += 1;
            }
        }
    }
    (kept, test_modules)
}

/// Where an item ends that begins here with `#[cfg(test)]` or the like.
fn test_only(tokens: &[Token], at: usize) -> Option<usize> {
    let inner = usize::from(tokens.get(at + 1)?.is("!"));
    let open = at + 1 + inner;
    if !(tokens[at].is("#") && tokens.get(open)?.is("[") && tokens.get(open + 1)?.is("cfg")) {
        return None;
    }
    let close = closing(tokens, open);
    let names: Vec<&Token> = tokens[open..close].iter().filter(|token| token.kind == Kind::Word).collect();
    if !names.iter().any(|token| token.is("test")) || names.iter().any(|token| token.is("not") || token.is("any")) {
        return None;
    }
    Some(if inner == 1 { tokens.len() } else { end_of_item(tokens, close + 1) })
}

fn end_of_item(tokens: &[Token], mut at: usize) -> usize {
    while tokens.get(at).is_some_and(|token| token.is("#")) {
        at = closing(tokens, at + 1) + 1;
    }
    let ends_in_semicolon = |token: &Token| ["use", "const", "static", "type", "let"].iter().any(|word| token.is(word));
    let is_statement = tokens[at..].iter().take(6).take_while(|token| !token.is("{")).any(ends_in_semicolon)
        && !tokens[at..].iter().take(6).any(|token| token.is("fn"));
    while at < tokens.len() {
        let token = &tokens[at];
        if token.is(";") || token.is(",") {
            return at + 1;
        }
        if token.is("}") {
            return at;
        }
        if ["{", "(", "["].iter().any(|open| token.is(open)) {
            at = closing(tokens, at);
            if token.is("{") && !is_statement {
                return at + 1;
            }
        }
        at += 1;
    }
    at
}

/// Where what is opened here is closed.
fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if ["{", "(", "["].iter().any(|mark| token.is(mark)) {
            depth += 1;
        } else if ["}", ")", "]"].iter().any(|mark| token.is(mark)) {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
    }
    tokens.len() - 1
}

fn module_in_its_own_file(item: &[Token]) -> Option<String> {
    let at = item.iter().position(|token| token.is("mod"))?;
    item.get(at + 2).filter(|token| token.is(";")).map(|_| item[at + 1].text.clone())
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = next(rest, first);
        let (piece, after) = rest.split_at(length);
        if let Some(kind) = kind {
            tokens.push(Token { kind, text: piece.to_owned(), line });
        }
        line += piece.matches('\n').count();
        rest = after;
    }
    tokens
}

/// What the text begins with, and its length in bytes.
fn next(text: &str, first: char) -> (Option<Kind>, usize) {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if first.is_whitespace() {
        return (None, first.len_utf8());
    }
    if text.starts_with("//") {
        let is_doc = (text.starts_with("///") && !text.starts_with("////")) || text.starts_with("//!");
        return (Some(if is_doc { Kind::Doc } else { Kind::Comment }), text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        let is_doc = text.starts_with("/**") || text.starts_with("/*!");
        return (Some(if is_doc { Kind::Doc } else { Kind::Comment }), block_comment(text));
    }
    if let Some(length) = string(text) {
        return (Some(Kind::Text), length);
    }
    if is_word(first) {
        return (Some(Kind::Word), text.find(|c| !is_word(c)).unwrap_or(text.len()));
    }
    (Some(Kind::Mark), if text.starts_with("::") { 2 } else { first.len_utf8() })
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        match &text.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The length of a string or character that the text begins with; a lifetime is none.
fn string(text: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c", ""]
        .into_iter()
        .find(|prefix| text.strip_prefix(prefix).is_some_and(|rest| rest.trim_start_matches('#').starts_with('"')));
    if let Some(prefix) = prefix {
        let rest = &text[prefix.len()..];
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        if hashes > 0 || prefix.ends_with('r') {
            let end = format!("\"{}", "#".repeat(hashes));
            let begin = prefix.len() + hashes + 1;
            return Some(text[begin..].find(&end).map_or(text.len(), |at| begin + at + end.len()));
        }
        return Some(prefix.len() + quoted(rest, b'"'));
    }
    let rest = text.strip_prefix('b').unwrap_or(text);
    let inside = rest.strip_prefix('\'')?;
    let is_character = inside.starts_with('\\') || inside.chars().nth(1) == Some('\'');
    is_character.then(|| text.len() - rest.len() + quoted(rest, b'\''))
}

/// The length of what is between quotes, with them.
fn quoted(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        read(text).0.into_iter().filter(|token| token.kind == Kind::Word).map(|token| token.text).collect()
    }

    #[test]
    fn tells_names_from_strings_characters_and_comments() {
        let text =
            "let a = \"b \\\" c\"; // d\n/* e /* f */ g */ let h: &'i str = r#\"j \"k\" l\"#; 'm' '\\'' b'n' 'o: {}";

        assert_eq!(words(text), ["let", "a", "let", "h", "i", "str", "o"]);
    }

    #[test]
    fn leaves_out_what_is_for_tests_only() {
        let text = "use a; #[cfg(test)] use b::{c, d}; #[cfg(test)] #[allow(x)] mod tests { fn e() { f(); } } fn g() {}\n\
                    #[cfg(all(test, unix))] const H: I = J { k: 1 }; struct L { #[cfg(test)] m: N, o: P } #[cfg(not(test))] fn q() {}";

        assert_eq!(words(text), ["use", "a", "fn", "g", "struct", "L", "o", "P", "cfg", "not", "test", "fn", "q"]);
        assert_eq!(words("#![cfg(test)]\nuse a;"), Vec::<String>::new());
    }

    #[test]
    fn finds_the_modules_that_are_for_tests_only() {
        assert_eq!(read("#[cfg(test)]\nmod tests;\nmod other;").1, ["tests"]);
        assert_eq!(read("#[cfg(test)]\nmod tests { use a; }").1, Vec::<String>::new());
    }

    #[test]
    fn counts_lines() {
        let (tokens, _) = read("a\n/* \n */ b \"\n\" c");

        assert_eq!(tokens.iter().filter(|t| t.kind == Kind::Word).map(|t| t.line).collect::<Vec<_>>(), [1, 3, 4]);
    }
}
