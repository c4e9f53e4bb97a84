//! The certificates that this system trusts.

use crate::net::authority::pem;
use rustls::pki_types::CertificateDer;

/// The certificates that this system trusts; `SSL_CERT_FILE` and `SSL_CERT_DIR` name others.
pub(super) fn system() -> Vec<CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}

/// The same in PEM, one after the other: for a file of certificates that stands in for the system's.
pub fn system_certificates() -> String {
    system().iter().map(|certificate| pem(certificate)).collect()
}
