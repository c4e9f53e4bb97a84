//! Page tokens: bound, opaque, and nobody else's.

use super::subject::{
    Subject, assert_conforms, assert_refused, body, is_path_text, listings, specs_in, validation_error, walk,
};
use retake::message::Json;
use retake::simulate::Settings;
use retake::spec::exemplar;

/// A token that another page follows, with the inputs it was issued for.
fn issued(subject: &Subject) -> Option<String> {
    let spec = subject.spec();
    let size = spec.pagination.as_ref().unwrap().page_size.as_ref().map(|_| 7);
    walk(subject, &subject.inputs(), size).tokens.last().cloned()
}

/// So many items that every listing has more than one page, if only the simulator says how long one is.
fn many_items() -> Settings {
    Settings { items: 120, ..Settings::default() }
}

#[test]
fn refuses_tokens_that_it_did_not_issue() {
    for spec in listings() {
        let subject = Subject::new(&spec, many_items());
        let key = &spec.pagination.as_ref().unwrap().input_token;
        let member = spec.input_member(key).unwrap();
        let token = issued(&subject).unwrap();
        let mut bad = vec![String::new(), "retake-unknown-token".to_owned(), "0".repeat(token.len()), "5".to_owned()];
        bad.extend([format!("{token}{token}"), format!("{token}="), token[1..].to_owned(), token.to_lowercase() + "a"]);
        for place in 0..token.len() {
            // Every character changed, the last one in every way: base64 has bits to spare there.
            let others: &[u8] = if place + 1 == token.len() { b"0123456789ABCDEFabcdefghABQgwxyz-_" } else { b"0A" };
            for other in others {
                let mut tampered = token.clone().into_bytes();
                tampered[place] = *other;
                bad.push(String::from_utf8(tampered).unwrap());
            }
        }
        for token in bad.iter().filter(|bad| **bad != token) {
            assert_refused(&spec, &subject.call_with(&[(key, token)]), validation_error(&spec), &member.wire_name);
        }
        assert_conforms(&spec, &subject.call_with(&[(key, &token)]));
    }
}

#[test]
fn binds_tokens_to_every_input_but_the_page_size() {
    for spec in listings() {
        let pagination = spec.pagination.as_ref().unwrap();
        let plain = Subject::new(&spec, Settings::default());
        let known = plain.inputs();
        let mut inputs: Vec<(String, String)> = Vec::new();
        for member in spec.input.iter().filter(|member| is_path_text(&spec, member)) {
            let first = known.text(&member.key).unwrap().into_owned();
            let second = exemplar::unknown(&spec, member.shape, &first).unwrap();
            inputs.extend([first, second].map(|value| (member.key.clone(), value)));
        }
        let subject = Subject::new(&spec, Settings { inputs: inputs.clone(), ..many_items() });
        let token = issued(&subject).unwrap();
        let with_token = |key: &str, value: &str| subject.call_with(&[(&pagination.input_token, &token), (key, value)]);

        for (key, value) in &inputs {
            let response = with_token(key, value);
            if known.text(key).unwrap() == *value {
                assert_conforms(&spec, &response);
            } else {
                assert_conforms(&spec, &subject.call_with(&[(key, value)]));
                let member = spec.input_member(&pagination.input_token).unwrap();
                assert_refused(&spec, &response, validation_error(&spec), &member.wire_name);
            }
        }
        if let Some(key) = &pagination.page_size {
            assert_conforms(&spec, &with_token(key, "3"));
        }
    }
}

#[test]
fn never_issues_a_token_that_says_what_it_means() {
    for spec in listings() {
        let subject = Subject::new(&spec, Settings::default());
        let size = spec.pagination.as_ref().unwrap().page_size.as_ref().map(|_| 1);
        let walk = walk(&subject, &subject.inputs(), size);
        let text: String = walk.items.iter().map(Json::to_compact).collect();
        for token in &walk.tokens {
            assert!(!text.contains(token.as_str()), "{}: the token is an item's", spec.file);
            let neighbours = walk.tokens.iter().filter(|other| other[..4] == token[..4]).count();
            assert_eq!(neighbours, 1, "{}: tokens count up", spec.file);
        }
    }
}

#[test]
fn tells_inputs_apart_that_would_make_one_text() {
    let spec = specs_in("tests/data/simulate").into_iter().find(|spec| spec.operation == "ListNames").unwrap();
    let subject = Subject::new(&spec, Settings::default());
    let first = subject.call_with(&[("prefix", "a"), ("suffix", "b")]);
    let token = body(&first).get("page").unwrap().as_text().unwrap().into_owned();

    for others in [&[("prefix", "asuffixb")][..], &[("prefix", "a")], &[("prefix", "b"), ("suffix", "a")], &[]] {
        let response = subject.call_with(&[others, &[("page", &token)]].concat());
        assert_refused(&spec, &response, None, "page");
    }
    assert_conforms(&spec, &subject.call_with(&[("prefix", "a"), ("suffix", "b"), ("page", &token)]));
}
