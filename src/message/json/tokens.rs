//! A JSON text that is walked value by value: no tree is built and nothing is copied.

use super::{Json, JsonError, JsonErrorKind, check, string_end};

/// A JSON text without white space between its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compact(String);

/// What a value is, by its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// A place in a compact text, before a value, before a name, or before what separates them.
///
/// ```
/// use retake::message::json::{Compact, Next};
///
/// let text = Compact::parse(b"{\"a\": [1, 2], \"b\": 3}").unwrap();
/// let mut tokens = text.tokens();
/// assert_eq!(tokens.next(), Next::Object);
/// tokens.open();
/// while tokens.another() {
///     println!("{} is {}", tokens.name(), tokens.value());
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl Compact {
    /// Takes the white space out of a text; refuses what [`Json::parse`] refuses.
    pub fn parse(text: &[u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(text)
            .map_err(|error| JsonError { offset: error.valid_up_to(), kind: JsonErrorKind::NotUtf8 })?;
        check::compact_checked(text).map(Self)
    }

    /// The text of a value.
    pub fn of(value: &Json) -> Self {
        Self(value.to_compact())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The beginning of the text, which is one value.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens { text: &self.0, at: 0 }
    }
}

impl<'t> Tokens<'t> {
    /// What the value here is.
    #[allow(clippy::should_implement_trait, reason = "it is no iterator: it says what comes, and stays")]
    pub fn next(&self) -> Next {
        match self.byte() {
            b'{' => Next::Object,
            b'[' => Next::Array,
            b'"' => Next::String,
            b't' | b'f' => Next::Bool,
            b'n' => Next::Null,
            _ => Next::Number,
        }
    }

    /// The value here as it is spelled, with all that is in it.
    pub fn value(&mut self) -> &'t str {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut depth = 0;
        loop {
            match self.byte() {
                b'"' => self.at = string_end(bytes, self.at),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' => self.at += 1,
                _ => {
                    let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']');
                    let rest = &bytes[self.at..];
                    self.at += rest.iter().position(is_end).unwrap_or(rest.len());
                }
            }
            if depth == 0 {
                return &self.text[start..self.at];
            }
        }
    }

    /// Goes into the array or object here.
    pub fn open(&mut self) {
        self.at += 1;
    }

    /// Goes to the next item or member of the array or object that was opened last; behind it, if there is none.
    pub fn another(&mut self) -> bool {
        let byte = self.byte();
        self.at += usize::from(matches!(byte, b',' | b'}' | b']'));
        !matches!(byte, b'}' | b']')
    }

    /// The name of the member here, as spelled between its quotes; the value comes next.
    pub fn name(&mut self) -> &'t str {
        let start = self.at;
        let end = string_end(self.text.as_bytes(), start);
        self.at = end + 1;
        &self.text[start + 1..end - 1]
    }

    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(b'}')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::json::Text;

    /// The value that tokens say, built as a tree.
    fn tree(tokens: &mut Tokens<'_>) -> Json {
        match tokens.next() {
            Next::Array => {
                let mut items = Vec::new();
                tokens.open();
                while tokens.another() {
                    items.push(tree(tokens));
                }
                Json::Array(items)
            }
            Next::Object => {
                let mut members = Vec::new();
                tokens.open();
                while tokens.another() {
                    let name = Text::spelled(tokens.name());
                    members.push((name, tree(tokens)));
                }
                Json::Object(members)
            }
            Next::Null | Next::Bool | Next::Number | Next::String => Json::parse(tokens.value().as_bytes()).unwrap(),
        }
    }

    const TEXTS: [&str; 9] = [
        r#"{"a":1.679592510753E9,"a":"\u00e9\/\"","b":[{},[],-0.0,1e+2],"c":null}"#,
        "[]",
        "{}",
        "[[[[1]]],[{}]]",
        r#""}],{""#,
        "-1",
        "true",
        r#"{"\"}":{"x":[true,false,null]},"":"\\"}"#,
        r#" [ 1 , { "a" : "b c" } ] "#,
    ];

    #[test]
    fn says_what_the_parser_reads() {
        for text in TEXTS {
            let compact = Compact::parse(text.as_bytes()).unwrap();

            assert_eq!(tree(&mut compact.tokens()), Json::parse(text.as_bytes()).unwrap(), "{text}");
        }
    }

    #[test]
    fn passes_a_whole_value_at_once() {
        for text in TEXTS {
            let list = format!("[{text},{text}]");
            let compact = Compact::parse(list.as_bytes()).unwrap();
            let expected = Json::parse(text.as_bytes()).unwrap().to_compact();
            let mut tokens = compact.tokens();
            let mut found = Vec::new();

            tokens.open();
            while tokens.another() {
                found.push(tokens.value());
            }

            assert_eq!(found, [expected.as_str(), expected.as_str()]);
        }
    }
}
