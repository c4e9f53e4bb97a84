//! The shared configuration of clients that talk to a server of retake.

use crate::net::Access;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use aws_types::region::Region;
use std::net::{IpAddr, Ipv4Addr};

/// The configuration with which any client of the Rust SDK reaches a server of retake, and nothing else.
///
/// Its HTTP client takes every name that ends in `localhost` for this machine, knows no other, and uses no proxy;
/// so an operation with a host prefix arrives as well.
///
/// ```
/// # fn reach(access: &retake::net::Access) -> aws_sdk_medicalimaging::Client {
/// aws_sdk_medicalimaging::Client::new(&retake::sdk::config(access))
/// # }
/// ```
pub fn config(access: &Access) -> SdkConfig {
    let credentials = Credentials::new(
        access.credentials.key_id(),
        access.credentials.secret(),
        access.credentials.token().map(str::to_owned),
        None,
        "retake",
    );
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&access.endpoint)
        .region(Region::new(access.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(loopback_client())
        .build()
}

fn loopback_client() -> SharedHttpClient {
    // Nothing here speaks TLS, so that reading the system's certificates would be for nothing.
    let trusts_nobody = TlsContext::builder().with_trust_store(TrustStore::empty()).build();
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    match trusts_nobody {
        Ok(context) => builder.tls_context(context).build_with_resolver(Loopback),
        Err(_) => builder.build_with_resolver(Loopback),
    }
}

/// Resolves the names of this machine, with whatever prefix, and no others.
#[derive(Debug, Clone, Copy)]
struct Loopback;

impl ResolveDns for Loopback {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::ready(if name.ends_with("localhost") {
            Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])
        } else {
            Err(ResolveDnsError::new(format!("{name} is not this machine, and a test with retake reaches no other")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn knows_this_machine_with_any_prefix_and_no_other() {
        for name in ["localhost", "runtime-localhost"] {
            assert_eq!(Loopback.resolve_dns(name).await.unwrap(), [IpAddr::V4(Ipv4Addr::LOCALHOST)]);
        }
        assert!(Loopback.resolve_dns("runtime-things.us-east-1.amazonaws.com").await.is_err());
    }
}
