//! How much, and how long: every limit of a server.

use std::time::Duration;

/// The limits of a server.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Header fields of a request.
    pub headers: usize,
    /// Bytes of their names and values together.
    pub header_bytes: usize,
    /// Bytes of the request target.
    pub target_bytes: usize,
    /// Bytes of a request body.
    pub body_bytes: usize,
    /// Connections at once; one more is refused.
    pub connections: usize,
    /// From the first byte of a head, or the opening of the connection, to the head's end.
    pub head: Duration,
    /// Between two parts of a body, in either direction.
    pub gap: Duration,
    /// From the end of a head to the end of its answer.
    pub whole: Duration,
    /// Between two requests of a connection.
    pub idle: Duration,
    /// From the stop to the last answer that was under way.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            headers: 64,
            header_bytes: 16 * 1024,
            target_bytes: 32 * 1024,
            body_bytes: 8 * 1024 * 1024,
            connections: 1024,
            head: Duration::from_secs(10),
            gap: Duration::from_secs(30),
            whole: Duration::from_secs(300),
            idle: Duration::from_secs(300),
            drain: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// What hyper may read before a head ends: the most that passes, with room for the white space
    /// and line ends between.
    pub(super) fn raw_head_bytes(&self) -> usize {
        self.target_bytes + self.header_bytes + 16 * self.headers + 256
    }
}
