//! What a spec asks of redaction, worked out once: for each member its class, and
//! where two values must not come to look the same.

use super::policy::Policy;
use crate::message::Json;
use crate::spec::{Condition, Kind, Member, Sensitivity, Shape, ShapeId, Spec, Specs};
use std::collections::{HashMap, HashSet};

/// The plan of one spec.
pub(super) struct Plan {
    inputs: Vec<Field>,
    outputs: Vec<Field>,
    /// The members of each structure and union.
    structures: HashMap<ShapeId, Vec<Field>>,
    /// All names that the spec has, in lower case.
    names: HashSet<String>,
    /// Of each shape what it says, its name aside: shapes that say the same have the same stand-ins.
    scopes: Vec<String>,
}

/// What becomes of one member.
#[derive(Default)]
pub(super) struct Field {
    class: Option<Sensitivity>,
    /// The name under which a sensitive member is kept, if it is.
    kept: Option<String>,
    /// Whether different values must stay different, since a check compares them.
    distinct: bool,
    /// Values that a rule of the spec names: no secrets, since the spec itself tells them.
    constants: Vec<Json>,
    /// Another shape that the same value must satisfy or violate alike: of a token, the one as which it is spent.
    also: Option<ShapeId>,
}

/// All specs with their plans.
#[derive(Clone, Copy)]
pub(super) struct Contracts<'p> {
    pub(super) specs: &'p Specs,
    /// In the order of the specs.
    pub(super) plans: &'p [Plan],
}

impl<'p> Contracts<'p> {
    /// A spec of these with its plan.
    pub(super) fn context(&self, spec: &'p Spec) -> Context<'p> {
        let index = self.specs.iter().position(|known| std::ptr::eq(known, spec));
        let index = index.expect("a route leads to a spec of the set");
        Context { spec, plan: &self.plans[index], index: index as u32 }
    }
}

/// A spec with its plan.
#[derive(Clone, Copy)]
pub(super) struct Context<'p> {
    pub(super) spec: &'p Spec,
    pub(super) plan: &'p Plan,
    /// The place of the spec among the others.
    pub(super) index: u32,
}

/// Where a value stands, and what becomes of it there.
#[derive(Clone, Copy)]
pub(super) struct Site<'p> {
    pub(super) shape: ShapeId,
    pub(super) class: Option<Sensitivity>,
    pub(super) distinct: bool,
    pub(super) constants: &'p [Json],
    pub(super) also: Option<ShapeId>,
    /// Whether it is kept although it is sensitive, and under which name.
    pub(super) kept: Option<&'p str>,
    /// Whether it travels as text: a label, a parameter, a header.
    pub(super) as_text: bool,
}

impl Plan {
    /// The plan of a spec; the scopes are those of all specs.
    pub(super) fn new(spec: &Spec, policy: &Policy, scopes: &mut Scopes) -> Self {
        let mut plan = Self {
            inputs: fields(spec, None, &spec.input, policy),
            outputs: fields(spec, None, &spec.output, policy),
            structures: HashMap::new(),
            names: HashSet::new(),
            scopes: spec.shapes.iter().map(|shape| scopes.of(shape)).collect(),
        };
        for (index, shape) in spec.shapes.iter().enumerate() {
            if let Kind::Structure(members) | Kind::Union(members) = &shape.kind {
                let fields = fields(spec, shape.name.as_deref(), members, policy);
                plan.structures.insert(ShapeId(index as u32), fields);
                plan.names.extend(members.iter().map(|member| member.wire_name.to_lowercase()));
            }
        }
        plan.names.extend(spec.input.iter().chain(&spec.output).map(|member| member.wire_name.to_lowercase()));
        // Requests are told apart by their inputs: walks are.
        plan.inputs.iter_mut().for_each(|field| field.distinct = true);
        plan.mark_pagination(spec);
        plan.mark_constants(spec);
        plan
    }

    /// Tokens are spent as they were issued; items are told apart by their identity.
    fn mark_pagination(&mut self, spec: &Spec) {
        let Some(paging) = &spec.pagination else { return };
        let input = position(&spec.input, &paging.input_token);
        let output = position(&spec.output, &paging.output_token);
        if let (Some(input), Some(output)) = (input, output) {
            self.inputs[input].also = Some(spec.output[output].shape);
            self.outputs[output].also = Some(spec.input[input].shape);
            self.outputs[output].distinct = true;
        }
        let Some((members, fields)) = self.items(spec, &paging.items) else { return };
        for (member, field) in members.iter().zip(fields) {
            field.distinct |= paging.identity.contains(&member.key);
        }
    }

    fn mark_constants(&mut self, spec: &Spec) {
        for rule in &spec.rules {
            for condition in rule.when.iter().chain([&rule.expect]) {
                let (key, constants) = match condition {
                    Condition::Equals(key, value) => (key, std::slice::from_ref(value)),
                    Condition::OneOf(key, values) => (key, values.as_slice()),
                    Condition::Present(_) | Condition::Absent(_) | Condition::Order(..) => continue,
                };
                let scope = match &rule.each {
                    Some(list) => self.items(spec, list),
                    None => Some((spec.output.as_slice(), &mut self.outputs)),
                };
                let Some((members, fields)) = scope else { continue };
                if let Some(index) = position(members, key) {
                    fields[index].constants.extend_from_slice(constants);
                }
            }
        }
    }

    /// The members of a list's items, with their fields.
    fn items<'s>(&mut self, spec: &'s Spec, list: &str) -> Option<(&'s [Member], &mut Vec<Field>)> {
        let list = spec.output_member(list)?;
        let Kind::List(item) = spec.shape(list.shape).kind else { return None };
        Some((spec.item_members(list)?, self.structures.get_mut(&item)?))
    }

    /// What a shape says: values of shapes that say the same are the same values.
    pub(super) fn scope(&self, shape: ShapeId) -> &str {
        &self.scopes[shape.0 as usize]
    }

    /// Whether the spec has a member of that name, whatever its case.
    pub(super) fn knows_name(&self, name: &str) -> bool {
        self.names.contains(&name.to_lowercase())
    }
}

/// Short names for what shapes say.
#[derive(Default)]
pub(super) struct Scopes(HashMap<String, String>);

impl Scopes {
    /// The name of what the shape says of values without parts, its own name aside.
    fn of(&mut self, shape: &Shape) -> String {
        let kind = match &shape.kind {
            Kind::List(_) => "list".to_owned(),
            Kind::Map { .. } => "map".to_owned(),
            Kind::Structure(_) => "structure".to_owned(),
            Kind::Union(_) => "union".to_owned(),
            kind => format!("{kind:?}"),
        };
        let rules = &shape.constraints;
        let said = format!("{kind} {:?} {:?} {:?} {:?}", rules.length, rules.range, rules.pattern, rules.charset);
        let next = format!("#{}", self.0.len());
        self.0.entry(said).or_insert(next).clone()
    }
}

fn position(members: &[Member], key: &str) -> Option<usize> {
    members.iter().position(|member| member.key == key)
}

fn fields(spec: &Spec, owner: Option<&str>, members: &[Member], policy: &Policy) -> Vec<Field> {
    let field = |member: &Member| {
        let class = spec.sensitivity(member);
        let is_kept = class != Some(Sensitivity::Secret) && policy.keeps(owner, member);
        Field { class, kept: is_kept.then(|| member.key.clone()), ..Field::default() }
    };
    members.iter().map(field).collect()
}

impl<'p> Context<'p> {
    /// The site of the input of that place in the spec.
    pub(super) fn input(&self, index: usize, as_text: bool) -> Site<'p> {
        Site { as_text, ..Site::root(&self.spec.input[index], &self.plan.inputs[index]) }
    }

    /// The site of the output of that place in the spec.
    pub(super) fn output(&self, index: usize, as_text: bool) -> Site<'p> {
        Site { as_text, ..Site::root(&self.spec.output[index], &self.plan.outputs[index]) }
    }

    /// What becomes of the members of the output, in their order.
    pub(super) fn output_fields(&self) -> &'p [Field] {
        &self.plan.outputs
    }

    /// What becomes of a structure's members, in their order.
    pub(super) fn fields(&self, structure: ShapeId) -> &'p [Field] {
        self.plan.structures.get(&structure).map_or(&[], Vec::as_slice)
    }
}

impl<'p> Site<'p> {
    /// The site of a member that stands in nothing else.
    pub(super) fn root(member: &Member, field: &'p Field) -> Self {
        Self {
            shape: member.shape,
            class: if field.kept.is_some() { None } else { field.class },
            distinct: field.distinct,
            constants: &field.constants,
            also: field.also,
            kept: field.kept.as_deref(),
            as_text: false,
        }
    }

    /// The site of a member within this one. What is sensitive as a whole is so in its parts.
    pub(super) fn member(&self, member: &Member, field: &'p Field) -> Self {
        let own = Self::root(member, field);
        let kept = own.kept.or(self.kept);
        Self {
            class: self.class_within(field.class, kept.is_some()),
            distinct: own.distinct || self.distinct,
            kept,
            as_text: self.as_text,
            ..own
        }
    }

    /// The site of the parts of a list or map within this one.
    pub(super) fn part(&self, spec: &Spec, shape: ShapeId, distinct: bool) -> Self {
        let class = self.class_within(spec.shape(shape).sensitivity, self.kept.is_some());
        Self { shape, class, distinct: self.distinct || distinct, constants: &[], also: None, ..*self }
    }

    /// The class of a part, given its own: a secret has no part that is none, and none that is kept.
    fn class_within(&self, own: Option<Sensitivity>, is_kept: bool) -> Option<Sensitivity> {
        let secret = Some(Sensitivity::Secret);
        if self.class == secret || own == secret {
            return secret;
        }
        if is_kept { None } else { own.or(self.class) }
    }
}
