//! The environment of a client that reaches the service by its own name, through tunnels that end here.

use super::environment::{Endpoint, Lead, no_proxy, of_credentials, of_region, without_own_credentials};
use std::path::Path;

/// The tunnels by which a client reaches a server of ours.
#[derive(Debug)]
pub struct Tunnels<'a> {
    /// The hosts that they are to.
    pub hosts: &'a [String],
    /// A file of the certificates of this system and of the session: it stands in for the system's.
    pub bundle: &'a Path,
    /// A file of the session's certificate, for those who add it to their own.
    pub certificate: &'a Path,
    /// The client's own credentials, where it signs for the real service itself.
    pub own: Option<&'a Own>,
}

/// Credentials of the client's own: wherever it finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The profile that it is to take them from, where one was named.
    pub profile: Option<String>,
}

/// Where clients get their credentials from: none of it is the service that is recorded.
const CREDENTIALS_HOSTS: [&str; 4] = [
    "sts.amazonaws.com",
    "sts.{region}.amazonaws.com",
    "portal.sso.{region}.amazonaws.com",
    "oidc.{region}.amazonaws.com",
];

impl Tunnels<'_> {
    /// What is set for a client.
    pub(super) fn variables(
        &self,
        server: &Endpoint<'_>,
        lead: &Lead<'_>,
        inherited: &[(String, String)],
    ) -> Vec<(String, String)> {
        let proxy = format!("http://127.0.0.1:{}", server.port);
        let no_proxy = self.no_proxy(lead.region, inherited);
        let mut variables = of_region(lead.region).to_vec();
        let mut set = |name: &str, value: &str| variables.push((name.to_owned(), value.to_owned()));
        for name in ["HTTPS_PROXY", "https_proxy"] {
            set(name, &proxy);
        }
        for name in ["NO_PROXY", "no_proxy"] {
            set(name, &no_proxy);
        }
        for name in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
            set(name, &self.bundle.display().to_string());
        }
        set("NODE_EXTRA_CA_CERTS", &self.certificate.display().to_string());
        // An endpoint in a configuration file would lead past the tunnels.
        set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        set("RETAKE_INPUT", &server.input.to_compact());
        match self.own {
            Some(Own { profile: Some(profile) }) => set("AWS_PROFILE", profile),
            Some(Own { profile: None }) => {}
            None => {
                variables.extend(of_credentials(server.credentials));
                variables.extend(without_own_credentials(lead.folder));
            }
        }
        variables
    }

    fn no_proxy(&self, region: &str, inherited: &[(String, String)]) -> String {
        let mut list = no_proxy(inherited, self.hosts);
        if self.own.is_some() {
            for host in CREDENTIALS_HOSTS {
                list = format!("{list},{}", host.replace("{region}", region));
            }
        }
        list
    }
}

/// Whether a variable is one by which a client finds credentials of its own, not one that leads it elsewhere.
pub(super) fn is_of_the_signer(name: &str) -> bool {
    let leads_elsewhere = ["AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_DISABLE_HOST_PREFIX_INJECTION"];
    name.starts_with("AWS_") && !leads_elsewhere.iter().any(|other| name.starts_with(other))
}

#[cfg(test)]
mod tests {
    use super::super::Folder;
    use super::super::environment::environment;
    use super::*;
    use crate::message::Json;
    use crate::net::Credentials;

    fn lead_with(own: Option<&Own>, inherited: &[(&str, &str)]) -> Vec<(String, String)> {
        let specs = crate::spec::embedded();
        let credentials = Credentials::new("RETAKEEXAMPLE0000000", "secret", Some("token".to_owned()));
        let folder = Folder::create(&specs).unwrap();
        let (hosts, input) = (["runtime-a.eu-west-1.amazonaws.com".to_owned()], Json::Object(Vec::new()));
        let tunnels = Tunnels { hosts: &hosts, bundle: Path::new("/s/all"), certificate: Path::new("/s/one"), own };
        let server =
            Endpoint { port: 4711, credentials: &credentials, input: &input, playing: None, tunnels: Some(tunnels) };
        let lead = Lead { server: Some(server), specs: &specs, region: "eu-west-1", folder: &folder };
        let inherited: Vec<_> = inherited.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        environment(&lead, &inherited)
    }

    fn value<'v>(variables: &'v [(String, String)], name: &str) -> Option<&'v str> {
        let mut values = variables.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let value = values.next();
        assert_eq!(values.next(), None, "{name} is set twice");
        value
    }

    const INHERITED: [(&str, &str); 9] = [
        ("PATH", "/bin"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        ("AWS_PROFILE", "lab"),
        ("AWS_REGION", "us-west-2"),
        ("AWS_ENDPOINT_URL_S3", "http://elsewhere"),
        ("AWS_CA_BUNDLE", "/corporate"),
        ("HTTPS_PROXY", "http://corporate"),
        ("no_proxy", ".corp.example,.amazonaws.com,*"),
    ];

    #[test]
    fn leads_a_client_through_tunnels_to_the_real_hosts() {
        let variables = lead_with(None, &INHERITED);

        for name in ["HTTPS_PROXY", "https_proxy"] {
            assert_eq!(value(&variables, name), Some("http://127.0.0.1:4711"), "{name}");
        }
        for name in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
            assert_eq!(value(&variables, name), Some("/s/all"), "{name}");
        }
        assert_eq!(value(&variables, "NODE_EXTRA_CA_CERTS"), Some("/s/one"));
        assert_eq!(value(&variables, "NO_PROXY"), Some(".corp.example,localhost,127.0.0.1,::1"));
        assert_eq!(value(&variables, "AWS_REGION"), Some("eu-west-1"));
        assert_eq!(value(&variables, "AWS_ACCESS_KEY_ID"), Some("RETAKEEXAMPLE0000000"));
        assert!(!variables.iter().any(|(_, value)| value.contains("corporate") || value.starts_with("wJal")));
        for absent in ["AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "HTTP_PROXY", "RETAKE_ENDPOINT"] {
            assert_eq!(value(&variables, absent), None, "{absent}");
        }
    }

    #[test]
    fn leaves_a_client_that_signs_itself_its_own_credentials_and_nothing_that_leads_elsewhere() {
        let variables = lead_with(Some(&Own { profile: None }), &INHERITED);

        assert_eq!(value(&variables, "AWS_ACCESS_KEY_ID"), Some("AKIDEXAMPLE"));
        assert_eq!(value(&variables, "AWS_SECRET_ACCESS_KEY"), Some("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
        assert_eq!(value(&variables, "AWS_PROFILE"), Some("lab"));
        assert_eq!(value(&variables, "AWS_SESSION_TOKEN"), None, "no part of a throw-away one is mixed in");
        assert_eq!(value(&variables, "AWS_REGION"), Some("eu-west-1"));
        for absent in ["AWS_CONFIG_FILE", "AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL_S3"] {
            assert_eq!(value(&variables, absent), None, "{absent}");
        }
        assert!(value(&variables, "NO_PROXY").unwrap().ends_with(",sts.amazonaws.com,sts.eu-west-1.amazonaws.com,portal.sso.eu-west-1.amazonaws.com,oidc.eu-west-1.amazonaws.com"));
        assert!(!variables.iter().any(|(_, value)| value.contains("corporate")));
    }

    #[test]
    fn names_the_profile_that_was_asked_for() {
        let variables = lead_with(Some(&Own { profile: Some("other".to_owned()) }), &INHERITED);

        assert_eq!(value(&variables, "AWS_PROFILE"), Some("other"));
    }
}
