//! Whole walks through one listing, at several page sizes, with a few things wrong.

use super::dice::Dice;
use super::transcripts::{Maker, json_input};
use retake::message::json::Text;
use retake::message::{Body, Exchange, Json, Response, Transcript};
use retake::spec::{Inputs, Kind, Pagination, Spec, Specs, build_request, exemplar};

/// Walks of one listing, with some disturbances.
pub(super) fn transcript(specs: &Specs, dice: &mut Dice<'_>) -> Transcript {
    let listings: Vec<(&Spec, &Pagination)> =
        specs.iter().filter_map(|spec| Some((spec, spec.pagination.as_ref()?))).collect();
    let (spec, paging) = listings[dice.below(listings.len())];
    let items = items(spec, paging, dice);
    let mut exchanges = Vec::new();
    for walk in 0..1 + dice.below(4) {
        let size = [None, Some(1), Some(2), Some(3)][dice.below(4)];
        exchanges.extend(walk_of(spec, paging, walk, size, &items, dice));
    }
    for _ in 0..dice.below(4) {
        disturb(spec, paging, &mut exchanges, dice);
    }
    Transcript { exchanges }
}

fn items(spec: &Spec, paging: &Pagination, dice: &mut Dice<'_>) -> Vec<Json> {
    let list = spec.output_member(&paging.items).unwrap();
    let Kind::List(item) = spec.shape(list.shape).kind else { panic!("a list") };
    let count = 1 + dice.below(5);
    (0..count as u64)
        .map(|index| {
            let value = exemplar::value_at(spec, item, index, 1_679_592_510 + index as i64);
            let Json::Object(mut members) = value else { panic!("a structure") };
            let kept = members.len().min(4 + dice.below(6));
            let required = |name: &Text| paging.identity.iter().any(|key| *key == name.decode());
            let mut place = 0;
            members.retain(|(name, _)| {
                place += 1;
                place <= kept || required(name)
            });
            Json::Object(members)
        })
        .collect()
}

fn walk_of(
    spec: &Spec,
    paging: &Pagination,
    walk: usize,
    size: Option<usize>,
    items: &[Json],
    dice: &mut Dice<'_>,
) -> Vec<Exchange> {
    let pages: Vec<&[Json]> = items.chunks(size.unwrap_or(100)).collect();
    let mut exchanges = Vec::new();
    let token = |page: usize| format!("walk {walk} page {page}");
    for (page, items) in pages.iter().enumerate() {
        let mut inputs = Inputs::new(spec);
        for member in spec.input.iter().filter(|member| member.required) {
            inputs.set(&member.key, json_input(member, exemplar::value(spec, member.shape, 0)));
        }
        let set = |inputs: &mut Inputs, key: &str, value: Json| {
            let member = spec.input_member(key).unwrap();
            inputs.set(key, json_input(member, value));
        };
        if let (Some(size), Some(key)) = (size, &paging.page_size) {
            set(&mut inputs, key, Json::Number(size.to_string()));
        }
        if page > 0 {
            set(&mut inputs, &paging.input_token, Json::string(&token(page)));
        }
        let request = build_request(spec, &inputs);
        if dice.once_in(8) {
            let mut response = Response { status: Some(429), ..Response::default() };
            response.headers.push("x-amzn-errortype", "ThrottlingException");
            response.body = Body::from_bytes("{\"message\":\"slow down\"}".to_owned());
            exchanges.push(Exchange { request: request.clone(), response, ..Exchange::default() });
        }
        let list = spec.output_member(&paging.items).unwrap();
        let mut members = vec![(Text::new(&list.wire_name), Json::Array(items.to_vec()))];
        if page + 1 < pages.len() {
            let member = spec.output_member(&paging.output_token).unwrap();
            members.push((Text::new(&member.wire_name), Json::string(&token(page + 1))));
        }
        let response = Response {
            status: Some(spec.http.success),
            body: Body::from_bytes(Json::Object(members).to_compact()),
            ..Response::default()
        };
        exchanges.push(Exchange { request, response, ..Exchange::default() });
    }
    exchanges
}

/// Does one thing to one exchange.
fn disturb(spec: &Spec, paging: &Pagination, exchanges: &mut Vec<Exchange>, dice: &mut Dice<'_>) {
    let at = dice.below(exchanges.len());
    let list = spec.output_member(&paging.items).unwrap().wire_name.as_str();
    let token = spec.output_member(&paging.output_token).unwrap().wire_name.as_str();
    match dice.below(8) {
        0 => {
            if exchanges.len() > 1 {
                exchanges.remove(at);
            }
        }
        1 => {
            let again = exchanges[at].clone();
            exchanges.insert(at, again);
        }
        2 => edit(&mut exchanges[at], |members| members.retain(|(name, _)| name.decode() != token)),
        3 => {
            let value = [Json::Null, Json::string(""), Json::string("walk 0 page 1"), Json::Number("1".to_owned())]
                [dice.below(4)]
            .clone();
            edit(&mut exchanges[at], |members| {
                members.retain(|(name, _)| name.decode() != token);
                members.push((Text::new(token), value));
            });
        }
        4 => exchanges[at].unfinished = true,
        what => {
            let numbers: Vec<usize> = (0..3).map(|_| dice.below(64)).collect();
            let mut maker = Maker { dice };
            let wild = maker.wild();
            edit(&mut exchanges[at], |members| {
                for (name, value) in members.iter_mut().filter(|(name, _)| name.decode() == list) {
                    let (Json::Array(items), "books" | "hits" | "imageSetPropertiesList") = (value, &*name.decode())
                    else {
                        continue;
                    };
                    disturb_items(items, what, &numbers, &wild);
                }
            });
        }
    }
}

fn disturb_items(items: &mut Vec<Json>, what: usize, numbers: &[usize], wild: &Json) {
    if items.is_empty() {
        return;
    }
    let at = numbers[0] % items.len();
    match what {
        5 => drop(items.remove(at)),
        6 => items.push(items[at].clone()),
        _ => {
            let Json::Object(members) = &mut items[at] else { return };
            let member = numbers[1] % members.len().max(1);
            if let Some((_, value)) = members.get_mut(member) {
                *value = wild.clone();
            }
        }
    }
}

fn edit(exchange: &mut Exchange, change: impl FnOnce(&mut Vec<(Text, Json)>)) {
    if let Ok(Json::Object(mut members)) = Json::parse(exchange.response.body.bytes()) {
        change(&mut members);
        exchange.response.body = Body::from_bytes(Json::Object(members).to_compact());
    }
}
