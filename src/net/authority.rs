//! The certificate authority of one session, which exists in memory only.
//!
//! Clients that are told to trust it trust it for the hosts that it names and for nothing else: that is written into
//! its certificate, in an extension that whoever verifies must understand or refuse. It lives for hours, vouches for
//! no other authority, and gives each host a key of its own. No private key ever leaves this file but into the TLS
//! library.

#[cfg(test)]
mod tests;

use crate::diagnostic::Diagnostic;
use crate::net::clock::Clock;
use crate::net::random;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fmt::{self, Display, Write};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// How long certificates are good.
const LIFETIME: Duration = Duration::hours(12);

/// How long before now they begin: the clocks of containers differ a little.
const BEFORE: Duration = Duration::minutes(5);

/// The protocols that clients may choose from.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The certificate authority of one session.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    begins: OffsetDateTime,
    ends: OffsetDateTime,
    pem: String,
}

impl Authority {
    /// An authority for these hosts.
    pub(super) fn new(hosts: &[String], clock: &Clock) -> Result<Self, Diagnostic> {
        let constraints = NameConstraints {
            permitted_subtrees: hosts.iter().map(|host| GeneralSubtree::DnsName(host.clone())).collect(),
            excluded_subtrees: vec![
                GeneralSubtree::IpAddress(CidrSubnet::V4([0; 4], [0; 4])),
                GeneralSubtree::IpAddress(CidrSubnet::V6([0; 16], [0; 16])),
            ],
        };
        Self::make(Some(constraints), BasicConstraints::Constrained(0), clock)
    }

    /// An authority within these bounds.
    fn make(
        constraints: Option<NameConstraints>,
        authorities: BasicConstraints,
        clock: &Clock,
    ) -> Result<Self, Diagnostic> {
        let now = OffsetDateTime::from_unix_timestamp(clock.now()).map_err(failed)?;
        let (begins, ends) = (now - BEFORE, now + LIFETIME);
        // A name of its own: a client that keeps an older one must not take the two for one.
        let name = format!("retake session {}", random::text(12, b"0123456789abcdef")?);
        let mut params = params(&name, begins, ends)?;
        params.is_ca = IsCa::Ca(authorities);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.name_constraints = constraints;
        let key = KeyPair::generate().map_err(failed)?;
        let issuer = CertifiedIssuer::self_signed(params, key).map_err(failed)?;
        let pem = pem(issuer.as_ref().der());
        Ok(Self { issuer, begins, ends, pem })
    }

    /// Its certificate, for those who are to trust it.
    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    /// Whether its certificates are still good.
    pub(super) fn is_good(&self, clock: &Clock) -> bool {
        clock.now() < self.ends.unix_timestamp()
    }

    /// The TLS of a server of a host: a new key, and a certificate for that name alone.
    pub(super) fn server(&self, host: &str) -> Result<Arc<ServerConfig>, Diagnostic> {
        let mut params = params("retake session", self.begins, self.ends)?;
        params.subject_alt_names = CertificateParams::new(vec![host.to_owned()]).map_err(failed)?.subject_alt_names;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(failed)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(failed)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .map_err(failed)?;
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(Arc::new(config))
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("ends", &self.ends).finish_non_exhaustive()
    }
}

fn params(name: &str, begins: OffsetDateTime, ends: OffsetDateTime) -> Result<CertificateParams, Diagnostic> {
    let mut params = CertificateParams::new(Vec::new()).map_err(failed)?;
    params.distinguished_name = Default::default();
    params.distinguished_name.push(DnType::OrganizationName, name);
    (params.not_before, params.not_after) = (begins, ends);
    Ok(params)
}

/// A certificate as files of certificates hold it.
pub(super) fn pem(der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in base64.as_bytes().chunks(64) {
        let _ = writeln!(pem, "{}", String::from_utf8_lossy(line));
    }
    pem + "-----END CERTIFICATE-----\n"
}

fn failed(error: impl Display) -> Diagnostic {
    Diagnostic::new(format!("cannot make the certificates of this session: {error}"))
}
