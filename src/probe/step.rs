//! The steps of a probe: what follows from the contract alone.

use super::plan::{Target, set};
use crate::evidence::Purpose;
use crate::spec::{Inputs, Location, Spec, exemplar};

/// What no service takes for a number.
const NO_NUMBER: &str = "retake";

/// A step, whose request may depend on what was issued before.
#[derive(Debug)]
pub(super) enum Step {
    /// A call or a walk that is known from the start.
    Call(Call),
    /// The empty token.
    EmptyToken,
    /// The last token issued, changed.
    TamperedToken,
    /// A token that was never issued.
    UnknownToken,
    /// A token of the other resource.
    ForeignToken,
}

/// A call, or the walk that begins with it.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) inputs: Inputs,
    /// What it is after, where it is no walk.
    pub(super) purpose: Option<Purpose>,
}

impl Call {
    /// A walk, whose tokens are followed.
    fn walk(inputs: Inputs) -> Self {
        Self { inputs, purpose: None }
    }

    /// One call.
    pub(super) fn once(inputs: Inputs, purpose: Purpose) -> Self {
        Self { inputs, purpose: Some(purpose) }
    }

    /// Whether its tokens are followed.
    pub(super) fn walks(&self) -> bool {
        self.purpose.is_none()
    }
}

/// All steps of an operation, in order.
pub(super) fn steps(target: &Target<'_>) -> Vec<Step> {
    let mut steps = walks(target);
    steps.extend(identifiers(target));
    steps.extend(page_sizes_out_of_range(target));
    if target.spec.pagination.is_some() {
        steps.extend([Step::EmptyToken, Step::TamperedToken, Step::UnknownToken]);
        steps.extend(foreign_token(target));
    }
    steps
}

/// All steps of an operation, and those that only a mock is asked.
pub(super) fn steps_of_mock(target: &Target<'_>) -> Vec<Step> {
    let mut steps = steps(target);
    steps.extend(page_size_that_is_no_number(target));
    let without = [Purpose::Unsigned, Purpose::WronglySigned];
    steps.extend(without.map(|purpose| Step::Call(Call::once(target.inputs.clone(), purpose))));
    steps
}

/// The walk without a page size, at 1, at 2 and at the maximum; one call if the operation does not page.
fn walks(target: &Target<'_>) -> Vec<Step> {
    let walk = |inputs| Step::Call(Call::walk(inputs));
    let mut steps = vec![walk(target.inputs.clone())];
    if let Some(paging) = Paging::of(target.spec) {
        steps.extend(paging.sizes().into_iter().map(|size| walk(paging.inputs(target, &target.inputs, size))));
    }
    steps
}

/// Each path input malformed, then unknown.
fn identifiers(target: &Target<'_>) -> Vec<Step> {
    let spec = target.spec;
    let mut steps = Vec::new();
    for member in spec.input.iter().filter(|member| member.location == Location::Path) {
        let Some(value) = target.inputs.text(&member.key) else { continue };
        let key = || member.key.clone();
        let wrong = [
            (Purpose::Malformed(key()), exemplar::malformed(spec, member.shape)),
            (Purpose::Unknown(key()), exemplar::unknown(spec, member.shape, &value)),
        ];
        for (purpose, text) in wrong {
            // A label cannot be empty: the path would be another one.
            let Some(text) = text.filter(|text| !text.is_empty()) else { continue };
            let mut inputs = target.inputs.clone();
            set(spec, &mut inputs, &member.key, &text);
            steps.push(Step::Call(Call::once(inputs, purpose)));
        }
    }
    steps
}

/// Page size 0 and the maximum + 1, where they are out of range.
fn page_sizes_out_of_range(target: &Target<'_>) -> Vec<Step> {
    let Some(paging) = Paging::of(target.spec) else { return Vec::new() };
    let zero = (paging.least > 0).then_some(0);
    let beyond = paging.most.map(|most| most + 1);
    let sizes = zero.into_iter().chain(beyond);
    let of_size = |size| Step::Call(Call::once(paging.inputs(target, &target.inputs, size), Purpose::PageSize));
    sizes.map(of_size).collect()
}

/// A page size that is no number.
fn page_size_that_is_no_number(target: &Target<'_>) -> Option<Step> {
    let paging = Paging::of(target.spec)?;
    let mut inputs = target.inputs.clone();
    set(target.spec, &mut inputs, paging.key, NO_NUMBER);
    Some(Step::Call(Call::once(inputs, Purpose::PageSize)))
}

/// A page of the other resource, as short as can be so that it has a token, and then that token.
fn foreign_token(target: &Target<'_>) -> Vec<Step> {
    let Some(other) = &target.other_inputs else { return Vec::new() };
    let inputs = match Paging::of(target.spec) {
        Some(paging) => paging.inputs(target, other, paging.least.max(1)),
        None => other.clone(),
    };
    vec![Step::Call(Call::once(inputs, Purpose::OtherResource)), Step::ForeignToken]
}

/// The page sizes that an operation takes.
struct Paging<'s> {
    key: &'s str,
    least: i64,
    most: Option<i64>,
}

impl<'s> Paging<'s> {
    fn of(spec: &'s Spec) -> Option<Self> {
        let key = spec.pagination.as_ref()?.page_size.as_deref()?;
        let range = spec.shape(spec.input_member(key)?.shape).constraints.range;
        // A range of whole numbers that a service lists its items by is far within what an i64 holds.
        let (least, most) = range.map_or((1, None), |(least, most)| (least.ceil() as i64, Some(most.floor() as i64)));
        Some(Self { key, least, most })
    }

    /// 1, 2 and the maximum, each once, as far as they are in range.
    fn sizes(&self) -> Vec<i64> {
        let most = self.most.unwrap_or(i64::MAX);
        let mut sizes: Vec<i64> = [Some(1), Some(2), self.most].into_iter().flatten().collect();
        sizes.retain(|size| (self.least..=most).contains(size));
        sizes.dedup();
        sizes
    }

    fn inputs(&self, target: &Target<'_>, inputs: &Inputs, size: i64) -> Inputs {
        let mut inputs = inputs.clone();
        set(target.spec, &mut inputs, self.key, &size.to_string());
        inputs
    }
}
