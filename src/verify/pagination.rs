//! Pagination, as a server does it: tokens, page sizes, items over the pages of a walk.

use super::case::Cases;
use super::finding::{Judgement, Note, Part, shorten};
use super::walk_case::{Item, Page, WalkCase};
use crate::evidence::CheckVerdict;
use crate::evidence::reading::NextToken;
use crate::spec::conform::{Violation, check_text};
use crate::spec::{Charset, Spec};
use std::collections::{HashMap, HashSet};

/// From how many pages on a walk that was left has no end.
const ENDLESS: usize = 100;

/// What a token may be where the spec does not say it.
const TOKEN_LENGTH: (u64, u64) = (1, 8192);

/// `pagination.token-length`: each token is what its type says, 1 to 8192 ASCII characters by default.
pub(super) fn token_length<'a>(_: &Cases<'a>, walk: &WalkCase<'a>) -> Judgement<'a> {
    let mut judgement = Judgement::untouched();
    for page in walk.pages.iter().filter(|_| walk.is_readable) {
        let NextToken::Text(token) = &page.next_token else { continue };
        judgement.cases += 1;
        if let Some((expected, found, line)) = wrong_token(walk.spec, &walk.paging.output_token, token) {
            let note = Note::new(format!("the token of page {} cannot be one", page.number))
                .at(page.exchange, Part::Body(token_pointer(walk)))
                .expected(expected)
                .found(found)
                .by(walk.spec, line)
                .help("leave the token out on the last page; else give one that fits into a request");
            judgement.notes.push(note);
        }
    }
    judgement
}

/// What is wrong with a token: expected, found, and the line that says so.
fn wrong_token(spec: &Spec, key: &str, token: &str) -> Option<(String, String, u32)> {
    let member = spec.output_member(key)?;
    let shape = spec.shape(member.shape);
    let found = || match token.chars().count() {
        0 => "an empty token".to_owned(),
        length if token.is_ascii() => format!("{length} characters"),
        length => format!("{length} characters, not all of them ASCII"),
    };
    if let Some(violation) = check_text(spec, member.shape, token).into_iter().next() {
        let expected = match violation {
            Violation::Length { least, most, .. } if shape.constraints.charset == Some(Charset::Ascii) => {
                format!("{least} to {most} ASCII characters")
            }
            other => other.expected(),
        };
        return Some((expected, found(), shape.line));
    }
    let (least, most) = TOKEN_LENGTH;
    let says_nothing = shape.constraints.length.is_none();
    let length = token.chars().count() as u64;
    let is_wrong = says_nothing && (!token.is_ascii() || !(least..=most).contains(&length));
    is_wrong.then(|| (format!("{least} to {most} ASCII characters"), found(), member.line))
}

pub(super) fn token_pointer(walk: &WalkCase<'_>) -> String {
    pointer(walk.spec, &walk.paging.output_token)
}

fn items_pointer(walk: &WalkCase<'_>) -> String {
    pointer(walk.spec, &walk.paging.items)
}

fn pointer(spec: &Spec, key: &str) -> String {
    let name = spec.output_member(key).map_or(key, |member| &member.wire_name);
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// `pagination.token-advances`: no token comes twice in one walk.
pub(super) fn token_advances<'a>(cases: &Cases<'a>, walk: &WalkCase<'a>) -> Judgement<'a> {
    if !walk.is_readable || walk.pages.len() < 2 {
        return Judgement::untouched();
    }
    let mut given: HashMap<&str, &Page> = HashMap::new();
    for page in &walk.pages {
        let NextToken::Text(token) = &page.next_token else { continue };
        if let Some(earlier) = given.insert(token, page) {
            let note = Note::new(format!("page {} gives the token that page {} gave", page.number, earlier.number))
                .at(page.exchange, Part::Body(token_pointer(walk)))
                .expected("a token that this walk has not been given")
                .found(format!("\"{}\", as in {}", shorten(token), walk.page_name(earlier, &cases.exchanges)))
                .by_key(walk.spec, walk.paging.line, "output_token")
                .help("a client that follows it goes in circles: give each page a token of its own");
            return Judgement::broken(note);
        }
    }
    Judgement::held(1)
}

/// `pagination.page-size-respected`: no page is longer than the page size.
pub(super) fn page_size_respected<'a>(_: &Cases<'a>, walk: &WalkCase<'a>) -> Judgement<'a> {
    let mut judgement = Judgement::untouched();
    for page in walk.pages.iter().filter(|_| walk.is_readable) {
        let Some(size) = page.size else { continue };
        judgement.cases += 1;
        if page.items.len() as u64 > size {
            let note = Note::new(format!("page {} is longer than the page size", page.number))
                .at(page.exchange, Part::Body(items_pointer(walk)))
                .expected(format!("at most {size} items"))
                .found(format!("{} items", page.items.len()))
                .by_key(walk.spec, walk.paging.line, "page_size")
                .help("end the page at the page size, and give a token for the rest");
            judgement.notes.push(note);
        }
    }
    judgement
}

/// `pagination.no-overlap`: no item comes twice in one walk.
pub(super) fn no_overlap<'a>(cases: &Cases<'a>, walk: &WalkCase<'a>) -> Judgement<'a> {
    let mut seen: HashMap<Item, &Page> = HashMap::new();
    let mut notes = Vec::new();
    for page in walk.pages.iter().filter(|_| walk.is_readable) {
        let mut repeated: Vec<(usize, Item, &Page)> = Vec::new();
        for (index, item) in page.items.iter().enumerate() {
            let Some(item) = item else { continue };
            if let Some(earlier) = seen.insert(*item, page) {
                repeated.push((index, *item, earlier));
            }
        }
        let [(index, item, earlier), rest @ ..] = repeated.as_slice() else { continue };
        let more = if rest.is_empty() { String::new() } else { format!(", and {} more of this page", rest.len()) };
        let note = Note::new(format!("an item of page {} came before in the same walk", page.number))
            .at(page.exchange, Part::Body(format!("{}/{index}", items_pointer(walk))))
            .expected(format!("each {} once", walk.paging.identity.join(" and ")))
            .found(format!(
                "\"{}\", as in {}{more}",
                walk.names[*item as usize],
                walk.page_name(earlier, &cases.exchanges)
            ))
            .by_key(walk.spec, walk.paging.line, "identity")
            .help("begin each page behind the last item of the page before");
        notes.push(note);
    }
    match (seen.len(), notes) {
        (0 | 1, notes) if notes.is_empty() => Judgement::untouched(),
        (_, notes) => Judgement::of(1, notes),
    }
}

/// `pagination.token-only-when-more`: a token is there exactly when there is more.
pub(super) fn token_only_when_more<'a>(walks: &[&WalkCase<'a>]) -> Vec<Judgement<'a>> {
    let listings = Listings::of(walks);
    walks.iter().map(|walk| token_only_when_more_in(walk, &listings)).collect()
}

fn token_only_when_more_in<'a>(walk: &WalkCase<'a>, listings: &Listings) -> Judgement<'a> {
    if !walk.is_readable || walk.is_odd {
        return Judgement::untouched();
    }
    let mut notes = Vec::new();
    for refused in &walk.refused {
        let note = Note::new("a token that the walk was given is refused")
            .at(*refused, Part::Response)
            .expected("the next page")
            .found("a client error")
            .by_key(walk.spec, walk.paging.line, "output_token")
            .help("give no token on the last page, and take every token that was given");
        notes.push(note);
    }
    let Some(last) = walk.pages.last().filter(|_| walk.walk.is_whole()) else {
        let spent = walk.walk.calls.iter().any(|call| call.page > 1);
        return Judgement::of(u64::from(spent), notes);
    };
    if let Some(missed) = listings.item_behind(walk) {
        let note = Note::new("a walk ends without a token although there is more")
            .at(last.exchange, Part::Body(items_pointer(walk)))
            .expected("a token, since another walk with the same inputs has items behind the last one of this")
            .found(format!(
                "no token behind {} items; \"{}\" follows",
                listings.length(walk),
                walk.names[missed as usize]
            ))
            .by_key(walk.spec, walk.paging.line, "output_token")
            .help("give a token on every page that is not the last");
        notes.push(note);
    }
    if walk.pages.len() > 1 && last.items.is_empty() {
        let note = Note::new("the last page is empty: the token before it led to nothing")
            .at(last.exchange, Part::Body(items_pointer(walk)))
            .counts_as(CheckVerdict::Warn)
            .expected("a token only when there is more")
            .found("an empty last page")
            .by_key(walk.spec, walk.paging.line, "output_token")
            .help("legal, and a request too many for every client: end the walk on the page before");
        notes.push(note);
    }
    let is_exercised = walk.pages.len() > 1 || listings.walks > 1;
    Judgement::of(u64::from(is_exercised), notes)
}

/// The whole walks through one listing, by the order of their items; equal ones once.
struct Listings {
    walks: usize,
    orders: Vec<Vec<Item>>,
}

impl Listings {
    fn of(walks: &[&WalkCase<'_>]) -> Self {
        let whole: Vec<_> = walks.iter().filter(|walk| is_comparable(walk)).filter_map(|walk| walk.items()).collect();
        let count = whole.len();
        let orders: HashSet<Vec<Item>> = whole.into_iter().collect();
        let mut orders: Vec<_> = orders.into_iter().collect();
        orders.sort_unstable();
        Self { walks: count, orders }
    }

    fn length(&self, walk: &WalkCase<'_>) -> usize {
        walk.pages.iter().map(|page| page.items.len()).sum()
    }

    /// An item that another walk has behind the last one of this walk, and this walk does not have.
    fn item_behind(&self, walk: &WalkCase<'_>) -> Option<Item> {
        let mine = walk.items()?;
        let last = mine.last()?;
        self.orders.iter().find_map(|order| {
            let at = order.iter().position(|item| item == last)?;
            order[at + 1..].iter().find(|item| !mine.contains(item)).copied()
        })
    }
}

/// Whether a walk shows a whole listing, as its server tells it.
fn is_comparable(walk: &WalkCase<'_>) -> bool {
    walk.is_readable && !walk.is_odd && walk.walk.is_whole()
}

/// `pagination.walk-closed`: a walk ends with a last page.
pub(super) fn walk_closed<'a>(cases: &Cases<'a>, walk: &WalkCase<'a>) -> Judgement<'a> {
    if !walk.is_readable || walk.walk.begins_with_token() || is_single_call(cases, walk) {
        return Judgement::untouched();
    }
    let Some(open) = walk.walk.open_end() else {
        return Judgement::held(u64::from(walk.walk.is_whole()));
    };
    let note = Note::new(format!("the walk was left on page {}, whose token nobody spent", open.page))
        .at(open.last(), Part::Body(token_pointer(walk)))
        .by_key(walk.spec, walk.paging.line, "output_token");
    if walk.walk.unfinished && cases.evidence.recording.is_none() {
        return cut(cases, walk, note);
    }
    if walk.walk.unfinished {
        return Judgement::broken(note.counts_as(CheckVerdict::Info).help("marked unfinished: nothing to do"));
    }
    let note = note
        .expected("a last page without a token, or `unfinished: true` on the last exchange")
        .found("a token at the end of the walk")
        .help("record the walk to its end, or mark its last exchange `unfinished: true` and seal the file");
    Judgement::broken(note)
}

/// Whether a prober asked for this page alone, to see something else.
fn is_single_call(cases: &Cases<'_>, walk: &WalkCase<'_>) -> bool {
    walk.walk.exchanges().next().is_some_and(|first| cases.exchanges[first].purpose.is_some())
}

/// A walk that a prober left, since it went on for too long: it has no end, unless another walk shows that its listing
/// is longer.
fn cut<'a>(cases: &Cases<'a>, walk: &WalkCase<'a>, note: Note<'a>) -> Judgement<'a> {
    let length = |walk: &WalkCase<'_>| walk.pages.iter().map(|page| page.items.len()).sum::<usize>();
    let is_same = |other: &&WalkCase<'_>| {
        other.spec.operation == walk.spec.operation && other.walk.inputs == walk.walk.inputs && is_comparable(other)
    };
    let is_longer = cases.walks.iter().filter(is_same).any(|other| length(other) > length(walk));
    let pages = walk.pages.len();
    if is_longer || pages < ENDLESS {
        return Judgement::broken(note.counts_as(CheckVerdict::Info).help("allow more requests to see its end"));
    }
    let note = note
        .expected("a last page without a token")
        .found(format!("{pages} pages, and a token on each of them"))
        .help("give no token on the last page; if the listing is that long, allow more requests");
    Judgement::broken(note)
}

/// `pagination.page-size-invariance`: walks with different page sizes give the same items.
pub(super) fn page_size_invariance<'a>(walks: &[&WalkCase<'a>]) -> Vec<Judgement<'a>> {
    let whole: Vec<Option<(&&WalkCase<'a>, HashSet<Item>)>> = walks
        .iter()
        .map(|walk| {
            is_comparable(walk).then(|| walk.items()).flatten().map(|items| (walk, items.into_iter().collect()))
        })
        .collect();
    let size = |walk: &WalkCase<'_>| walk.walk.page_size.clone();
    let first = whole.iter().flatten().next();
    let other = whole.iter().flatten().find(|(walk, _)| first.is_some_and(|(first, _)| size(walk) != size(first)));
    let judge = |index: usize| {
        let (walk, items) = whole[index].as_ref()?;
        let mut references = [first, other].into_iter().flatten();
        let (reference, expected) = references.find(|(reference, _)| size(reference) != size(walk))?;
        // The first walk is what the others are compared with.
        if first.is_some_and(|(first, _)| std::ptr::eq(**first, **walk)) {
            return None;
        }
        Some(compare(walk, items, reference, expected))
    };
    (0..walks.len()).map(|index| judge(index).unwrap_or_default()).collect()
}

fn compare<'a>(
    walk: &WalkCase<'a>,
    items: &HashSet<Item>,
    reference: &WalkCase<'a>,
    expected: &HashSet<Item>,
) -> Judgement<'a> {
    let Some(last) = walk.pages.last().filter(|_| items != expected) else { return Judgement::held(1) };
    let name = |item: Option<&Item>| item.map(|item| format!("\"{}\"", walk.names[*item as usize]));
    let lacks = name(expected.difference(items).min()).map(|name| format!(", without {name}"));
    let adds = name(items.difference(expected).min()).map(|name| format!(", with {name}"));
    let note = Note::new(format!("{} gives other items than {}", walk.name(), reference.name()))
        .at(last.exchange, Part::Body(items_pointer(walk)))
        .expected(format!("the same {} items", expected.len()))
        .found(format!("{} items{}{}", items.len(), lacks.unwrap_or_default(), adds.unwrap_or_default()))
        .by_key(walk.spec, walk.paging.line, "page_size")
        .help(
            "the page size says how a listing is cut, not what is in it; if the data changed in between, record anew",
        );
    Judgement::broken(note)
}
