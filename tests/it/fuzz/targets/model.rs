//! Service models: each operation is imported as a spec that compiles, or refused with a reason.

use retake::spec::compile;
use retake::spec::import::{Former, Imported, Model, Paginators};

pub(crate) const WORDS: &[&str] = &[
    "{\"metadata\":{\"protocol\":\"rest-json\",\"serviceId\":\"A\"},",
    "\"operations\":{",
    "\"shapes\":{",
    "\"type\":\"structure\"",
    "\"members\":{",
    "\"shape\":\"A\"",
    "\"location\":\"uri\"",
    "\"locationName\":\"a\"",
    "\"payload\":\"a\"",
    "\"pattern\":\"(a+)+$\"",
    "\"min\":1",
    "\"max\":99999999999999999999",
    "\"enum\":[\"A\"]",
    "\"required\":[\"a\"]",
    "\"requestUri\":\"/a/{b+}?c\"",
    "\"method\":\"GET\"",
    "\"errors\":[{\"shape\":\"E\"}]",
    "null",
    "\"\"",
    "-1",
    "\"type\":\"map\"",
    "\"key\":",
    "\"value\":",
    "\"type\":\"list\"",
    "\"member\":",
    "\"streaming\":true",
    "\"union\":true",
    "\"document\":true",
    "}",
    "]",
    ",",
];

/// What compiles a spec.
type Compiles = fn(&Imported) -> bool;

pub(crate) fn run(data: &[u8]) {
    check(data, |imported| compile(&imported.path, &imported.text).is_ok());
}

pub(crate) fn check(data: &[u8], compiles: Compiles) {
    let _ = Paginators::parse("paginators-1.json", data);
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Former::read("former.yaml", text);
    }
    let model = match Model::parse("service-2.json", data) {
        Ok(model) => model,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    for operation in model.operations() {
        match model.import(None, &operation, None, None) {
            Ok(imported) => assert!(compiles(&imported), "{}", imported.text),
            Err(error) => assert!(!error.to_string().is_empty(), "refused without a reason"),
        }
    }
}
