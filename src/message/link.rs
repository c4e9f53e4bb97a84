//! What links an exchange to others and to its client.

use super::{PROBE_HEADER, Request};

/// What links an exchange to others and to its client. Never part of a cassette's
/// exchange list: a journal carries it until the commit has used it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// The call that the attempt belongs to (before redaction the client's
    /// invocation id, after it an ordinal).
    pub call: Option<String>,
    /// The client's name, from the first product of its user agent.
    pub client: Option<String>,
    /// Facts of the client's signature: scheme, service, signed headers, valid or not.
    pub signature: Option<String>,
    /// What a probe was after, such as `malformed-datastoreId`.
    pub probe: Option<String>,
    /// The session: the access key id of the request, `-` if there was none.
    pub session: Option<String>,
}

impl Link {
    /// What a request itself says of its call, its client and the probe that it is.
    pub fn of(request: &Request) -> Self {
        let header = |name| request.headers.get(name);
        Self {
            call: header("amz-sdk-invocation-id").map(str::to_owned),
            client: header("user-agent").map(client_name).filter(|name| !name.is_empty()),
            probe: header(PROBE_HEADER).map(str::to_owned),
            ..Self::default()
        }
    }
}

/// The name of the first product of a user agent, such as `aws-sdk-rust` of `aws-sdk-rust/1.7.0 ua/2.1 …`.
fn client_name(user_agent: &str) -> String {
    let product = user_agent.split([' ', '/']).next().unwrap_or_default();
    product.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Headers;

    #[test]
    fn reads_the_call_the_client_and_the_probe_of_a_request() {
        let headers = Headers::from_iter([
            ("User-Agent", "Client-3/1.44.5 md/Core#1.44.5"),
            ("amz-sdk-invocation-id", "a-b"),
            (PROBE_HEADER, "page-size-0"),
        ]);

        let link = Link::of(&Request { headers, ..Request::default() });

        assert_eq!(link.call.as_deref(), Some("a-b"));
        assert_eq!(link.client.as_deref(), Some("Client-3"));
        assert_eq!(link.probe.as_deref(), Some("page-size-0"));
        assert_eq!((link.signature, link.session), (None, None));
    }

    #[test]
    fn names_no_client_where_there_is_no_product() {
        for user_agent in ["", "/1.0", "\u{1b}[31m/1", "é"] {
            let headers = Headers::from_iter([("user-agent", user_agent)]);

            let client = Link::of(&Request { headers, ..Request::default() }).client;

            assert!(client.is_none_or(|name| name == "31m"), "{user_agent:?}");
        }
    }
}
