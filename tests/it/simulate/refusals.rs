//! What is refused, with which error, naming what.

use super::subject::{
    Subject, all_specs, assert_conforms, assert_refused, body, is_path_text, listings, specs_in, validation_error,
};
use retake::message::Request;
use retake::simulate::Settings;
use retake::spec::{build_request, errors, exemplar};

#[test]
fn refuses_malformed_and_unknown_resources() {
    let mut refused = 0;
    for spec in all_specs() {
        let subject = Subject::new(&spec, Settings::default());
        for member in spec.input.iter().filter(|member| is_path_text(&spec, member)) {
            let known = subject.inputs().text(&member.key).unwrap().into_owned();
            if let Some(malformed) = exemplar::malformed(&spec, member.shape) {
                let response = subject.call_with(&[(&member.key, &malformed)]);
                assert_refused(&spec, &response, validation_error(&spec), &member.wire_name);
                refused += 1;
            }
            let unknown = exemplar::unknown(&spec, member.shape, &known).unwrap();
            let response = subject.call_with(&[(&member.key, &unknown)]);
            let by_status = spec.errors.iter().find(|error| error.status == 404).map(|error| error.name.as_str());
            let name = spec.not_found_error.as_deref().or(by_status).or(validation_error(&spec));
            assert_refused(&spec, &response, name, &member.wire_name);
            refused += 1;
        }
    }
    assert!(refused >= 8);
}

#[test]
fn refuses_page_sizes_beside_their_range_and_takes_those_at_its_ends() {
    for spec in listings() {
        let subject = Subject::new(&spec, Settings::default());
        let Some(key) = &spec.pagination.as_ref().unwrap().page_size else { continue };
        let member = spec.input_member(key).unwrap();
        let (_, most) = spec.shape(member.shape).constraints.range.unwrap_or((1.0, 2_147_483_647.0));
        for size in ["0", "-1", &(most + 1.0).to_string(), "ten", "1.5", ""] {
            let response = subject.call_with(&[(key, size)]);
            assert_refused(&spec, &response, validation_error(&spec), &member.wire_name);
        }
        for size in ["1", &most.to_string()] {
            assert_conforms(&spec, &subject.call_with(&[(key, size)]));
        }
    }
}

/// A token that another page follows, with the inputs it was issued for.

#[test]
fn refuses_what_is_no_operation() {
    let spec = &specs_in("specs/medical-imaging")[0];
    let subject = Subject::new(spec, Settings::default());
    let right = build_request(spec, &subject.inputs());

    for path in ["/", "/nothing", &format!("{}/", right.path), &right.path.to_uppercase()] {
        let response = subject.send(&Request { path: path.to_string(), ..right.clone() });
        assert_eq!(response.status, Some(404), "{path}");
        assert_eq!(errors::error_type(&response).unwrap().name, "UnknownOperationException");
        assert!(body(&response).get("message").is_some());
    }
    let response = subject.send(&Request { method: "GET".into(), ..right });
    assert_eq!(response.status, Some(404));
}
