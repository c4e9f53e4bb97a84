//! Operations that list nothing.

use super::subject::{Subject, all_specs, assert_conforms, body, specs_in};
use retake::simulate::Settings;
use retake::spec::Spec;

#[test]
fn answers_every_other_operation_with_one_conforming_output() {
    let others: Vec<Spec> = all_specs().into_iter().filter(|spec| spec.pagination.is_none()).collect();
    assert!(others.len() >= 2);
    for spec in others {
        let subject = Subject::new(&spec, Settings::default());

        let response = subject.call(&subject.inputs());

        assert_conforms(&spec, &response);
    }
}

#[test]
fn puts_each_output_member_where_the_spec_says() {
    let spec = specs_in("tests/data/simulate").into_iter().find(|spec| spec.operation == "GetParcelLabel").unwrap();
    let subject = Subject::new(&spec, Settings::default());

    let response = subject.call(&subject.inputs());

    assert_eq!(response.status, Some(201));
    assert_eq!(response.body.bytes().len(), 8);
    assert_eq!(response.headers.get("x-depot"), Some(&*subject.inputs().text("depot").unwrap()));
    assert_eq!(response.headers.get("last-modified"), Some("Fri, 01 Jan 2010 00:00:00 GMT"));
    assert_eq!(response.headers.iter().filter(|(name, _)| *name == "content-type").count(), 1);
}

#[test]
fn repeats_the_inputs_that_it_was_told_of() {
    let spec = specs_in("tests/data/simulate").into_iter().find(|spec| spec.operation == "DescribeParcel").unwrap();
    let given = [("depot", "north-depot1"), ("depot", "south-depot1"), ("name", "tea set")];
    let inputs = given.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    let subject = Subject::new(&spec, Settings { inputs, ..Settings::default() });

    for depot in ["north-depot1", "south-depot1"] {
        let response = subject.call_with(&[("depot", depot)]);

        assert_conforms(&spec, &response);
        assert_eq!(body(&response).get("depot").unwrap().as_text().unwrap(), depot);
        assert_eq!(body(&response).get("name").unwrap().as_text().unwrap(), "tea set");
    }
    assert_eq!(subject.call_with(&[("depot", "other-depot1")]).status, Some(400));
}
