//! The same request gets the same bytes.

use super::subject::{Subject, all_specs, specs_in, walk};
use retake::message::{Request, Response};
use retake::simulate::Settings;
use retake::spec::{InputValue, build_request};
use std::collections::BTreeMap;

#[test]
fn gives_the_same_bytes_to_the_same_request_in_whatever_order() {
    for spec in all_specs() {
        let subjects = [(); 2].map(|()| Subject::new(&spec, Settings::default()));
        let mut requests = vec![build_request(&spec, &subjects[0].inputs()), Request::default()];
        if let Some(pagination) = &spec.pagination {
            let walk = walk(&subjects[0], &subjects[0].inputs(), None);
            for token in walk.tokens.iter().map(String::as_str).chain(["nonsense"]) {
                let mut inputs = subjects[0].inputs();
                let member = spec.input_member(&pagination.input_token).unwrap();
                inputs.set(&member.key, InputValue::from_text(&spec, member, token));
                requests.push(build_request(&spec, &inputs));
            }
        }
        let forwards: Vec<Response> = requests.iter().map(|request| subjects[0].send(request)).collect();
        let mut backwards: Vec<Response> = requests.iter().rev().map(|request| subjects[1].send(request)).collect();
        backwards.reverse();

        assert_eq!(forwards, backwards, "{}", spec.file);
        let ids: BTreeMap<&str, usize> = forwards.iter().enumerate().map(|(index, r)| (request_id(r), index)).collect();
        assert_eq!(ids.len(), forwards.len(), "{}: a request id came twice", spec.file);
    }
}

fn request_id(response: &Response) -> &str {
    let id = response.headers.get("x-amzn-requestid").unwrap();
    let parts: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
    id
}

#[test]
fn knows_no_clock_and_no_headers() {
    let spec = &specs_in("specs/medical-imaging")[0];
    let subject = Subject::new(spec, Settings::default());
    let request = build_request(spec, &subject.inputs());
    let mut other = request.clone();
    other.headers.push("x-amz-date", "20300101T000000Z");

    assert_eq!(subject.send(&request), subject.send(&other));
}
