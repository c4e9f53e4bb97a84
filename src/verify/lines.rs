//! On which line of its pretty print a member of a JSON body stands.
//!
//! A cassette stores a body as [`Json::to_pretty`] prints it, so that a finding
//! can name the line of the file.

use crate::message::Json;

/// The line, from 0, of the value that a JSON pointer names, or of the innermost container that is there.
pub(super) fn line_of(body: &Json, pointer: &str) -> u32 {
    let mut line = 0;
    let mut value = body;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        let Some((before, child)) = child(value, &token) else { break };
        line += 1 + before;
        value = child;
    }
    line
}

/// The child of a container, with the number of lines between the container's first and the child's.
fn child<'j>(value: &'j Json, token: &str) -> Option<(u32, &'j Json)> {
    match value {
        Json::Array(items) => {
            let index: usize = token.parse().ok()?;
            let child = items.get(index)?;
            Some((items[..index].iter().map(lines).sum(), child))
        }
        Json::Object(members) => {
            let index = members.iter().rposition(|(key, _)| key.decode() == token)?;
            Some((members[..index].iter().map(|(_, value)| lines(value)).sum(), &members[index].1))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}

/// How many lines the pretty print of a value takes.
fn lines(value: &Json) -> u32 {
    match value {
        Json::Array(items) if !items.is_empty() => 2 + items.iter().map(lines).sum::<u32>(),
        Json::Object(members) if !members.is_empty() => 2 + members.iter().map(|(_, value)| lines(value)).sum::<u32>(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_line_that_the_pretty_print_gives_each_value() {
        let body = Json::parse(br#"{"a":[{"x":1,"y":[]},{"x":{"deep/er":2}}],"b":"end"}"#).unwrap();
        let pretty = body.to_pretty();
        let shown = |pointer: &str| pretty.lines().nth(line_of(&body, pointer) as usize).unwrap().trim();

        assert_eq!(shown(""), "{");
        assert_eq!(shown("/a"), "\"a\": [");
        assert_eq!(shown("/a/0/y"), "\"y\": []");
        assert_eq!(shown("/a/1/x/deep~1er"), "\"deep/er\": 2");
        assert_eq!(shown("/b"), "\"b\": \"end\"");
    }

    #[test]
    fn names_the_container_of_a_member_that_is_missing() {
        let body = Json::parse(br#"{"a":[{"x":1}]}"#).unwrap();

        assert_eq!(line_of(&body, "/a/0/y"), line_of(&body, "/a/0"));
    }
}
