//! The family of pages: when a walk ends, when it goes on, and by which token.

use super::Family;
use super::draft::{Draft, Drafts};
use super::material::{Listing, Material};
use super::place::set;
use super::reply::{Carrier, Next, error, final_error, with_body, with_member, without_member};
use super::retry::throttling;
use crate::evidence::{ExpectedError, Success};
use crate::message::{Json, Response};
use crate::spec::{ErrorShape, Location, RepeatedToken};

/// The longest token that is made.
const LONGEST_TOKEN: u64 = 1 << 16;

/// A token with every character that a URL treats in a way of its own, and an escape that must not be read as one.
const SPECIAL: &str = "a+b/c=d&e%f g%2Bh";

/// A token with characters that no URL may hold as they are.
const CONTROL: &str = "a\tb\nc\u{1}d\u{7f}e";

pub(super) fn derive(material: &Material<'_>) -> Family {
    let drafts = Drafts::new(material, "page");
    match material.listing() {
        Some(listing) => Pages { drafts, listing, units: material.units(0, 6) }.derive(),
        None => drafts.empty("the operation does not page"),
    }
}

struct Pages<'m, 's> {
    drafts: Drafts<'m, 's>,
    listing: Listing<'s>,
    units: Vec<Json>,
}

impl Pages<'_, '_> {
    fn derive(mut self) -> Family {
        self.empty_pages();
        self.ends();
        self.repetitions();
        self.tokens();
        self.lists();
        self.errors();
        self.drafts.finish()
    }

    fn empty_pages(&mut self) {
        let units = &self.units;
        let none: &[Json] = &[];
        let empty = self.drafts.walk("empty-no-token", &["pagination.items-in-order"], &[none]);
        let empty = empty.expects("success with 0 items, 1 request");
        self.drafts.add(empty.why("a listing may hold nothing"));
        let judges = &["pagination.continues-past-empty-page"];
        let first = self.drafts.walk("empty-then-items", judges, &[none, &units[..2]]);
        self.drafts.add(first.why("a token says that there is more, whatever the page holds"));
        let middle = self.drafts.walk("empty-middle", judges, &[&units[..2], none, &units[2..4]]);
        self.drafts.add(middle.why("services filter after they have cut the pages: an empty one is no end"));
    }

    fn ends(&mut self) {
        let ends = [
            ("token-absent", "pagination.stops-on-absent-token", Next::Absent, "no token: no more pages"),
            ("token-null", "pagination.stops-on-null-token", Next::Null, "null says the same as nothing"),
            (
                "token-empty",
                "pagination.stops-on-empty-token",
                Next::token(""),
                "paginators of every family have looped on an empty token",
            ),
        ];
        for (case, judge, next, why) in ends {
            if next == Next::Null && self.token_location() == Some(Location::Header) {
                self.drafts.leave_out(case, "the token is in a header, which cannot be null");
                continue;
            }
            let material = self.drafts.material;
            let (first, last) = (&self.units[..2], &self.units[2..4]);
            let token = material.token(2);
            let draft = self.drafts.draft(case, &[judge]);
            let draft = draft.answer(None, material.success(first, Next::token(&token)));
            let draft = draft.answer(Some(&token), material.success(last, next)).hostile();
            let units = &self.units[..4];
            let draft = draft.success(self.drafts.success_of(units)).expects(self.drafts.words_of(units, 2));
            self.drafts.add(draft.why(why));
        }
    }

    fn repetitions(&mut self) {
        let allowed = &self.drafts.material.spec.client.repeated_token;
        let expects = match allowed.as_slice() {
            [] => "whatever the client does is reported".to_owned(),
            allowed => {
                let words: Vec<&str> = allowed.iter().map(|what| word(*what)).collect();
                format!("the client {}", words.join(" or "))
            }
        };
        let same = self.cycle("same-token", "pagination.repeated-token", 1);
        let why = "a token that comes back brings the same page for ever";
        self.drafts.add(same.expects(expects).why(why));
        for (case, length) in [("cycle-2", 2), ("cycle-3", 3)] {
            let cycle = self.cycle(case, "pagination.cycle-bounded", length);
            let cycle = cycle.expects("an end, in success or in error, within the request budget");
            self.drafts.add(cycle.why(format!("{length} tokens in turn are as endless as one, and harder to notice")));
        }
    }

    /// Pages whose tokens come round: the last one leads to the first one of them.
    fn cycle(&self, case: &str, judge: &'static str, length: u64) -> Draft {
        let material = self.drafts.material;
        let tokens: Vec<String> = (2..2 + length).map(|page| material.token(page)).collect();
        let mut draft = self.drafts.draft(case, &[judge]);
        for index in 0..=tokens.len() {
            let asked = index.checked_sub(1).map(|index| tokens[index].as_str());
            let next = Next::token(&tokens[index % tokens.len()]);
            draft = draft.answer(asked, material.success(&self.units[index..=index], next));
        }
        draft.hostile().success(Success::AsAnswered).error(ExpectedError::default())
    }

    fn tokens(&mut self) {
        let judges = &["pagination.token-verbatim"];
        match self.longest_token() {
            Ok(token) => {
                let why = format!("the longest token that may come, {} characters", token.chars().count());
                let draft = self.by_token("token-longest", judges, &token);
                self.drafts.add(draft.why(why));
            }
            Err(why) => self.drafts.leave_out("token-longest", why),
        }
        let texts = [
            ("token-special", SPECIAL, "a token is opaque: what means something in a URL is encoded, and once only"),
            ("token-control", CONTROL, "a token is any text of its type, control characters too"),
        ];
        for (case, token, why) in texts {
            if !self.drafts.material.takes_token(token) {
                self.drafts.leave_out(
                    case,
                    format!("the type of \"{}\" takes no such text", self.listing.paging.output_token),
                );
                continue;
            }
            let draft = self.by_token(case, judges, token);
            self.drafts.add(draft.why(why));
        }
        let pages: [&[Json]; 3] = [&self.units[..3], &self.units[3..4], &self.units[4..]];
        let short = self.drafts.walk("short-page", &["pagination.continues-past-page"], &pages);
        self.drafts.add(short.why("a page that is shorter than others is no end while it has a token"));
    }

    fn by_token(&self, case: &str, judges: &[&'static str], token: &str) -> Draft {
        let pages: [&[Json]; 2] = [&self.units[..2], &self.units[2..4]];
        self.drafts.walk_by(case, judges, &pages, &[token.to_owned()])
    }

    fn longest_token(&self) -> Result<String, String> {
        let material = self.drafts.material;
        let name = &self.listing.paging.output_token;
        let member = material.spec.output_member(name).ok_or("the spec has no token")?;
        let most = material.spec.shape(member.shape).constraints.length.map(|(_, most)| most);
        let most = most.ok_or_else(|| format!("the spec states no greatest length of {name}"))?;
        if most > LONGEST_TOKEN {
            return Err(format!("the greatest length of {name}, {most}, is more than a script answers with"));
        }
        // No part of it looks like another: what is cut out or repeated changes it.
        let counted: String = (0..most).map(|number| format!("{number:x}.")).collect();
        let hex: String = (0..most).map(|number| format!("{number:X}")).collect();
        let cut_to_length = |text: &str| text.chars().take(most as usize).collect::<String>();
        let candidates = [cut_to_length(&counted), cut_to_length(&hex), "a".repeat(most as usize)];
        let token = candidates.into_iter().find(|token| material.takes_token(token));
        token.ok_or_else(|| format!("no {name} of {most} characters could be made"))
    }

    fn lists(&mut self) {
        let place = match self.listing.list.location {
            Location::Payload => String::new(),
            _ => format!("/{}", self.listing.list.wire_name),
        };
        let null = |response: Response| with_member(response, &place, Json::Null);
        let absent = |response: Response| match place.is_empty() {
            true => with_body(response, |body| set(body, "", Json::Object(Vec::new()))),
            false => without_member(response, &place),
        };
        let null = self.without_list("list-null", null);
        self.drafts.add(null.why("a list that is null holds nothing: no item of another page may be lost by it"));
        if place.is_empty() {
            return self.drafts.leave_out("list-absent", "the list is the whole body");
        }
        let absent = self.without_list("list-absent", absent);
        self.drafts
            .add(absent.why("a list that is not there holds nothing: no item of another page may be lost by it"));
    }

    /// Three pages, of which the second has no list.
    fn without_list(&self, case: &str, change: impl FnOnce(Response) -> Response) -> Draft {
        let pages: [&[Json]; 3] = [&self.units[..2], &[], &self.units[2..4]];
        let draft = self.drafts.walk(case, &["shape.null-optional"], &pages).change(2, change);
        draft.error(ExpectedError::default()).expects("success with 4 items in order, 3 requests, or an error")
    }

    fn errors(&mut self) {
        let again = &self.units[1..2];
        let pages: [&[Json]; 2] = [&self.units[..2], &[again, &self.units[2..3]].concat()];
        let duplicate = self.drafts.walk("duplicate-item", &["pagination.items-in-order"], &pages);
        self.drafts
            .add(duplicate.why("a listing that changes meanwhile repeats an item: what to do is the caller's to say"));

        let error = final_error(self.drafts.material.spec).map(|error| self.error_on_page_2(error));
        self.drafts.add_or("error-page-2", error.ok_or_else(|| "the spec has no error that ends a call".to_owned()));
        let throttled = self.throttle_on_page_2();
        self.drafts.add(throttled);
    }

    fn error_on_page_2(&self, shape: &ErrorShape) -> Draft {
        let material = self.drafts.material;
        let token = material.token(2);
        let message = "retake ends the walk on page 2";
        let response = error(material.spec, shape.status, Carrier::Everywhere, &shape.name, message);
        let draft = self.drafts.draft("error-page-2", &["error.typed", "pagination.error-mid-walk"]);
        let draft = draft.answer(None, material.success(&self.units[..2], Next::token(&token)));
        let draft = draft.answer(Some(&token), response).hostile();
        let expected =
            ExpectedError { name: Some(shape.name.clone()), status: Some(shape.status), ..ExpectedError::default() };
        draft
            .error(expected)
            .expects(format!("the error {}, 2 requests", shape.name))
            .why("a listing that ends in an error is not whole, and its caller must know")
    }

    fn throttle_on_page_2(&self) -> Draft {
        let material = self.drafts.material;
        let token = material.token(2);
        let units = &self.units[..4];
        let draft = self.drafts.draft("throttle-page-2", &["pagination.retry-keeps-token"]);
        let draft = draft.answer(None, material.success(&units[..2], Next::token(&token)));
        let draft = draft.answer(Some(&token), throttling(material.spec)).hostile();
        let draft = draft.answer(Some(&token), material.success(&units[2..], Next::Absent));
        draft
            .success(self.drafts.success_of(units))
            .needs_attempts(2)
            .expects(self.drafts.words_of(units, 3))
            .why("a page that was throttled is asked for again, not the first one")
    }

    fn token_location(&self) -> Option<Location> {
        let member = self.drafts.material.spec.output_member(&self.listing.paging.output_token)?;
        Some(member.location)
    }
}

/// The word for what a client does on a repeated token.
fn word(what: RepeatedToken) -> &'static str {
    match what {
        RepeatedToken::Stops => "stops",
        RepeatedToken::Errors => "errors",
        RepeatedToken::Loops => "loops",
    }
}
