//! Sends requests over TCP: connects, signs, writes, and reads what comes back.

use super::client::{Fault, Service};
use super::response::{Answered, read_response};
use retake::message::{End, Request, Response, target};
use retake::net::sigv4::{Signer, sign};
use std::cell::{OnceCell, RefCell};
use std::io::{Error, ErrorKind, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A host on which nobody listens.
const NOWHERE: &str = "127.0.0.1:9";

/// Where requests go, by whom they are signed, and how long an answer may take.
pub(crate) struct Wire {
    host: String,
    signer: Signer,
    timeout: Duration,
    fault: Fault,
    idle: RefCell<Option<TcpStream>>,
    /// What was signed first.
    signed: OnceCell<Vec<(String, String)>>,
}

impl Wire {
    /// A connection to an endpoint, which is made with the first request.
    pub(crate) fn new(endpoint: &str, signer: Signer, timeout: Duration, fault: Fault) -> Self {
        let host = endpoint.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let host = if fault == Fault::IgnoresEndpoint { NOWHERE.to_owned() } else { host };
        let region = match (fault, signer.region.as_str()) {
            (Fault::SignsForAnotherRegion, "eu-west-1") => "us-east-1".to_owned(),
            (Fault::SignsForAnotherRegion, _) => "eu-west-1".to_owned(),
            (_, told) => told.to_owned(),
        };
        Self {
            host,
            signer: Signer { region, ..signer },
            timeout,
            fault,
            idle: RefCell::default(),
            signed: OnceCell::new(),
        }
    }

    fn send(&self, message: &[u8]) -> Result<Answered, Error> {
        let trusts = self.fault == Fault::ReusesClosedConnection;
        let idle = self.idle.take().filter(|stream| trusts || is_open(stream));
        let is_used = idle.is_some();
        let mut stream = idle.map_or_else(|| self.connect(), Ok)?;
        let sent = stream.write_all(message);
        let answered = sent.map(|()| read_response(&stream, self.fault != Fault::IgnoresChunks));
        let is_open = |answered: &Answered| answered.is_open || trusts && answered.response.end == End::Complete;
        if trusts && is_used || answered.as_ref().is_ok_and(is_open) {
            self.idle.replace(Some(stream));
        }
        answered
    }

    fn connect(&self) -> Result<TcpStream, Error> {
        let stream = TcpStream::connect(&self.host)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(self.timeout))?;
        stream.set_write_timeout(Some(self.timeout))?;
        Ok(stream)
    }

    /// The request as it stands on the wire.
    fn message(&self, request: &Request) -> Vec<u8> {
        let mut message = format!("{} {} HTTP/1.1\r\n", request.method, target::join(&request.path, &request.query));
        let mut field = |name: &str, value: &str| message.push_str(&format!("{name}: {value}\r\n"));
        field("host", &self.host);
        for (name, value) in request.headers.iter() {
            field(name, value);
        }
        if self.fault != Fault::SendsNoSignature {
            for (name, value) in self.signature(request) {
                field(&name, &value);
            }
        }
        let body = request.body.bytes();
        if !body.is_empty() {
            field("content-length", &body.len().to_string());
        }
        message.push_str("\r\n");
        [message.as_bytes(), body].concat()
    }

    fn signature(&self, request: &Request) -> Vec<(String, String)> {
        match self.fault {
            Fault::SignsFirstRequestOnly => self.signed.get_or_init(|| self.signed_now(request)).clone(),
            _ => self.signed_now(request),
        }
    }

    fn signed_now(&self, request: &Request) -> Vec<(String, String)> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let fields = sign(request, "http", &self.host, &self.signer, now.cast_signed()).expect("the request is HTTP");
        let changed = |name: &str, value: &str| match (self.fault, name) {
            (Fault::SignsWrongly, "authorization") => with_other_end(value),
            _ => value.to_owned(),
        };
        fields.iter().map(|(name, value)| (name.to_owned(), changed(name, value))).collect()
    }
}

impl Service for Wire {
    fn ask(&self, request: &Request, pause: Duration) -> Response {
        thread::sleep(pause);
        match self.send(&self.message(request)) {
            Ok(answered) => answered.response,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Response { end: End::TimeoutAfter(0), ..Response::default() }
            }
            Err(_) => Response { end: End::ResetAfter(0), ..Response::default() },
        }
    }
}

/// Whether the other side left an idle connection open.
fn is_open(stream: &TcpStream) -> bool {
    let peeked = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut [0]));
    let is_idle = peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
    is_idle && stream.set_nonblocking(false).is_ok()
}

/// A signature with another last digit.
fn with_other_end(value: &str) -> String {
    let (begin, end) = value.split_at(value.len() - 1);
    format!("{begin}{}", if end == "0" { "1" } else { "0" })
}
