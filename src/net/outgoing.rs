//! What goes back to a client: a whole answer, one that breaks off, one that streams, or one written byte by byte.

use crate::answer::Piece;
use crate::message::{Body, End, Headers, Json, Response};
use crate::net::raw::Raw;
use crate::net::upstream::Head;
use crate::net::watch::{Aside, Cut, Underway};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use hyper::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use hyper::{HeaderMap, StatusCode};
use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;

/// Fields that belong to one connection, or that framing sets; they never pass. Nor does `date`: two SDKs move
/// their clock by it, and then sign for another time than ours.
const NOT_PASSED: [&str; 11] = [
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// An answer on its way to a client.
#[derive(Debug)]
pub struct Outgoing(pub(super) Reply);

#[derive(Debug)]
pub(super) enum Reply {
    /// A head, and a body that may break off.
    Head(hyper::Response<Payload>),
    /// No head at all: the connection ends so.
    Nothing(Cut),
    /// What no HTTP library does.
    Aside(Aside),
}

/// A part of a streamed body.
#[derive(Debug)]
pub enum Chunk {
    /// Bytes.
    Data(Bytes),
    /// How it ends. A stream that is dropped without it is reset.
    End(End),
}

impl Outgoing {
    /// A recorded or derived response, with the end it had.
    pub fn of(response: &Response) -> Self {
        let cut = Cut::of(response.end);
        let Some(status) = response.status else { return Self(Reply::Nothing(cut.unwrap_or(Cut::Close))) };
        let bytes = match &response.body {
            Body::Empty => Bytes::new(),
            Body::Bytes(bytes) => bytes.clone(),
            Body::Withheld(withheld) => withheld.stand_in(),
        };
        let mut head = head(status, &response.headers);
        let payload = match cut {
            None => Payload::whole(bytes),
            Some(cut) => {
                // A length that is never reached: the client sees where the answer breaks off.
                head.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(bytes.len() as u64 + 1));
                Payload::new(Source::Cut(Some(bytes), cut))
            }
        };
        Self(Reply::Head(head.map(|()| payload)))
    }

    /// An error as AWS's JSON services send it.
    pub fn error(status: u16, error_type: &str, message: &str) -> Self {
        let headers = Headers::from_iter([("content-type", "application/json"), ("x-amzn-errortype", error_type)]);
        let body = format!("{{\"message\":{}}}", Json::string(message).to_compact());
        Self(Reply::Head(head(status, &headers).map(|()| Payload::whole(Bytes::from(body)))))
    }

    /// A line of text for a person, after which the connection closes.
    pub fn line(status: u16, line: &str) -> Self {
        let mut head = head(status, &Headers::new());
        head.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        head.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        Self(Reply::Head(head.map(|()| Payload::whole(Bytes::from(format!("{line}\n"))))))
    }

    /// What an upstream sends, as it comes: its status, its end-to-end headers as they are, its announced length.
    pub fn relay(upstream: &Head, chunks: mpsc::Receiver<Chunk>) -> Self {
        Self::from_upstream(upstream, Source::Stream(chunks))
    }

    /// What an upstream has sent, with the end that it had.
    pub fn relay_whole(upstream: &Head, bytes: Bytes, end: End) -> Self {
        let source = match Cut::of(end) {
            Some(cut) => Source::Cut(Some(bytes), cut),
            None if bytes.is_empty() => Source::Done,
            None => Source::Whole(bytes),
        };
        Self::from_upstream(upstream, source)
    }

    fn from_upstream(upstream: &Head, source: Source) -> Self {
        // A body of known length is framed by it; one that streams or breaks off, by what was announced.
        let framed = matches!(source, Source::Whole(_) | Source::Done);
        let mut response = hyper::Response::new(Payload::new(source));
        *response.status_mut() = upstream.status();
        for (name, value) in upstream.fields().iter().filter(|(name, _)| passes(name.as_str())) {
            response.headers_mut().append(name, value.clone());
        }
        if let Some(length) = upstream.fields().get(CONTENT_LENGTH).filter(|_| !framed) {
            response.headers_mut().insert(CONTENT_LENGTH, length.clone());
        }
        Self(Reply::Head(response))
    }

    /// The same with the date of the upstream: for a client that signs for it, and moves its clock by it.
    #[must_use]
    pub fn dated(mut self, upstream: &Head) -> Self {
        if let (Reply::Head(response), Some(date)) = (&mut self.0, upstream.fields().get(DATE)) {
            response.headers_mut().insert(DATE, date.clone());
        }
        self
    }

    /// These pieces, as they are; a client is outlasted by waiting so long. Where the last piece is bytes, the
    /// connection serves on, unless the client has said that it is to close.
    pub fn raw(pieces: Vec<Piece>, outlast: Duration) -> Self {
        Self(Reply::Aside(Aside::Raw(Raw::new(pieces, outlast))))
    }

    /// No head: the connection ends in this way.
    pub fn nothing(end: End) -> Self {
        Self(Reply::Nothing(Cut::of(end).unwrap_or(Cut::Close)))
    }
}

/// Whether a header field goes from one side to the other. What lets a web page read an answer never does, whoever
/// sent or recorded it.
pub(super) fn passes(name: &str) -> bool {
    const CORS: &str = "access-control-";
    let is_cors = name.get(..CORS.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(CORS));
    !is_cors && !NOT_PASSED.contains(&name)
}

fn head(status: u16, headers: &Headers) -> hyper::Response<()> {
    let mut response = hyper::Response::new(());
    // Cassettes may state what no HTTP library sends; a gateway's own error says so better than silence.
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    copy(headers, response.headers_mut());
    response
}

/// Copies what can be sent; a name or value that cannot stand in a header is left out.
fn copy(from: &Headers, to: &mut HeaderMap) {
    to.reserve(from.len() + 1);
    for (name, value) in from.iter().filter(|(name, _)| passes(name)) {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            to.append(name, value);
        }
    }
}

/// The body of an answer.
#[derive(Debug)]
pub(super) struct Payload {
    source: Source,
    /// What it leaves by, once that is known.
    exit: Option<Exit>,
}

/// What an answer leaves by.
#[derive(Debug)]
pub(super) enum Exit {
    /// A connection of its own: to break off, the connection ends.
    Connection(Underway),
    /// One stream of several: to break off, the stream is reset.
    Stream(Underway),
}

/// An answer that breaks off.
#[derive(Debug)]
pub(super) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer breaks off here")
    }
}

impl Error for Broken {}

#[derive(Debug)]
enum Source {
    /// These bytes, once.
    Whole(Bytes),
    /// These bytes, and then the cut.
    Cut(Option<Bytes>, Cut),
    /// What comes.
    Stream(mpsc::Receiver<Chunk>),
    /// Nothing more, and no end either.
    Waiting,
    /// Nothing more.
    Done,
}

impl Payload {
    fn new(source: Source) -> Self {
        Self { source, exit: None }
    }

    fn whole(bytes: Bytes) -> Self {
        Self::new(if bytes.is_empty() { Source::Done } else { Source::Whole(bytes) })
    }

    /// Names what this leaves by.
    pub(super) fn leave_by(mut self, exit: Exit) -> Self {
        self.exit = Some(exit);
        self
    }

    fn break_off(&mut self, cut: Cut) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        self.source = Source::Waiting;
        match (&self.exit, cut) {
            (Some(Exit::Stream(_)), Cut::Reset | Cut::Close) => return Poll::Ready(Some(Err(Broken))),
            (Some(Exit::Stream(underway) | Exit::Connection(underway)), _) => underway.watch().arm(cut),
            (None, _) => {}
        }
        Poll::Pending
    }
}

impl hyper::body::Body for Payload {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let data = |bytes| Poll::Ready(Some(Ok(Frame::data(bytes))));
        match &mut self.source {
            Source::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                self.source = Source::Done;
                data(bytes)
            }
            Source::Cut(bytes, cut) => {
                let cut = *cut;
                match bytes.take().filter(|bytes| !bytes.is_empty()) {
                    Some(bytes) => data(bytes),
                    None => self.break_off(cut),
                }
            }
            Source::Stream(chunks) => match std::task::ready!(chunks.poll_recv(cx)) {
                Some(Chunk::Data(bytes)) => data(bytes),
                Some(Chunk::End(end)) => match Cut::of(end) {
                    Some(cut) => self.break_off(cut),
                    None => {
                        self.source = Source::Done;
                        Poll::Ready(None)
                    }
                },
                None => self.break_off(Cut::Reset),
            },
            Source::Waiting => Poll::Pending,
            Source::Done => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.source, Source::Done)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Source::Done => SizeHint::with_exact(0),
            Source::Cut(..) | Source::Stream(_) | Source::Waiting => SizeHint::default(),
        }
    }
}
