//! The inputs that a cassette can be replayed with: the stand-ins of its requests.

use super::Cassette;
use crate::message::Exchange;
use crate::spec::{Location, Member, Route, Specs};
use std::collections::{HashMap, HashSet};

/// The stand-ins of one input, over all exchanges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIns {
    /// The input's key.
    pub name: String,
    /// Its values, each once: those of successful exchanges first, in their order. Never empty.
    pub values: Vec<String>,
}

impl Cassette {
    /// The stand-ins of path inputs and of other required inputs.
    pub fn inputs(&self, specs: &Specs) -> Vec<StandIns> {
        stand_ins(specs, &self.transcript.exchanges)
    }
}

/// The stand-ins of path inputs and of other required inputs, by key, in the order of the specs.
///
/// What succeeded comes first, so that the first value is one to run a client with; the ids that a probe
/// made up follow.
pub fn stand_ins<'e>(specs: &Specs, exchanges: impl IntoIterator<Item = &'e Exchange>) -> Vec<StandIns> {
    let mut collected = Collected::default();
    for member in specs.iter().flat_map(|spec| &spec.input).filter(|member| is_wanted(member)) {
        collected.names.push(&member.key);
    }
    let routes = exchanges.into_iter().filter_map(|exchange| {
        let route = specs.route(&exchange.request).ok()?;
        let success = exchange.response.status == Some(route.spec.http.success);
        Some((success, route))
    });
    let (successful, other): (Vec<_>, Vec<_>) = routes.partition(|(success, _)| *success);
    for (_, route) in successful.iter().chain(&other) {
        collected.add(route);
    }
    collected.finish()
}

fn is_wanted(member: &Member) -> bool {
    member.location == Location::Path || member.required
}

/// Values by key, each once.
#[derive(Default)]
struct Collected<'k> {
    names: Vec<&'k str>,
    values: HashMap<String, Vec<String>>,
    seen: HashSet<(String, String)>,
}

impl Collected<'_> {
    fn add(&mut self, route: &Route<'_>) {
        for member in route.spec.input.iter().filter(|member| is_wanted(member)) {
            let Some(value) = route.inputs.text(&member.key) else { continue };
            if self.seen.insert((member.key.clone(), value.to_string())) {
                self.values.entry(member.key.clone()).or_default().push(value.into_owned());
            }
        }
    }

    fn finish(mut self) -> Vec<StandIns> {
        let inputs = self.names.iter().filter_map(|name| {
            let values = self.values.remove(*name)?;
            Some(StandIns { name: (*name).to_owned(), values })
        });
        inputs.collect()
    }
}
