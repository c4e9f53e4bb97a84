//! A recording, asked again: each request as it was, with the ids and tokens of the server that answers now.

use super::send::{MOST_BROKEN, Prober, broken_in_a_row};
use crate::cassette::Cassette;
use crate::diagnostic::Diagnostic;
use crate::evidence::reading::{Outcome, spent_token};
use crate::message::{Exchange, Request, Response};
use crate::net::sigv4::Signer;
use crate::net::{Trust, Upstream, UpstreamLimits};
use crate::spec::{self, Route, Spec, Specs};
use crate::verify::{Difference, Likeness, Links, differences};

/// How often a throttled request is sent in all.
const MAX_ATTEMPTS: u32 = 4;

/// A recorded request that was sent again.
#[derive(Debug, Clone)]
pub struct Resent {
    /// The recorded exchange, by index.
    pub recorded: usize,
    /// What was asked and answered now.
    pub exchange: Exchange,
    /// In what the answer differs from the recorded one.
    pub differences: Vec<Difference>,
}

/// What came of a recording, asked again.
#[derive(Debug, Clone, Default)]
pub struct Replayed {
    /// The requests that were sent, in the recorded order.
    pub resent: Vec<Resent>,
    /// Why requests were not sent: the recorded exchange by index, and the reason.
    pub left_out: Vec<(usize, &'static str)>,
}

impl Prober {
    /// Sends each recorded request of read-only operations again, and compares the answers; what it has by then stays,
    /// also where this is given up.
    ///
    /// Left out is what says nothing of how the same request must be answered: a throttle, a fault, a broken answer;
    /// and a page whose token the server never gave.
    pub async fn resend(
        &self,
        specs: &Specs,
        cassette: &Cassette,
        asking: &mut Asking,
        into: &mut Replayed,
    ) -> Result<(), Diagnostic> {
        let limits = asking.limits.clone();
        let upstream = Upstream::new(self.endpoint.clone(), &Trust::default(), limits, self.clock.clone())?;
        let resent = self.resend_over(specs, cassette, asking, &upstream, into).await;
        upstream.close().await;
        resent
    }

    async fn resend_over(
        &self,
        specs: &Specs,
        cassette: &Cassette,
        asking: &mut Asking,
        upstream: &Upstream,
        into: &mut Replayed,
    ) -> Result<(), Diagnostic> {
        let mut broken = 0;
        for (index, exchange) in cassette.transcript.exchanges.iter().enumerate() {
            let route = match askable(specs, exchange, &asking.links) {
                Ok(route) => route,
                Err(why) => {
                    into.left_out.push((index, why));
                    continue;
                }
            };
            let spec = route.spec;
            asking.links.keep(spec, &route.inputs);
            let request = spec::build_request(spec, &asking.links.renamed(spec, &route.inputs));
            let service = spec.service.signing_name.clone();
            let signer = Signer { credentials: self.credentials.clone(), region: self.region.clone(), service };
            let mut response = upstream.fetch(&request, Some(&signer)).await?;
            for repeated in 2..=MAX_ATTEMPTS {
                if response.status != Some(429) {
                    break;
                }
                self.pause_before(repeated).await;
                response = upstream.fetch(&request, Some(&signer)).await?;
            }
            broken = broken_in_a_row(broken, response.end);
            let differences = differences(spec, &exchange.response, &response, asking.likeness, &mut asking.links);
            let exchange = asked_again(&cassette.file, exchange, spec, request, response);
            into.resent.push(Resent { recorded: index, exchange, differences });
            if broken >= MOST_BROKEN {
                break;
            }
        }
        Ok(())
    }
}

/// How a recording is asked again.
#[derive(Debug, Clone)]
pub struct Asking {
    /// How much of an answer has to be the recorded one.
    pub likeness: Likeness,
    /// What stands for what: bound before, and learned.
    pub links: Links,
    /// How long the server may take.
    pub limits: UpstreamLimits,
}

/// The operation and inputs of a recorded request, if it can be sent again and its answer says something.
fn askable<'s>(specs: &'s Specs, exchange: &Exchange, links: &Links) -> Result<Route<'s>, &'static str> {
    let route = specs.route(&exchange.request).map_err(|_| "it is no operation of the specs")?;
    if !route.spec.http.read_only {
        return Err("its operation is not read-only");
    }
    let outcome = Outcome::of(Some(route.spec), &exchange.response);
    if outcome == Outcome::Broken || outcome.is_retryable(Some(route.spec)) {
        return Err("what was recorded is a fault, and no answer to the request");
    }
    match spent_token(route.spec, &exchange.request) {
        Some(token) if links.is_lost(&token) => Err("the server gave no token for the page"),
        Some(_) | None => Ok(route),
    }
}

fn asked_again(file: &str, recorded: &Exchange, spec: &Spec, request: Request, response: Response) -> Exchange {
    let pages = |response: &Response| super::plan::token_of(spec, response);
    // A walk that was left when it was recorded is left here too, and so is one that is longer now.
    let unfinished = recorded.unfinished || (pages(&recorded.response).is_none() && pages(&response).is_some());
    Exchange {
        id: format!("{file}#{}", recorded.id),
        operation: Some(spec.operation.clone()),
        unfinished,
        request,
        response,
        ..Exchange::default()
    }
}
