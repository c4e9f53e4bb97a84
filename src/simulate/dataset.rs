//! The items of a listing: newest first, one second apart, all different, every rule of the spec holding.

use super::echo::Echo;
use super::known::KnownIds;
use super::value::{self, Moment};
use crate::diagnostic::{Diagnostic, Location};
use crate::message::Json;
use crate::spec::exemplar::{Structure, TIME_BASE, Values};
use crate::spec::{Condition, Inputs, Kind, Member, Sensitivity, ShapeId, Spec, conform};
use std::collections::{HashMap, HashSet};

/// How many items are tried for each thing that should occur.
const TRIED: usize = 100;

/// The items of one list.
#[derive(Debug)]
pub(super) struct Dataset {
    items: Vec<Json>,
    echoes: Vec<Echo>,
}

impl Dataset {
    /// Makes so many items, or as many as differ in their identity.
    pub(super) fn new(
        spec: &Spec,
        list: &Member,
        identity: &[String],
        wanted: u64,
        ids: &KnownIds,
    ) -> Result<Self, Diagnostic> {
        let Kind::List(item) = &spec.shape(list.shape).kind else {
            return Ok(Self { items: Vec::new(), echoes: Vec::new() });
        };
        match &spec.shape(*item).kind {
            Kind::Structure(members) => Items::new(spec, list, members, identity, wanted, ids).make(),
            _ => Self::of_values(spec, list, *item, wanted),
        }
    }

    /// Items that are no structures.
    fn of_values(spec: &Spec, list: &Member, item: ShapeId, wanted: u64) -> Result<Self, Diagnostic> {
        let mut seen = HashSet::new();
        let mut items = Vec::new();
        for index in 0..wanted {
            let moment = Moment { index, seconds: second(index, wanted) };
            let value = value::of_shape(spec, item, moment, &mut Vec::new());
            if !conform::check_json(spec, item, &value).is_empty() {
                return Err(cannot_make(spec, list));
            }
            if seen.insert(value.to_compact()) {
                items.push(value);
            }
        }
        Ok(Self { items, echoes: Vec::new() })
    }

    pub(super) fn len(&self) -> u64 {
        self.items.len() as u64
    }

    /// Some of the items, as the one who asks with these inputs sees them.
    pub(super) fn page(&self, inputs: &Inputs, range: std::ops::Range<u64>) -> Json {
        let at = |place: u64| usize::try_from(place.min(self.len())).unwrap_or(usize::MAX);
        let mut items = self.items[at(range.start)..at(range.end)].to_vec();
        for item in &mut items {
            Echo::write_all(&self.echoes, inputs, item);
        }
        Json::Array(items)
    }
}

/// When the item of that index happened, the last one at the beginning of time.
fn second(index: u64, count: u64) -> i64 {
    TIME_BASE + count.saturating_sub(1).saturating_sub(index) as i64
}

pub(super) fn cannot_make(spec: &Spec, member: &Member) -> Diagnostic {
    Diagnostic::new(format!("no value can be made of the type of \"{}\"", member.key))
        .at(Location::at(&spec.file, member.line, 1))
        .help("its pattern and its length may exclude each other, or be more than a search can find")
}

/// Items of structures while they are made.
struct Items<'s> {
    structure: Structure<'s>,
    list: &'s Member,
    wanted: u64,
    /// The places of the members that tell items apart.
    identity: Vec<usize>,
    echoes: Vec<Echo>,
    /// For each member whether rules may not change it.
    is_fixed: Vec<bool>,
    /// For each member how many seconds after the others it happens.
    delays: Vec<i64>,
    /// For each member whether it counts down: a version.
    counts_down: Vec<bool>,
}

impl<'s> Items<'s> {
    fn new(
        spec: &'s Spec,
        list: &'s Member,
        members: &'s [Member],
        identity: &[String],
        wanted: u64,
        ids: &KnownIds,
    ) -> Self {
        let structure = Structure::new(spec, members, Some(&list.key));
        let place = |key: &String| members.iter().position(|member| member.key == *key);
        let identity: Vec<usize> = identity.iter().filter_map(place).collect();
        let mut echoes = Echo::find(spec, members, ids);
        // Items that differ in nothing but what was asked for would all be one.
        if identity.iter().all(|index| echoes.iter().any(|echo| echo.member == *index)) {
            echoes.retain(|echo| !identity.contains(&echo.member));
        }
        let is_echo = |index: usize| echoes.iter().any(|echo| echo.member == index);
        let is_fixed = (0..members.len()).map(|index| identity.contains(&index) || is_echo(index)).collect();
        let counts_down = (0..members.len())
            .map(|index| identity.contains(&index) && !is_echo(index) && can_count_down(spec, &members[index], wanted))
            .collect();
        let delays = delays(&structure);
        Self { structure, list, wanted, identity, echoes, is_fixed, delays, counts_down }
    }

    fn make(self) -> Result<Dataset, Diagnostic> {
        let mut wishes = Vec::new();
        let mut identities = HashSet::new();
        for index in 0..self.wanted {
            let wish = self.wish(index)?;
            let identity: Vec<_> =
                self.identity.iter().map(|place| wish[*place].as_ref().map(Json::to_compact)).collect();
            if self.identity.is_empty() || identities.insert(identity) {
                wishes.push(wish);
            }
        }
        let mut made = wishes.iter().map(|wish| self.satisfy(wish.clone())).collect::<Result<Vec<_>, _>>()?;
        self.cover(&wishes, &mut made);
        let items = made.into_iter().map(|values| self.structure.to_json(values)).collect();
        Ok(Dataset { items, echoes: self.echoes })
    }

    /// All members that an item may have.
    fn wish(&self, index: u64) -> Result<Values, Diagnostic> {
        let spec = self.structure.spec;
        let members = self.structure.members.iter().enumerate();
        members
            .map(|(place, member)| {
                if self.counts_down[place] {
                    return Ok(Some(count_down(spec, member, self.wanted - index)));
                }
                if let Some(echo) = self.echoes.iter().find(|echo| echo.member == place) {
                    return Ok(Some(Json::string(&echo.example)));
                }
                let seconds = second(index, self.wanted) + self.delays[place];
                let value = value::of_member(spec, member, Moment { index, seconds });
                if value.is_none() && member.required { Err(cannot_make(spec, member)) } else { Ok(value) }
            })
            .collect()
    }

    fn satisfy(&self, wish: Values) -> Result<Values, Diagnostic> {
        let broken = self.structure.broken(&wish).map(|rule| (rule.id.clone(), rule.line));
        self.structure.satisfy(wish, &self.is_fixed).ok_or_else(|| {
            let (id, line) = broken.unwrap_or_default();
            Diagnostic::new(format!("no item of \"{}\" can be made that breaks no rule", self.list.key))
                .at(Location::at(&self.structure.spec.file, line, 1))
                .found(format!("the rule \"{id}\" does not go together with the others"))
        })
    }

    /// Gives every enum value, boolean and optional member an item to occur in, where the rules took it from all.
    fn cover(&self, wishes: &[Values], made: &mut [Values]) {
        if self.structure.rules.is_empty() {
            return;
        }
        let mut coverage = Coverage::of(&self.structure, made);
        for point in self.points(wishes) {
            let tried = wishes.iter().enumerate().rev().take(TRIED);
            if coverage.has(&point) {
                continue;
            }
            for (index, wish) in tried {
                let Some(changed) = self.pinned(wish, &point) else { continue };
                if coverage.gains(&made[index], &changed) {
                    coverage.replace(&made[index], &changed);
                    made[index] = changed;
                    break;
                }
            }
        }
    }

    /// What should occur.
    fn points(&self, wishes: &[Values]) -> Vec<Point> {
        let mut points = Vec::new();
        for (place, member) in self.structure.members.iter().enumerate() {
            if self.is_fixed[place] || wishes.iter().all(|wish| wish[place].is_none()) {
                continue;
            }
            match &self.structure.spec.shape(member.shape).kind {
                Kind::Enum(values) => points.extend(values.iter().map(|value| (place, Some(Json::string(value))))),
                Kind::Boolean => points.extend([true, false].map(|value| (place, Some(Json::Bool(value))))),
                _ => points.push((place, None)),
            }
        }
        points
    }

    /// The wish with the point held.
    fn pinned(&self, wish: &Values, (place, value): &Point) -> Option<Values> {
        let mut wish = wish.clone();
        if value.is_some() {
            wish[*place].clone_from(value);
        }
        wish[*place].as_ref()?;
        let mut is_fixed = self.is_fixed.clone();
        is_fixed[*place] = true;
        self.structure.satisfy(wish, &is_fixed)
    }
}

/// Something that an item may show: a member with a value of few, or a member at all.
type Point = (usize, Option<Json>);

/// How many items show each point.
struct Coverage {
    has_few_values: Vec<bool>,
    counts: HashMap<Point, usize>,
}

impl Coverage {
    fn of(structure: &Structure<'_>, made: &[Values]) -> Self {
        let kind = |member: &Member| &structure.spec.shape(member.shape).kind;
        let has_few_values =
            structure.members.iter().map(|member| matches!(kind(member), Kind::Enum(_) | Kind::Boolean)).collect();
        let mut coverage = Self { has_few_values, counts: HashMap::new() };
        for values in made {
            coverage.add(values);
        }
        coverage
    }

    fn points(&self, values: &Values) -> Vec<Point> {
        let there = values.iter().enumerate().filter_map(|(place, value)| Some((place, value.as_ref()?)));
        there.map(|(place, value)| (place, self.has_few_values[place].then(|| value.clone()))).collect()
    }

    fn add(&mut self, values: &Values) {
        for point in self.points(values) {
            *self.counts.entry(point).or_default() += 1;
        }
    }

    fn count(&self, point: &Point) -> usize {
        self.counts.get(point).copied().unwrap_or_default()
    }

    fn has(&self, point: &Point) -> bool {
        self.count(point) > 0
    }

    /// Whether more is shown with the new values in place of the old ones.
    fn gains(&self, old: &Values, new: &Values) -> bool {
        let (old, new) = (self.points(old), self.points(new));
        let lost = old.iter().filter(|point| self.count(point) == 1 && !new.contains(point)).count();
        let gained = new.iter().filter(|point| self.count(point) == 0).count();
        gained > lost
    }

    fn replace(&mut self, old: &Values, new: &Values) {
        for point in self.points(old) {
            *self.counts.entry(point).or_default() -= 1;
        }
        self.add(new);
    }
}

/// For each member how many seconds after the others it happens: what is not before another comes after it.
fn delays(structure: &Structure<'_>) -> Vec<i64> {
    let is_time = |member: &&Member| matches!(structure.spec.shape(member.shape).kind, Kind::Timestamp(_));
    let place = |key: &str| structure.members.iter().position(|member| member.key == key && is_time(&member));
    let orders: Vec<(usize, usize)> = structure
        .rules
        .iter()
        .filter_map(|rule| match &rule.expect {
            Condition::Order(first, second) => Some((place(first)?, place(second)?)),
            _ => None,
        })
        .collect();
    let mut delays = vec![0; structure.members.len()];
    // As many rounds as there are members: rules in a circle leave equal times to be found.
    for _ in 0..structure.members.len() {
        for &(first, second) in &orders {
            delays[second] = delays[second].max(delays[first] + 1);
        }
    }
    // A time that no rule puts in order is more likely the end of something than its beginning.
    let last = delays.iter().copied().max().unwrap_or_default();
    for (index, delay) in delays.iter_mut().enumerate() {
        if !orders.iter().any(|(first, second)| [*first, *second].contains(&index)) {
            *delay = last;
        }
    }
    delays
}

/// Whether the type takes all numbers from the count of items down to one.
fn can_count_down(spec: &Spec, member: &Member, count: u64) -> bool {
    let is_identifier = spec.sensitivity(member) == Some(Sensitivity::Identifier);
    let takes = |number| conform::check_json(spec, member.shape, &count_down(spec, member, number)).is_empty();
    let kind = &spec.shape(member.shape).kind;
    !is_identifier && matches!(kind, Kind::String | Kind::Integer | Kind::Long) && takes(1) && takes(count.max(1))
}

fn count_down(spec: &Spec, member: &Member, number: u64) -> Json {
    match spec.shape(member.shape).kind {
        Kind::String => Json::string(&number.to_string()),
        _ => Json::Number(number.to_string()),
    }
}
