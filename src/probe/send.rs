//! Sending what a plan asks for, signed, to an endpoint.

use super::{Plan, ProbeRequest};
use crate::diagnostic::Diagnostic;
use crate::evidence::Purpose;
use crate::message::{End, Exchange, Link, PROBE_HEADER, Response};
use crate::net::sigv4::Signer;
use crate::net::{Clock, Credentials, Endpoint, Trust, Upstream, UpstreamLimits};
use crate::spec::errors::error_type;
use std::time::Duration;

/// What retake's own proxy answers when nobody stands behind it: asking on would only take time.
const UPSTREAM_FAILED: &str = "RetakeUpstreamFailed";

/// How many answers in a row may break off before no more is asked.
pub(super) const MOST_BROKEN: u32 = 3;

/// How many answers in a row have broken off with this one. One that never came counts as many: to wait for more of
/// them only takes time.
pub(super) fn broken_in_a_row(before: u32, end: End) -> u32 {
    match end {
        End::Complete => 0,
        End::ResetAfter(_) | End::EofAfter(_) => before + 1,
        End::TimeoutAfter(_) => MOST_BROKEN,
    }
}

/// Where probes go, and who asks.
#[derive(Debug, Clone)]
pub struct Prober {
    /// The endpoint: retake's own proxy, or a mock.
    pub endpoint: Endpoint,
    /// The credentials that sign.
    pub credentials: Credentials,
    /// The region of the signature.
    pub region: String,
    /// The time of the signature.
    pub clock: Clock,
    /// The pause before a throttled request is sent again; twice as long each time.
    pub pause: Duration,
}

impl Prober {
    /// Sends everything that the plan asks for, one request after the other; says how many there were.
    ///
    /// Stops early where the proxy has no upstream; the error is the proxy's to tell.
    pub async fn run(&self, plan: &mut Plan<'_>) -> Result<u32, Diagnostic> {
        let limits = UpstreamLimits::default();
        let upstream = Upstream::new(self.endpoint.clone(), &Trust::default(), limits, self.clock.clone())?;
        let ran = self.run_over(plan, &upstream).await;
        upstream.close().await;
        ran.map(|()| plan.sent())
    }

    /// Sends everything that the plan asks for, and keeps each exchange, with what it was after; what it has by then
    /// stays, also where this is given up. The mark of a probe is no part of a request: what is asked does not know it.
    ///
    /// Stops early where the endpoint cannot be talked to, and where it broke off several answers in a row.
    pub async fn collect(
        &self,
        plan: &mut Plan<'_>,
        limits: UpstreamLimits,
        into: &mut Vec<Exchange>,
    ) -> Result<(), Diagnostic> {
        let upstream = Upstream::new(self.endpoint.clone(), &Trust::default(), limits, self.clock.clone())?;
        let collected = self.collect_over(plan, &upstream, into).await;
        upstream.close().await;
        collected
    }

    async fn collect_over(
        &self,
        plan: &mut Plan<'_>,
        upstream: &Upstream,
        into: &mut Vec<Exchange>,
    ) -> Result<(), Diagnostic> {
        let mut broken = 0;
        while let Some(mut probe) = plan.next() {
            self.pause_before(probe.attempt).await;
            probe.request.headers = probe.request.headers.iter().filter(|(name, _)| *name != PROBE_HEADER).collect();
            let signer = self.signer_for(&probe)?;
            let response = upstream.fetch(&probe.request, signer.as_ref()).await?;
            broken = broken_in_a_row(broken, response.end);
            plan.observe(&response);
            into.push(exchange(probe, response, plan.is_cut()));
            if broken >= MOST_BROKEN {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Who signs a probe: nobody, or somebody with another secret, where that is what it tries.
    fn signer_for(&self, probe: &ProbeRequest<'_>) -> Result<Option<Signer>, Diagnostic> {
        let credentials = match probe.purpose {
            Some(Purpose::Unsigned) => return Ok(None),
            Some(Purpose::WronglySigned) => {
                let other = Credentials::throwaway()?;
                let token = self.credentials.token().map(str::to_owned);
                Credentials::new(self.credentials.key_id(), other.secret(), token)
            }
            _ => self.credentials.clone(),
        };
        let service = probe.spec.service.signing_name.clone();
        Ok(Some(Signer { credentials, region: self.region.clone(), service }))
    }

    pub(super) async fn pause_before(&self, attempt: u32) {
        if let Some(repeated) = attempt.checked_sub(2) {
            tokio::time::sleep(self.pause * 2_u32.pow(repeated)).await;
        }
    }

    async fn run_over(&self, plan: &mut Plan<'_>, upstream: &Upstream) -> Result<(), Diagnostic> {
        while let Some(probe) = plan.next() {
            self.pause_before(probe.attempt).await;
            let signer = Signer {
                credentials: self.credentials.clone(),
                region: self.region.clone(),
                service: probe.spec.service.signing_name.clone(),
            };
            let response = upstream.fetch(&probe.request, Some(&signer)).await?;
            if has_no_upstream(&response) {
                return Ok(());
            }
            plan.observe(&response);
        }
        Ok(())
    }
}

/// The exchange of a probe, named by what it was after, else by its page.
fn exchange(probe: ProbeRequest<'_>, response: Response, is_cut: bool) -> Exchange {
    let paging = probe.spec.pagination.as_ref();
    let size_member = paging.and_then(|paging| probe.spec.input_member(paging.page_size.as_deref()?));
    let size = || probe.request.query_value(&size_member?.wire_name).map(|size| format!("size-{size}-"));
    let name = match (&probe.purpose, paging) {
        (Some(Purpose::PageSize), _) => format!("{}page-size", size().unwrap_or_default()),
        (Some(purpose), _) => purpose.to_string(),
        (None, Some(_)) => format!("{}page-{}", size().unwrap_or_default(), probe.page),
        (None, None) => "call".to_owned(),
    };
    let attempt = if probe.attempt > 1 { format!("-attempt-{}", probe.attempt) } else { String::new() };
    let link = Link {
        call: Some(probe.call.to_string()),
        probe: probe.purpose.as_ref().map(ToString::to_string),
        ..Link::default()
    };
    Exchange {
        id: format!("{}/{name}{attempt}", probe.spec.operation),
        operation: Some(probe.spec.operation.clone()),
        unfinished: is_cut,
        request: probe.request,
        response,
        link,
        ..Exchange::default()
    }
}

fn has_no_upstream(response: &Response) -> bool {
    response.status == Some(400) && error_type(response).is_some_and(|error| error.name == UPSTREAM_FAILED)
}
