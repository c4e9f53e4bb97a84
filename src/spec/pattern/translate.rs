//! From the patterns of a model, which are ECMAScript's, to the engine's.
//!
//! The two differ in small ways that would change the meaning without a word:
//! `\d` is ASCII only, and inside a class `[`, `&&` and `~~` are characters.

/// Spells a pattern for the engine; says in words why it cannot.
pub(super) fn for_engine(source: &str) -> Result<String, String> {
    let mut out = String::with_capacity(source.len() + 16);
    let mut in_class = false;
    let mut characters = source.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some((_, escaped)) => push_escape(escaped, &mut out),
                None => return Err("ends in a backslash that escapes nothing".to_owned()),
            },
            '[' if !in_class => {
                in_class = true;
                out.push(c);
                let rest = &source[at + 1..];
                if rest.starts_with(']') || rest.starts_with("^]") {
                    return Err("has a class that begins with \"]\": write \"\\]\" for the character".to_owned());
                }
            }
            '[' if source[at..].starts_with("[:") => {
                return Err("has a POSIX class, \"[:…:]\": write its characters out, as in [0-9A-Za-z]".to_owned());
            }
            '[' | '&' | '~' if in_class => out.extend(['\\', c]),
            '-' if in_class && source[at + 1..].starts_with('-') => {
                return Err("has \"--\" in a class: write \"\\-\" for the character".to_owned());
            }
            ']' => {
                in_class = false;
                out.push(c);
            }
            c => out.push(c),
        }
    }
    Ok(out)
}

/// Writes `\d`, `\w`, `\s` and their opposites out as the ASCII classes that they mean.
fn push_escape(escaped: char, out: &mut String) {
    match escaped {
        'd' => out.push_str("[0-9]"),
        'D' => out.push_str("[^0-9]"),
        'w' => out.push_str("[0-9A-Za-z_]"),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        's' => out.push_str(r"[\t\n\x0B\f\r ]"),
        'S' => out.push_str(r"[^\t\n\x0B\f\r ]"),
        other => out.extend(['\\', other]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;
    use super::*;

    #[test]
    fn understands_classes_within_classes() {
        let pattern = Pattern::new(r"[\w -:`]+").unwrap();

        assert!(pattern.matches("no space left: `x`/9"));
        assert!(!pattern.matches("é"));
    }

    #[test]
    fn takes_brackets_and_operators_inside_a_class_as_characters() {
        assert!(Pattern::new("[a[b]+").unwrap().matches("a[b"));
        assert!(Pattern::new("[a&&b]+").unwrap().matches("a&b"));
        assert!(Pattern::new("[a~~b]+").unwrap().matches("a~b"));
        assert!(Pattern::new(r"[a\]\[]+").unwrap().matches("a[]"));
        assert!(Pattern::new("[a-zA-Z0-9!-~ ]+").unwrap().matches("~ &["));
    }

    #[test]
    fn refuses_what_the_two_dialects_read_differently() {
        for (source, reason) in
            [("[+--]", "\"--\""), ("[]a]", "begins with \"]\""), ("[^]]", "begins with"), ("[[:alpha:]]", "POSIX")]
        {
            assert!(for_engine(source).unwrap_err().contains(reason), "{source}");
        }
        assert!(for_engine("a\\").is_err());
    }
}
