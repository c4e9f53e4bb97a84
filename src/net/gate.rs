//! Who may talk to a server on loopback: clients that were told its address, and no web page.
//!
//! A page in a browser can send requests to localhost, and a name of its own can be made to resolve there. So the
//! `Host` must be one that was printed, and whatever only a browser sends is refused. No CORS header is ever sent.

use crate::message::Request;
use crate::net::arrived::Arrived;
use crate::net::interception::Through;
use crate::net::outgoing::Outgoing;

/// Header names that browsers send and AWS clients do not; a name that ends in `-` is a beginning.
const OF_BROWSERS: [&str; 4] = ["origin", "referer", "cookie", "sec-fetch-"];

/// The check of who talks to a server.
#[derive(Debug, Clone)]
pub struct Gate {
    hosts: Vec<String>,
}

impl Gate {
    /// The gate of a server at a port; clients may put these prefixes before its host.
    pub fn new<'p>(port: u16, prefixes: impl IntoIterator<Item = &'p str>) -> Self {
        let mut prefixes: Vec<&str> = prefixes.into_iter().chain([""]).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        let names = ["localhost", "127.0.0.1"].into_iter();
        let named = names.flat_map(|name| prefixes.iter().map(move |prefix| format!("{prefix}{name}:{port}")));
        Self { hosts: named.chain([format!("[::1]:{port}")]).collect() }
    }

    /// Lets a request pass, or says what is answered instead.
    pub fn check(&self, arrived: &Arrived) -> Result<(), Outgoing> {
        let request = &arrived.request;
        match (request.method.as_str(), arrived.through()) {
            ("CONNECT", None) => {
                return refuse(
                    "no tunnels here: set HTTP_PROXY and AWS_ENDPOINT_URL, not HTTPS_PROXY; or use --mode forward",
                );
            }
            ("CONNECT", Some(_)) => return refuse("no tunnels within a tunnel"),
            ("OPTIONS", _) => return refuse("no OPTIONS here: this server is not for browsers"),
            _ => {}
        }
        if let Some(name) = browser_field(request) {
            let help = if name.starts_with("sec-fetch-") {
                "; in Node, node:http sends no such field, and fetch does"
            } else {
                ""
            };
            return refuse(&format!("no requests of browsers here ({name} was sent){help}"));
        }
        if let Some(through) = arrived.through() {
            return check_within(arrived, through);
        }
        if let Some((scheme, authority)) = arrived.absolute()
            && (scheme != Some("http") || !self.knows(authority))
        {
            return refuse(&format!(
                "only requests for {} are taken; add other hosts to NO_PROXY, and set AWS_ENDPOINT_URL for the AWS client",
                self.hosts[0]
            ));
        }
        match request.headers.get("host") {
            Some(host) if self.knows(host) => Ok(()),
            Some(_) => refuse(&format!("the host is not this server's: it is {}", self.hosts.join(", "))),
            None => refuse("the request names no host"),
        }
    }

    fn knows(&self, host: &str) -> bool {
        self.hosts.iter().any(|ours| ours.eq_ignore_ascii_case(host))
    }
}

/// Within a tunnel, a request is for the host that the tunnel was opened to.
fn check_within(arrived: &Arrived, through: &Through) -> Result<(), Outgoing> {
    let is_the_host =
        |named: &str| named.strip_prefix(through.host.as_str()).is_some_and(|port| matches!(port, "" | ":443"));
    let is_absolute_elsewhere =
        arrived.absolute().is_some_and(|(scheme, authority)| scheme != Some("https") || !is_the_host(authority));
    match arrived.request.headers.get("host") {
        Some(host) if is_the_host(host) && !is_absolute_elsewhere => Ok(()),
        Some(_) => refuse(&format!("the tunnel is to {}, and the request is for another host", through.host)),
        None => refuse("the request names no host"),
    }
}

fn refuse(line: &str) -> Result<(), Outgoing> {
    Err(Outgoing::line(403, line))
}

/// The name of a field that only browsers send, if there is one.
pub(super) fn browser_field(request: &Request) -> Option<&str> {
    request.headers.iter().map(|(name, _)| name).find(|name| is_of_a_browser(name))
}

fn is_of_a_browser(name: &str) -> bool {
    OF_BROWSERS.iter().any(|theirs| if theirs.ends_with('-') { name.starts_with(theirs) } else { name == *theirs })
}
