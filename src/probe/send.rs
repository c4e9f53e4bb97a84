//! Sending what a plan asks for, signed, to an endpoint.

use super::Plan;
use crate::diagnostic::Diagnostic;
use crate::message::Response;
use crate::net::sigv4::Signer;
use crate::net::{Clock, Credentials, Endpoint, Trust, Upstream, UpstreamLimits};
use crate::spec::errors::error_type;
use std::time::Duration;

/// What retake's own proxy answers when nobody stands behind it: asking on would only take time.
const UPSTREAM_FAILED: &str = "RetakeUpstreamFailed";

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

    async fn run_over(&self, plan: &mut Plan<'_>, upstream: &Upstream) -> Result<(), Diagnostic> {
        while let Some(probe) = plan.next() {
            if let Some(repeated) = probe.attempt.checked_sub(2) {
                tokio::time::sleep(self.pause * 2_u32.pow(repeated)).await;
            }
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

fn has_no_upstream(response: &Response) -> bool {
    response.status == Some(400) && error_type(response).is_some_and(|error| error.name == UPSTREAM_FAILED)
}
