//! Where the live service of a spec is, in a region.

use crate::diagnostic::{Diagnostic, Location};
use crate::net::upstream::Endpoint;
use crate::spec::Spec;

/// Where real credentials may go: a spec names the host, and a spec may come from anybody.
const LIVE_DOMAINS: [&str; 3] = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"];

/// Where the live service of a spec is: a host of AWS, over https.
pub fn service_endpoint(spec: &Spec, region: &str) -> Result<Endpoint, Diagnostic> {
    let host = spec.service.endpoint.replace("{prefix}", &spec.http.host_prefix).replace("{region}", region);
    let named = host.split('.').all(|label| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    });
    if !named {
        return Err(Diagnostic::new(format!("the endpoint of {} is no host name", spec.operation)).found(host));
    }
    if !LIVE_DOMAINS.iter().any(|domain| host.ends_with(domain)) {
        return Err(Diagnostic::new(format!("the endpoint of {} is no host of AWS", spec.operation))
            .at(Location::file(spec.file.as_str()))
            .expected(format!("a name that ends in {}", LIVE_DOMAINS.join(" or ")))
            .found(host)
            .help("real credentials go to AWS only; for another server give its URL with --upstream"));
    }
    Ok(Endpoint::https(&host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::compile;

    fn live(template: &str, region: &str) -> Result<Endpoint, Diagnostic> {
        let text = format!(
            "spec: 1\nservice: {{id: a, api_version: a, protocol: rest-json, signing_name: a, endpoint: \"{template}\"}}\n\
             operation: A\nhttp: {{method: POST, path: /a, host_prefix: runtime-}}\n"
        );
        service_endpoint(&compile("a.yaml", &text).unwrap(), region)
    }

    #[test]
    fn sends_what_is_live_to_the_host_of_the_spec_over_https() {
        let endpoint = live("{prefix}a.{region}.amazonaws.com", "eu-west-1").unwrap();

        assert_eq!(endpoint.to_string(), "https://runtime-a.eu-west-1.amazonaws.com");
    }

    #[test]
    fn takes_nothing_for_a_host_that_is_more_than_a_name() {
        for region in ["", "x/", "x:81", "a@b", "X", "x y"] {
            assert!(live("{prefix}a.{region}.amazonaws.com", region).is_err(), "{region}");
        }
    }

    #[test]
    fn lets_no_spec_lead_real_credentials_away_from_aws() {
        for template in [
            "{prefix}a.{region}.example.com",
            "{prefix}amazonaws.com.{region}.example",
            "{prefix}a.{region}.xamazonaws.com",
        ] {
            let error = live(template, "eu-west-1").unwrap_err().to_string();
            assert!(error.contains("no host of AWS"), "{template}: {error}");
        }
    }
}
