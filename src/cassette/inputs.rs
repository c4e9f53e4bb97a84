//! The inputs that a cassette can be replayed with: the stand-ins of its requests.

use super::Cassette;
use crate::message::Exchange;
use crate::spec::Specs;

/// The stand-ins of one input, over all exchanges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIns {
    /// The input's key.
    pub name: String,
    /// Its values, each once: those of successful exchanges first, in their order.
    pub values: Vec<String>,
}

impl Cassette {
    /// The stand-ins of path inputs and of other required inputs.
    pub fn inputs(&self, specs: &Specs) -> Vec<StandIns> {
        stand_ins(specs, &self.transcript.exchanges)
    }
}

/// The stand-ins of path inputs and of other required inputs, by key in the order of the specs.
pub fn stand_ins<'e>(_specs: &Specs, _exchanges: impl IntoIterator<Item = &'e Exchange>) -> Vec<StandIns> {
    Vec::new()
}
