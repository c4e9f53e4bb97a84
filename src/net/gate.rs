//! Who may talk to a server on loopback: clients that were told its address, and no web page.
//!
//! A page in a browser can send requests to localhost, and a name of its own can be made to resolve there. So the
//! `Host` must be one that was printed, and whatever only a browser sends is refused. No CORS header is ever sent.

use crate::net::arrived::Arrived;
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
        let refuse = |line: &str| Err(Outgoing::line(403, line));
        match request.method.as_str() {
            "CONNECT" => return refuse("no tunnels here: set HTTP_PROXY and AWS_ENDPOINT_URL, not HTTPS_PROXY"),
            "OPTIONS" => return refuse("no OPTIONS here: this server is not for browsers"),
            _ => {}
        }
        let browser = request.headers.iter().map(|(name, _)| name).find(|name| is_of_a_browser(name));
        if let Some(name) = browser {
            let help = if name.starts_with("sec-fetch-") {
                "; in Node, node:http sends no such field, and fetch does"
            } else {
                ""
            };
            return refuse(&format!("no requests of browsers here ({name} was sent){help}"));
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

fn is_of_a_browser(name: &str) -> bool {
    OF_BROWSERS.iter().any(|theirs| if theirs.ends_with('-') { name.starts_with(theirs) } else { name == *theirs })
}
