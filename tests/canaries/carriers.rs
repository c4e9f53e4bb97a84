//! Where something can stand: requests and answers of every kind, with a canary of its own in each place.

use super::search::Aviary;
use super::spelling::Spell;
use super::{CODINGS, Coding};
use crate::upstreams::{Act, send};
use retake::message::{Body, Headers, PROBE_HEADER, Request, target};
use std::collections::VecDeque;

/// Plants canaries in one spelling.
pub(crate) struct Carriers<'a> {
    pub(crate) aviary: &'a mut Aviary,
    pub(crate) spell: Spell,
    /// What the names of the carriers begin with.
    pub(crate) moment: String,
}

/// A request, and what the upstream does once it has it.
pub(crate) struct Exchanged {
    pub(crate) request: Request,
    pub(crate) acts: Vec<Act>,
}

/// What the upstream does, made with canaries in it.
type Plan<T> = fn(&mut T) -> Vec<Act>;

impl Carriers<'_> {
    /// One exchange for each way in which it may go.
    pub(crate) fn exchanges(&mut self) -> Vec<Exchanged> {
        let plans: [(&str, Plan<Self>); 12] = [
            ("success", Self::success),
            ("error", Self::error),
            ("denied", Self::denied),
            ("cut", |it| it.cut(Act::Close)),
            ("reset", |it| it.cut(Act::Reset)),
            ("nothing", |_| vec![Act::Reset]),
            ("html", |it| it.page_of_a_proxy("text/html", "<html><body>", "</body></html>")),
            ("text", |it| it.page_of_a_proxy("text/plain", "", "")),
            ("behind", Self::behind_the_body),
            ("pieces", Self::in_pieces),
            ("hints", Self::behind_hints),
            ("long", Self::too_long),
        ];
        let mut exchanges: Vec<Exchanged> = plans.into_iter().map(|(name, acts)| self.exchange(name, acts)).collect();
        exchanges.extend(CODINGS.into_iter().map(|coding| self.exchange(coding.name, |it| it.coded(coding))));
        exchanges
    }

    fn exchange(&mut self, moment: &str, acts: impl FnOnce(&mut Self) -> Vec<Act>) -> Exchanged {
        let whole = std::mem::replace(&mut self.moment, moment.to_owned());
        self.moment = if whole.is_empty() { moment.to_owned() } else { format!("{whole}, {moment}") };
        let request = if moment == "html" { self.search_request() } else { self.list_request() };
        let exchanged = Exchanged { request, acts: acts(self) };
        self.moment = whole;
        exchanged
    }

    /// The canary of a carrier, spelled.
    pub(crate) fn fly(&mut self, carrier: &str) -> String {
        (self.spell)(&self.bird(carrier))
    }

    fn bird(&mut self, carrier: &str) -> String {
        self.aviary.bird(&format!("{}: {carrier}", self.moment))
    }

    /// The same where only the characters of a name can stand; as it is, where the spelling has others.
    fn name(&mut self, carrier: &str) -> String {
        let canary = self.bird(carrier);
        let spelled = (self.spell)(&canary);
        let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if spelled.bytes().all(is_of_a_name) && keeps_case(self.spell) { spelled } else { canary }
    }

    /// As a JSON string; a spelling in JSON's escapes stays what it is.
    ///
    /// A version is a number of any length, by its spec: what is spelled in digits is kept there.
    fn json(&mut self, carrier: &str) -> String {
        let canary = self.bird(carrier);
        let spelled = (self.spell)(&canary);
        let is_kept = carrier == "member versionId" && spelled.bytes().all(|byte| byte.is_ascii_digit());
        let spelled = if is_kept { canary } else { spelled };
        if spelled.starts_with("\\u") { format!("\"{spelled}\"") } else { serde_json::to_string(&spelled).unwrap() }
    }

    fn members(&mut self, names: &[&str]) -> String {
        names
            .iter()
            .map(|name| format!("\"{name}\":{}", self.json(&format!("member {name}"))))
            .collect::<Vec<_>>()
            .join(",")
    }

    fn list_request(&mut self) -> Request {
        let labels = ["data store", "image set"].map(|label| target::encode(&self.fly(&format!("label {label}"))));
        let query = [("nextToken", "token"), ("maxResults", "page size")];
        Request {
            method: "POST".to_owned(),
            path: format!("/datastore/{}/imageSet/{}/listImageSetVersions", labels[0], labels[1]),
            query: query.iter().map(|(name, carrier)| ((*name).to_owned(), self.fly(carrier))).collect(),
            headers: self.request_headers(),
            body: Body::Empty,
        }
    }

    /// A request that has a body.
    fn search_request(&mut self) -> Request {
        let label = target::encode(&self.fly("label shelf"));
        let inner = self.members(&["author", "from", "unknown"]);
        let key = self.json("key of the request's body");
        let tag = self.json("item of the request's body");
        let cursor = self.json("token of the request's body");
        let limit = self.json("page size of the request's body");
        let body = format!("{{\"query\":{{{inner},{key}:1,\"tags\":[{tag}]}},\"cursor\":{cursor},\"limit\":{limit}}}");
        Request {
            method: "POST".to_owned(),
            path: format!("/search/{label}"),
            headers: self.request_headers(),
            body: Body::from_bytes(body),
            ..Request::default()
        }
    }

    fn request_headers(&mut self) -> Headers {
        let names = [
            "user-agent",
            "x-amz-user-agent",
            "amz-sdk-invocation-id",
            "x-amz-meta-a",
            "accept",
            "content-type",
            "x-forwarded-for",
            PROBE_HEADER,
        ];
        let mut headers: Headers =
            names.iter().map(|name| (*name, self.fly(&format!("request header {name}")))).collect();
        headers
            .push("amz-sdk-request", format!("attempt=1; max=3; ttl={}", self.fly("request header amz-sdk-request")));
        headers.push(&format!("x-{}", self.name("name of a request header")), "1");
        headers
    }

    /// The head of an answer with a canary in each field, and in the name of one.
    fn head(&mut self, status: &str, more: &[(&str, String)]) -> String {
        let names = [
            "x-amzn-requestid",
            "x-amz-id-2",
            "content-type",
            "x-unknown",
            "set-cookie",
            "retry-after",
            "etag",
            "server",
            "location",
            "date",
            "via",
        ];
        let mut head = format!("HTTP/1.1 {status}\r\n");
        for name in names {
            head += &format!("{name}: {}\r\n", self.fly(&format!("header {name}")));
        }
        for (name, value) in more {
            head += &format!("{name}: {value}\r\n");
        }
        head + &format!("x-{}: 1\r\n", self.name("name of a header"))
    }

    fn page(&mut self) -> String {
        let item = self.members(&[
            "imageSetId",
            "versionId",
            "imageSetState",
            "ImageSetWorkflowStatus",
            "createdAt",
            "updatedAt",
            "message",
            "isPrimary",
            "unknown",
        ]);
        let top = self.members(&["nextToken", "message", "code"]);
        let [key, deep, other, inner] =
            ["key", "overrides", "unknown key", "unknown value"].map(|name| self.json(name));
        format!(
            "{{\"imageSetPropertiesList\":[{{{item},{key}:1,\"overrides\":{{\"forced\":{deep}}}}}],{top},\"other\":[{{{other}:{inner}}}]}}"
        )
    }

    fn success(&mut self) -> Vec<Act> {
        let (head, page) = (self.head("200 OK", &[]), self.page());
        vec![answer(&head, page.as_bytes())]
    }

    fn error(&mut self) -> Vec<Act> {
        let reason = self.fly("reason");
        let error_type = self.fly("error type");
        let head = self.head(&format!("500 {reason}"), &[("x-amzn-errortype", error_type)]);
        let body = format!("{{{}}}", self.members(&["__type", "code", "message", "Message", "detail"]));
        vec![answer(&head, body.as_bytes())]
    }

    /// AWS echoes what was signed, with the session token in it.
    fn denied(&mut self) -> Vec<Act> {
        let head = self.head("403 Forbidden", &[("x-amzn-errortype", "InvalidSignatureException".to_owned())]);
        let echo = ["path", "token", "host", "hash"].map(|part| self.fly(&format!("echo of the {part}")));
        let message = format!(
            "The request signature we calculated does not match. The Canonical String for this request should have been\n\
             'POST\n/datastore/{}\n\nhost:{}\nx-amz-security-token:{}\n\nhost;x-amz-security-token\n{}'",
            echo[0], echo[2], echo[1], echo[3]
        );
        let message = serde_json::to_string(&message).unwrap();
        let body = format!("{{\"message\":{message},{}}}", self.members(&["CanonicalString", "__type"]));
        vec![answer(&head, body.as_bytes())]
    }

    fn cut(&mut self, how: Act) -> Vec<Act> {
        let (head, page) = (self.head("200 OK", &[]), self.page());
        vec![broken_off(&head, page.as_bytes()), how]
    }

    fn page_of_a_proxy(&mut self, media: &str, before: &str, after: &str) -> Vec<Act> {
        let body = format!("{before}{}{after}", self.fly("body"));
        let head = format!("HTTP/1.1 502 Bad Gateway\r\ncontent-type: {media}\r\n");
        vec![answer(&head, body.as_bytes())]
    }

    fn behind_the_body(&mut self) -> Vec<Act> {
        let behind = self.fly("behind the body");
        vec![send(format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{{}}{behind}")), Act::Close]
    }

    /// Chunks of one byte, and a trailer.
    fn in_pieces(&mut self) -> Vec<Act> {
        let (page, trailer) = (self.page(), self.fly("trailer"));
        let bytewise: String = page.bytes().map(|byte| format!("1\r\n{}\r\n", char::from(byte))).collect();
        let head = self.head("200 OK", &[("transfer-encoding", "chunked".to_owned()), ("trailer", "x".to_owned())]);
        let name = self.name("name of a trailer");
        vec![send(format!("{head}\r\n{bytewise}0\r\nx: {trailer}\r\nx-{name}: 1\r\n\r\n"))]
    }

    /// Answers that are none yet.
    fn behind_hints(&mut self) -> Vec<Act> {
        let (hint, page) = (self.fly("hint"), self.page());
        let name = self.name("name of a hint");
        let hints = format!("HTTP/1.1 103 Early Hints\r\nlink: {hint}\r\nx-{name}: 1\r\n\r\n");
        vec![send(hints), answer("HTTP/1.1 200 OK\r\n", page.as_bytes())]
    }

    /// More than is kept.
    fn too_long(&mut self) -> Vec<Act> {
        let page = self.page() + &" ".repeat(9000);
        vec![answer("HTTP/1.1 200 OK\r\n", page.as_bytes())]
    }

    fn coded(&mut self, coding: Coding) -> Vec<Act> {
        let page = self.page();
        let head = format!("HTTP/1.1 200 OK\r\n{}", coding.fields);
        vec![answer(&head, &(coding.code)(&page))]
    }

    /// Requests that nothing lets through, as they are on the wire, but for the place of the host.
    pub(crate) fn refused(&mut self) -> VecDeque<String> {
        self.moment = "refused".to_owned();
        let fields = |it: &mut Self, names: &[&str]| -> String {
            names.iter().map(|name| format!("{name}: {}\r\n", it.fly(&format!("header {name}")))).collect()
        };
        let close = "Connection: close\r\n\r\n";
        let ours = "Host: {host}\r\n";
        let common = fields(self, &["user-agent", "authorization", "x-amz-security-token", "x-amz-date", "x-other"]);
        let label = target::encode(&self.fly("path"));
        let query = target::encode(&self.fly("query"));
        let parameter = target::encode(&self.fly("query name"));
        let [method, header] = ["method", "name of a header"].map(|carrier| self.name(carrier));
        let [tunnel, authority, other] = ["tunnel", "authority", "host"].map(|carrier| self.host(carrier));
        let browser = fields(self, &["origin", "referer", "cookie", "sec-fetch-site"]);
        let body = self.fly("body");
        let garbage = self.fly("what is no HTTP");
        let list = "/datastore/a/imageSet/b/listImageSetVersions";
        [
            format!("GET /{label}?{parameter}={query} HTTP/1.1\r\n{ours}{common}{close}"),
            format!("{method} {list} HTTP/1.1\r\n{ours}x-{header}: 1\r\n{close}"),
            format!("CONNECT {tunnel}:443 HTTP/1.1\r\nHost: {tunnel}:443\r\n{close}"),
            format!("GET http://{authority}/ HTTP/1.1\r\nHost: {authority}\r\n{close}"),
            format!("POST {list} HTTP/1.1\r\nHost: {other}\r\n{close}"),
            format!("POST {list} HTTP/1.1\r\n{ours}{browser}{close}"),
            format!("POST {list} HTTP/1.1\r\n{ours}content-length: {}\r\n{close}{body}", body.len()),
            format!("{garbage}\r\n\r\n"),
        ]
        .into()
    }

    /// Where only the characters of a host can stand.
    fn host(&mut self, carrier: &str) -> String {
        let canary = self.bird(carrier);
        let spelled = (self.spell)(&canary);
        let is_of_a_host = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let fits = spelled.bytes().all(is_of_a_host) && keeps_case(self.spell);
        format!("{}.example", if fits { spelled } else { canary })
    }
}

/// Whether what is spelled so is still to be read once it stands in lower case, as names do.
fn keeps_case(spell: Spell) -> bool {
    let mut aviary = Aviary::default();
    let spelled = spell(&aviary.bird("name")).to_lowercase();
    !aviary.found_in(spelled.as_bytes()).is_empty()
}

fn answer(head: &str, body: &[u8]) -> Act {
    send([format!("{head}content-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat())
}

/// An answer of which the end is missing.
fn broken_off(head: &str, body: &[u8]) -> Act {
    send([format!("{head}content-length: {}\r\n\r\n", body.len() + 1000).as_bytes(), body].concat())
}
