//! The scenarios of a run: listed by name, and derived from their specs anew when their turn comes.
//!
//! A scenario is some tens of kilobytes; of many operations not all need be there at a time. The same spec and seed
//! give the same scenarios.

use crate::cassette::Cassette;
use crate::cli::Failure;
use crate::cli::sources::display;
use crate::diagnostic::Diagnostic;
use crate::drive::{Job, Programme};
use crate::scenario::{Family, Scenario, families, families_with_recording};
use crate::spec::Specs;
use crate::store;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Of how many operations scenarios are there at a time: workers are at the end of one and the beginning of the next.
const AT_A_TIME: usize = 2;

/// What scenarios are derived from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    specs: Arc<Specs>,
    seed: u64,
    recording: Option<Arc<Cassette>>,
}

/// A scenario by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// What the report calls it.
    pub(super) name: String,
    /// Its id.
    pub(super) id: String,
    /// Its id behind its operation.
    pub(super) full: String,
    /// The spec that it follows from.
    spec: usize,
    /// Which of that spec's scenarios it is.
    place: usize,
}

/// All that specs imply, by name.
#[derive(Debug)]
pub(super) struct Listing {
    /// The operations that have scenarios.
    pub(super) operations: Vec<String>,
    /// The scenarios.
    pub(super) scenarios: Vec<Listed>,
    /// What the specs cannot feed, and why.
    pub(super) left_out: Vec<String>,
}

impl Origin {
    /// Specs, with friendly payloads from a recording where there is one.
    pub(super) fn new(specs: Arc<Specs>, seed: u64, cassette: Option<&Path>) -> Result<Self, Failure> {
        let recording = cassette.map(only_cassette).transpose()?.map(Arc::new);
        Ok(Self { specs, seed, recording })
    }

    /// The families of a spec.
    fn families(&self, index: usize) -> Result<Vec<Family>, Diagnostic> {
        let Some(spec) = self.specs.iter().nth(index) else { return Ok(Vec::new()) };
        match &self.recording {
            None => Ok(families(spec, self.seed)),
            Some(recording) => families_with_recording(&self.specs, spec, self.seed, &recording.transcript),
        }
    }

    /// What there is, each named by its operation too where there are several.
    pub(super) fn list(&self) -> Result<Listing, Failure> {
        let mut listing = Listing { operations: Vec::new(), scenarios: Vec::new(), left_out: Vec::new() };
        let mut missing = None;
        for (index, spec) in self.specs.iter().enumerate() {
            let families = match self.families(index) {
                Ok(families) => families,
                // What was not recorded was not asked for.
                Err(error) => {
                    missing = Some(error);
                    continue;
                }
            };
            let operation = &spec.operation;
            listing.operations.push(operation.clone());
            let left_out = families.iter().flat_map(|family| &family.left_out);
            listing.left_out.extend(left_out.map(|left| format!("{operation}: no {}: {}", left.id, left.why)));
            let ids = families.into_iter().flat_map(|family| family.scenarios).map(|scenario| scenario.id);
            let full = |id: &str| format!("{operation}/{id}");
            let listed =
                |(place, id): (usize, String)| Listed { name: id.clone(), full: full(&id), id, spec: index, place };
            listing.scenarios.extend(ids.enumerate().map(listed));
        }
        if let (Some(error), true) = (missing, listing.operations.is_empty()) {
            return Err(Failure::usage(error));
        }
        if listing.operations.len() > 1 {
            for listed in &mut listing.scenarios {
                listed.name.clone_from(&listed.full);
            }
        }
        Ok(listing)
    }
}

fn only_cassette(file: &Path) -> Result<Cassette, Failure> {
    let mut cassettes = store::read_cassettes(&[file.to_owned()]).map_err(Failure::all)?;
    match (cassettes.pop(), cassettes.is_empty()) {
        (Some(cassette), true) => Ok(cassette),
        _ => {
            let error = Diagnostic::new(format!("{} is not one cassette", display(file)));
            Err(Failure::usage(error.expected("the file of one recording")))
        }
    }
}

/// The chosen scenarios, of which few are there at a time.
#[derive(Debug)]
pub(super) struct Chosen {
    origin: Origin,
    listed: Vec<Listed>,
    latest: Mutex<VecDeque<(usize, Vec<Arc<Scenario>>)>>,
}

impl Chosen {
    pub(super) fn new(origin: Origin, listed: Vec<Listed>) -> Self {
        Self { origin, listed, latest: Mutex::default() }
    }

    /// The scenario at a place of a spec, whose scenarios are derived unless they are there.
    fn scenario(&self, spec: usize, place: usize) -> Option<Arc<Scenario>> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if !latest.iter().any(|(known, _)| *known == spec) {
            let families = self.origin.families(spec).ok()?;
            let scenarios = families.into_iter().flat_map(|family| family.scenarios).map(Arc::new).collect();
            latest.truncate(AT_A_TIME - 1);
            latest.push_front((spec, scenarios));
        }
        let (_, scenarios) = latest.iter().find(|(known, _)| *known == spec)?;
        scenarios.get(place).cloned()
    }
}

impl Programme for Chosen {
    fn len(&self) -> usize {
        self.listed.len()
    }

    fn job(&self, index: usize) -> Option<Job> {
        let Listed { name, spec, place, .. } = self.listed.get(index)?;
        Some(Job { name: name.clone(), scenario: self.scenario(*spec, *place)? })
    }
}
