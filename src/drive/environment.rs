//! The environment that a client process gets.

use super::Folder;
use super::tunnels::{self, Tunnels};
use crate::message::Json;
use crate::net::Credentials;
use crate::spec::Specs;
use std::path::Path;

/// Where a client is led, and with which credentials.
#[derive(Debug)]
pub struct Lead<'a> {
    /// Our server, where the client is told of it by its environment.
    pub server: Option<Endpoint<'a>>,
    /// The specs, for the services' names and host prefixes.
    pub specs: &'a Specs,
    /// The region.
    pub region: &'a str,
    /// The files that we wrote for it.
    pub folder: &'a Folder,
}

/// A server of ours, as a client has to know it.
#[derive(Debug)]
pub struct Endpoint<'a> {
    /// Its port.
    pub port: u16,
    /// The throw-away credentials of this session.
    pub credentials: &'a Credentials,
    /// The inputs that the client is to use, where they are known: one JSON object.
    pub input: &'a Json,
    /// The scenario that is played, if one is.
    pub playing: Option<Playing<'a>>,
    /// The tunnels by which it is reached; by its URL if there are none.
    pub tunnels: Option<Tunnels<'a>>,
}

/// A scenario that is played to a client.
#[derive(Debug)]
pub struct Playing<'a> {
    /// Its id.
    pub scenario: &'a str,
    /// The file that the client may write its outcome to.
    pub outcome: &'a Path,
}

/// The whole environment of a client process: the inherited one, less everything
/// that could lead it elsewhere or give it real credentials, and what leads it to us.
pub fn environment(lead: &Lead<'_>, inherited: &[(String, String)]) -> Vec<(String, String)> {
    let signs_itself = lead.tunnels().is_some_and(|tunnels| tunnels.own.is_some());
    let stays = |name: &str| !leads_elsewhere(name) || (signs_itself && tunnels::is_of_the_signer(name));
    let mut variables: Vec<(String, String)> = inherited.iter().filter(|(name, _)| stays(name)).cloned().collect();
    let ours = ours(lead, inherited);
    variables.retain(|(name, _)| !ours.iter().any(|(known, _)| known == name));
    variables.extend(ours);
    variables
}

/// Variables of AWS clients, of retake and of proxies, in either case.
fn leads_elsewhere(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.starts_with("AWS_") || name.starts_with("RETAKE_") || name.ends_with("_PROXY")
}

impl Lead<'_> {
    fn tunnels(&self) -> Option<&Tunnels<'_>> {
        self.server.as_ref()?.tunnels.as_ref()
    }
}

fn ours(lead: &Lead<'_>, inherited: &[(String, String)]) -> Vec<(String, String)> {
    if let (Some(server), Some(tunnels)) = (&lead.server, lead.tunnels()) {
        return tunnels.variables(server, lead, inherited);
    }
    let no_proxy = no_proxy(inherited, &prefixed_hosts(lead.specs));
    let mut variables = lead.server.as_ref().map(|server| of_server(server, lead.specs)).unwrap_or_default();
    let mut set = |name: &str, value: &str| variables.push((name.to_owned(), value.to_owned()));
    set("AWS_DISABLE_HOST_PREFIX_INJECTION", "true");
    for name in ["NO_PROXY", "no_proxy"] {
        set(name, &no_proxy);
    }
    set("NODE_OPTIONS", &node_options(inherited, lead.folder));
    variables.extend(of_region(lead.region));
    variables.extend(without_own_credentials(lead.folder));
    variables
}

/// The region, and output that is plain.
pub(super) fn of_region(region: &str) -> [(String, String); 4] {
    let variables =
        [("AWS_REGION", region), ("AWS_DEFAULT_REGION", region), ("AWS_DEFAULT_OUTPUT", "json"), ("AWS_PAGER", "")];
    variables.map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// What keeps a client from finding credentials or a profile by itself.
pub(super) fn without_own_credentials(folder: &Folder) -> [(String, String); 3] {
    let empty = folder.empty_file().display().to_string();
    let variables =
        [("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_CONFIG_FILE", &empty), ("AWS_SHARED_CREDENTIALS_FILE", &empty)];
    variables.map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// Credentials, as every client takes them from its environment.
pub(super) fn of_credentials(credentials: &Credentials) -> Vec<(String, String)> {
    let parts = [
        ("AWS_ACCESS_KEY_ID", Some(credentials.key_id())),
        ("AWS_SECRET_ACCESS_KEY", Some(credentials.secret())),
        ("AWS_SESSION_TOKEN", credentials.token()),
    ];
    parts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect()
}

/// What tells a client of our server, and of what is played there.
fn of_server(server: &Endpoint<'_>, specs: &Specs) -> Vec<(String, String)> {
    let endpoint = format!("http://localhost:{}", server.port);
    let proxy = format!("http://127.0.0.1:{}", server.port);
    let mut variables = vec![("AWS_ENDPOINT_URL".to_owned(), endpoint.clone())];
    for service in services(specs) {
        variables.push((format!("AWS_ENDPOINT_URL_{service}"), endpoint.clone()));
    }
    let mut set = |name: &str, value: &str| variables.push((name.to_owned(), value.to_owned()));
    for name in ["HTTP_PROXY", "http_proxy"] {
        set(name, &proxy);
    }
    set("RETAKE_ENDPOINT", &endpoint);
    set("RETAKE_INPUT", &server.input.to_compact());
    if let Some(playing) = &server.playing {
        set("RETAKE_SCENARIO", playing.scenario);
        set("RETAKE_OUTCOME", &playing.outcome.display().to_string());
    }
    variables.extend(of_credentials(server.credentials));
    variables
}

/// The service ids as they stand in the names of variables.
pub fn services(specs: &Specs) -> Vec<String> {
    let as_variable = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let mut services: Vec<String> =
        specs.iter().map(|spec| spec.service.id.chars().map(as_variable).collect()).collect();
    services.sort();
    services.dedup();
    services
}

/// The hosts that clients make of `localhost` by putting the operation's prefix before it.
pub(super) fn prefixed_hosts(specs: &Specs) -> Vec<String> {
    let mut hosts: Vec<String> = specs
        .iter()
        .filter(|spec| !spec.http.host_prefix.is_empty())
        .map(|spec| format!("{}localhost", spec.http.host_prefix))
        .collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

/// The inherited list less what would keep a prefixed host from its proxy, plus loopback.
pub(super) fn no_proxy(inherited: &[(String, String)], prefixed: &[String]) -> String {
    const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
    let list = inherited.iter().find(|(name, value)| name.eq_ignore_ascii_case("no_proxy") && !value.is_empty());
    let mut entries: Vec<&str> = list.map(|(_, value)| value.split(',').map(str::trim).collect()).unwrap_or_default();
    entries.retain(|entry| !entry.is_empty() && !LOOPBACK.contains(entry) && !covers(entry, prefixed));
    entries.extend(LOOPBACK);
    entries.join(",")
}

/// Whether an entry of a no-proxy list stands for one of the hosts.
fn covers(entry: &str, hosts: &[String]) -> bool {
    let name = entry.split(':').next().unwrap_or(entry).trim_start_matches(['*', '.']).to_ascii_lowercase();
    hosts.iter().any(|host| host.ends_with(&name))
}

/// The inherited options, and the file that resolves prefixed hosts to loopback.
fn node_options(inherited: &[(String, String)], folder: &Folder) -> String {
    let path = folder.preload().display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    let ours = format!("--require \"{path}\"");
    match inherited.iter().find(|(name, _)| name == "NODE_OPTIONS") {
        Some((_, options)) if !options.trim().is_empty() => format!("{options} {ours}"),
        _ => ours,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead_with(inherited: &[(&str, &str)]) -> Vec<(String, String)> {
        let specs = crate::spec::embedded();
        let credentials = Credentials::new("RETAKEEXAMPLE0000000", "secret", Some("token".to_owned()));
        let folder = Folder::create(&specs).unwrap();
        let input = Json::Object(Vec::new());
        let playing = Playing { scenario: "page/same-token", outcome: Path::new("/tmp/outcome") };
        let server =
            Endpoint { port: 4711, credentials: &credentials, input: &input, playing: Some(playing), tunnels: None };
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

    #[test]
    fn leads_every_family_of_clients_to_us() {
        let variables = lead_with(&[("PATH", "/bin")]);

        assert_eq!(value(&variables, "PATH"), Some("/bin"));
        assert_eq!(value(&variables, "AWS_ENDPOINT_URL"), Some("http://localhost:4711"));
        assert_eq!(value(&variables, "AWS_ENDPOINT_URL_MEDICAL_IMAGING"), Some("http://localhost:4711"));
        assert_eq!(value(&variables, "HTTP_PROXY"), Some("http://127.0.0.1:4711"));
        assert_eq!(value(&variables, "AWS_DEFAULT_REGION"), Some("eu-west-1"));
        assert_eq!(value(&variables, "RETAKE_SCENARIO"), Some("page/same-token"));
        assert_eq!(value(&variables, "RETAKE_OUTCOME"), Some("/tmp/outcome"));
        assert_eq!(value(&variables, "RETAKE_INPUT"), Some("{}"));
        assert_eq!(value(&variables, "AWS_MAX_ATTEMPTS"), None);
        assert!(value(&variables, "NODE_OPTIONS").unwrap().starts_with("--require \""));
    }

    #[test]
    fn gives_a_client_that_is_told_otherwise_all_but_the_server() {
        let specs = crate::spec::embedded();
        let folder = Folder::create(&specs).unwrap();
        let lead = Lead { server: None, specs: &specs, region: "eu-west-1", folder: &folder };

        let variables = environment(&lead, &[("AWS_PROFILE".to_owned(), "prod".to_owned())]);

        for absent in ["AWS_PROFILE", "AWS_ENDPOINT_URL", "HTTP_PROXY", "AWS_ACCESS_KEY_ID", "RETAKE_ENDPOINT"] {
            assert_eq!(value(&variables, absent), None, "{absent}");
        }
        assert_eq!(value(&variables, "AWS_EC2_METADATA_DISABLED"), Some("true"));
        assert_eq!(value(&variables, "NO_PROXY"), Some("localhost,127.0.0.1,::1"));
    }

    #[test]
    fn lets_nothing_real_through() {
        let variables = lead_with(&[
            ("AWS_PROFILE", "prod"),
            ("aws_profile", "prod"),
            ("AWS_ACCESS_KEY_ID", "real"),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "/token"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://x"),
            ("RETAKE_REGION", "x"),
            ("HTTPS_PROXY", "http://corporate"),
            ("all_proxy", "http://corporate"),
        ]);

        for absent in
            ["AWS_PROFILE", "aws_profile", "AWS_WEB_IDENTITY_TOKEN_FILE", "RETAKE_REGION", "HTTPS_PROXY", "all_proxy"]
        {
            assert_eq!(value(&variables, absent), None, "{absent}");
        }
        assert_eq!(value(&variables, "AWS_ACCESS_KEY_ID"), Some("RETAKEEXAMPLE0000000"));
        assert!(!variables.iter().any(|(_, value)| value.contains("corporate") || value == "real"));
    }

    #[test]
    fn keeps_the_list_of_hosts_without_proxy_but_for_what_hides_us() {
        let variables = lead_with(&[("no_proxy", "*, .corp.example,*.localhost,runtime-localhost:80,localhost")]);

        assert_eq!(value(&variables, "NO_PROXY"), Some(".corp.example,localhost,127.0.0.1,::1"));
        assert_eq!(value(&variables, "no_proxy"), value(&variables, "NO_PROXY"));
    }

    #[test]
    fn adds_to_the_options_of_node() {
        let variables = lead_with(&[("NODE_OPTIONS", "--max-old-space-size=512")]);

        assert!(value(&variables, "NODE_OPTIONS").unwrap().starts_with("--max-old-space-size=512 --require \""));
    }
}
