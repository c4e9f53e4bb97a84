//! Where an upstream is: scheme, host and port, nothing more.

use crate::diagnostic::Diagnostic;
use hyper::http::Uri;
use std::fmt;
use std::net::IpAddr;

/// A server at a scheme, a host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    tls: bool,
    host: String,
    port: u16,
    authority: String,
    /// Whether it is on another machine, whatever its name is made to stand for.
    is_elsewhere: bool,
}

impl Endpoint {
    /// The endpoint of a host name at the port of https, on another machine than this one.
    pub fn https(host: &str) -> Self {
        Self { tls: true, host: host.to_owned(), port: 443, authority: host.to_owned(), is_elsewhere: true }
    }

    /// Reads a URL of a server: no path, no query, no user name.
    ///
    /// ```
    /// use retake::net::Endpoint;
    ///
    /// assert_eq!(Endpoint::parse("https://example.com/").unwrap().to_string(), "https://example.com");
    /// assert!(Endpoint::parse("https://example.com/stage").is_err());
    /// ```
    pub fn parse(url: &str) -> Result<Self, Diagnostic> {
        let refuse = |why: &str| {
            Diagnostic::new(format!("not the URL of a server: {why}"))
                .expected("http://HOST[:PORT] or https://HOST[:PORT]")
                .found(without_user(url))
        };
        let uri: Uri = url.parse().map_err(|_| refuse("it cannot be read"))?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(refuse("its scheme is neither http nor https")),
        };
        let authority = uri.authority().ok_or_else(|| refuse("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(refuse("it has a user name or a password"));
        }
        if uri.path_and_query().is_some_and(|target| target.as_str() != "/") {
            return Err(refuse("it has a path or a query"));
        }
        let default = if tls { 443 } else { 80 };
        let host = authority.host();
        let port = match authority.as_str().strip_prefix(host).unwrap_or_default() {
            "" => default,
            port => port.trim_start_matches(':').parse().map_err(|_| refuse("its port is no port"))?,
        };
        let host_name = host.trim_matches(['[', ']']).to_owned();
        if host_name.is_empty() {
            return Err(refuse("it names no host"));
        }
        if host_name.parse().is_ok_and(is_link_local) {
            return Err(refuse("its host is link-local, where machines are told their own credentials"));
        }
        // The Host of a request leaves out the port of the scheme, as every client does, and so does its signature.
        let authority = if port == default { host.to_owned() } else { format!("{host}:{port}") };
        Ok(Self { tls, host: host_name, port, authority, is_elsewhere: false })
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }

    /// The host, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What a `Host` header says: the host, and the port where it is not that of the scheme.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether nobody on the way can read what is sent there: https, or this machine itself.
    pub fn is_private(&self) -> bool {
        self.tls || self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    pub(super) fn is_tls(&self) -> bool {
        self.tls
    }

    /// Whether its name may stand for an address.
    pub(super) fn may_be_at(&self, address: IpAddr) -> bool {
        let never = is_link_local(address) || (self.is_elsewhere && is_of_no_other_machine(address));
        !never
    }
}

/// Whether an address is no single other machine's.
fn is_of_no_other_machine(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let is_broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    address.is_loopback() || address.is_unspecified() || address.is_multicast() || is_broadcast
}

/// Whether an address is one of this link alone, as those of metadata services are.
fn is_link_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local(),
        // The second half of it is where one cloud has its metadata for IPv6: fd00:ec2::/32.
        IpAddr::V6(address) => address.is_unicast_link_local() || address.segments()[..2] == [0xfd00, 0x0ec2],
    }
}

/// A URL without what stands before an `@`: that may be a password.
fn without_user(url: &str) -> String {
    let Some(at) = url.rfind('@') else { return url.to_owned() };
    // Another scheme may be a user name that a mistake has put before it.
    let scheme = ["https://", "http://"].into_iter().find(|scheme| url[..at].starts_with(scheme));
    format!("{}…{}", scheme.unwrap_or_default(), &url[at..])
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_the_port_of_the_scheme_only() {
        let of = |url| Endpoint::parse(url).unwrap();

        assert_eq!(of("https://a.example:443").authority(), "a.example");
        assert_eq!(of("https://a.example:80").authority(), "a.example:80");
        assert_eq!(of("http://[::1]:80/").authority(), "[::1]");
        assert_eq!((of("http://[::1]:81").host(), of("http://[::1]:81").port()), ("::1", 81));
    }

    #[test]
    fn refuses_what_is_more_or_less_than_a_server() {
        for url in [
            "",
            "localhost:80",
            "/a",
            "ftp://a",
            "http://",
            "https://:443",
            "http://u@a",
            "http://a/b",
            "http://a?b",
            "http://a:99999",
            "http://a:0x1",
            "http://a:",
            "http://169.254.169.254",
            "http://[::ffff:169.254.169.254]:80",
            "http://[fe80::1]",
            "http://[fd00:ec2::254]",
        ] {
            assert!(Endpoint::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn does_not_repeat_a_password() {
        for url in [
            "http://user:secret@a.example",
            "user:secret@a.example",
            "http://user:secret@a b",
            "user:secret@http://a.example",
            "user:secret@x://y@a.example",
        ] {
            let error = Endpoint::parse(url).unwrap_err().to_string();

            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn knows_where_a_signature_may_be_seen() {
        let of = |url| Endpoint::parse(url).unwrap().is_private();

        assert!(of("https://a.example") && of("http://localhost:1") && of("http://127.0.0.1") && of("http://[::1]"));
        assert!(!of("http://a.example") && !of("http://10.0.0.1") && !of("http://localhost.example"));
    }
}
