//! Specs from service models: what a model says, written as a spec, and what people own of the spec it renews.
//!
//! [`Model::import`] takes one operation of a model as the AWS SDK for Python has it. What a spec cannot
//! say is refused with a reason that names it; a pattern that cannot be run is imported as
//! a note. What a model does not say is not made up, but for what a recording may hold:
//! texts are not kept until a person says that they may be.
//!
//! - `model` reads the JSON, `survey` looks through what an operation reaches
//! - `types` and `operation` say it as a spec, `write` writes that
//! - `former` is what people own of the spec that is renewed

mod former;
mod model;
mod operation;
mod survey;
mod types;
mod write;

pub use former::Former;
pub use model::{Model, Paginators};

use super::{compile, kebab};
use crate::diagnostic::Diagnostic;

/// An operation that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Its name.
    pub operation: String,
    /// Where its spec belongs: `<service>/<operation>.yaml`.
    pub path: String,
    /// The spec.
    pub text: String,
    /// What of the model it does not say: patterns that cannot be run, pages of an unusual kind.
    pub left_out: Vec<String>,
}

impl Model {
    /// The spec of an operation, which keeps what people own of the former one.
    ///
    /// `source` is what the spec says of its model, such as the release that it is from.
    pub fn import(
        &self,
        paginators: Option<&Paginators>,
        operation: &str,
        source: Option<&str>,
        former: Option<&Former>,
    ) -> Result<Imported, Diagnostic> {
        let imported = operation::import(self, paginators, operation, source, former)?;
        match compile(&imported.path, &imported.text) {
            Ok(_) => Ok(imported),
            // Where people own what the model no longer has, that is theirs to mend.
            Err(errors) => {
                Err(errors.into_iter().next().unwrap_or_else(|| Diagnostic::new("the spec does not compile")))
            }
        }
    }

    /// Where the spec of an operation belongs.
    pub fn path_of(&self, operation: &str) -> String {
        format!("{}/{}.yaml", self.service_id(), kebab(operation))
    }

    /// What the model is of: the service and its version.
    pub fn title(&self) -> String {
        let of = |name: &str| self.metadata(name).unwrap_or_default().into_owned();
        format!("{} {}", of("serviceId"), of("apiVersion")).trim().to_owned()
    }

    /// The service as folders and specs name it.
    fn service_id(&self) -> String {
        let id = self.metadata("serviceId").or_else(|| self.metadata("endpointPrefix"));
        kebab(&id.unwrap_or_default())
    }
}
