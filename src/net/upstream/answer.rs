//! The answer of an upstream while it comes: parts, and then how it ended.

use super::Head;
use super::connect::Kept;
use crate::message::{Body, End, Withheld, WithheldReason};
use bytes::{Bytes, BytesMut};
use hyper::body::{Body as _, Incoming};
use std::error::Error;
use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// An answer whose head has come.
#[derive(Debug)]
pub struct UpstreamAnswer {
    /// Its head.
    pub head: Head,
    /// Its body.
    pub body: UpstreamBody,
}

/// A part of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Bytes; never none.
    Data(Bytes),
    /// Nothing more comes; how it ended.
    End(End),
}

/// A body that is coming in.
#[derive(Debug)]
pub struct UpstreamBody {
    incoming: Incoming,
    lane: Kept,
    gap: Duration,
    /// When the whole exchange must have ended.
    end: Instant,
    /// Fires when the next part is overdue.
    alarm: Pin<Box<Sleep>>,
    received: u64,
}

impl UpstreamBody {
    pub(super) fn new(incoming: Incoming, lane: Kept, gap: Duration, end: Instant) -> Self {
        let alarm = Box::pin(sleep_until(end.min(Instant::now() + gap)));
        Self { incoming, lane, gap, end, alarm, received: 0 }
    }

    /// Waits for the next part. After an end there is nothing to wait for.
    ///
    /// The gap is counted from here: time that was spent on passing parts on is not the upstream's.
    pub async fn next(&mut self) -> Part {
        self.alarm.as_mut().reset(self.end.min(Instant::now() + self.gap));
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The next part, if it is here already.
    pub fn next_if_ready(&mut self) -> Option<Part> {
        match self.poll_next(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(part) => Some(part),
            Poll::Pending => None,
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Part> {
        loop {
            match Pin::new(&mut self.incoming).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers are not passed on.
                    let Ok(bytes) = frame.into_data() else { continue };
                    self.received += bytes.len() as u64;
                    if !bytes.is_empty() {
                        return Poll::Ready(Part::Data(bytes));
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    let end = fault(&error, self.received).unwrap_or(End::EofAfter(self.received));
                    return Poll::Ready(Part::End(end));
                }
                Poll::Ready(None) => {
                    self.lane.put_back();
                    return Poll::Ready(Part::End(End::Complete));
                }
                Poll::Pending => {
                    let overdue = self.alarm.as_mut().poll(cx);
                    return overdue.map(|()| Part::End(End::TimeoutAfter(self.received)));
                }
            }
        }
    }
}

/// How an exchange ended that failed after so many bytes of the body; none if what came was no HTTP.
pub(super) fn fault(error: &hyper::Error, received: u64) -> Option<End> {
    match cause(error) {
        Some(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe) => {
            Some(End::ResetAfter(received))
        }
        Some(ErrorKind::UnexpectedEof) => Some(End::EofAfter(received)),
        _ if error.is_incomplete_message() || error.is_closed() || error.is_canceled() => Some(End::EofAfter(received)),
        _ => None,
    }
}

/// The kind of the I/O error at the root of an error.
fn cause(error: &hyper::Error) -> Option<ErrorKind> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        source = error.source();
    }
    None
}

/// A body that is taken in: kept up to a limit, counted beyond it.
#[derive(Debug)]
pub struct Collected {
    /// The only part, as long as there is but one: most bodies come in one.
    only: Bytes,
    bytes: BytesMut,
    length: u64,
    most: usize,
}

impl Collected {
    /// Nothing yet; at most so many bytes will be kept.
    pub fn new(most: usize) -> Self {
        Self { only: Bytes::new(), bytes: BytesMut::new(), length: 0, most }
    }

    /// Adds a part.
    pub fn push(&mut self, part: &Bytes) {
        let first = self.length == 0;
        self.length += part.len() as u64;
        if self.length > self.most as u64 {
            (self.only, self.bytes) = Default::default();
        } else if first {
            self.only = part.clone();
        } else {
            let only = std::mem::take(&mut self.only);
            self.bytes.extend_from_slice(&only);
            self.bytes.extend_from_slice(part);
        }
    }

    /// The body: its bytes, or that there were too many.
    pub fn into_body(self) -> Body {
        if self.length > self.most as u64 {
            return Body::Withheld(Withheld { reason: WithheldReason::TooLong, length: self.length });
        }
        Body::from_bytes(if self.bytes.is_empty() { self.only } else { self.bytes.freeze() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_body_up_to_the_limit_and_the_length_of_a_longer_one() {
        let of = |parts: &[&'static [u8]]| {
            let mut body = Collected::new(4);
            parts.iter().for_each(|part| body.push(&Bytes::from_static(part)));
            body.into_body()
        };

        assert_eq!(of(&[]), Body::Empty);
        assert_eq!(of(&[b"abc"]), Body::from_bytes("abc"));
        assert_eq!(of(&[b"ab", b"cd"]), Body::from_bytes("abcd"));
        assert_eq!(of(&[b"a", b"b", b"c", b"d"]), Body::from_bytes("abcd"));
        assert_eq!(of(&[b"ab", b"cde", b"f"]), Body::Withheld(Withheld { reason: WithheldReason::TooLong, length: 6 }));
    }
}
