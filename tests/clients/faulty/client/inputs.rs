//! What the client sends: the inputs of the first page and of those behind it.

use super::{Client, Fault};
use retake::message::target;
use retake::spec::{InputValue, Inputs};

impl Client<'_> {
    pub(super) fn first_inputs(&self, given: &Inputs) -> Inputs {
        let mut inputs = given.clone();
        match self.fault {
            Fault::AsksForAnotherResource => self.set(&mut inputs, "imageSetId", &"z".repeat(32)),
            Fault::SendsPageSizeZero => self.set(&mut inputs, "maxResults", "0"),
            Fault::AddsPageSize if given.get("maxResults").is_none() => self.set(&mut inputs, "maxResults", "7"),
            Fault::BeginsWithEmptyToken if given.get("nextToken").is_none() => self.set(&mut inputs, "nextToken", ""),
            Fault::EncodesGivenTokenTwice => {
                if let Some(token) = given.text("nextToken") {
                    self.set(&mut inputs, "nextToken", &target::encode(&token));
                }
            }
            _ => {}
        }
        inputs
    }

    pub(super) fn next_inputs(&self, given: &Inputs, token: &str) -> Inputs {
        let mut inputs = self.first_inputs(given);
        let token = match self.fault {
            Fault::EncodesTokenTwice => target::encode(token),
            Fault::EncodesSpaceAsPlus => token.replace(' ', "+"),
            Fault::CutsLongToken => token.chars().take(2048).collect(),
            _ => token.to_owned(),
        };
        self.set(&mut inputs, "nextToken", &token);
        match self.fault {
            Fault::DropsToken | Fault::SendsTokenUnderAnotherName => {
                inputs.remove("nextToken");
            }
            Fault::ChangesResourceOnPage2 => self.set(&mut inputs, "imageSetId", &"y".repeat(32)),
            Fault::DropsPageSizeOnPage2 => {
                inputs.remove("maxResults");
            }
            _ => {}
        }
        inputs
    }

    pub(super) fn set(&self, inputs: &mut Inputs, key: &str, text: &str) {
        let member = self.spec.input_member(key).expect("the operation has this input");
        inputs.set(key, InputValue::from_text(self.spec, member, text));
    }
}
