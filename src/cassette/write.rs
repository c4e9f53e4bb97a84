//! Document 2: the one function that writes it, in the one canonical form.
//!
//! Keys in the order of the format, fields sorted by name, texts that any YAML
//! version could misread in quotes, LF, one final newline.

use super::{VERSION, body};
use crate::message::{Body, End, Exchange, Headers, Link, Request, Response};
use crate::yaml::scalar;
use std::fmt::Write;

/// How bodies are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bodies {
    /// For people, in the file.
    Shown,
    /// By their length; the bytes stand elsewhere.
    Apart,
}

/// Document 2, without its `---`.
pub(super) fn document(exchanges: &[Exchange]) -> String {
    let mut out = Writer { out: String::new(), bodies: Bodies::Shown };
    out.line(0, "cassette", &VERSION.to_string());
    if exchanges.is_empty() {
        out.line(0, "exchanges", "[]");
    } else {
        out.key(0, "exchanges");
    }
    for exchange in exchanges {
        out.exchange(exchange);
    }
    out.out
}

/// One exchange as an item of a list, with its link and without its bodies.
pub(super) fn head(exchange: &Exchange) -> String {
    let mut out = Writer { out: String::new(), bodies: Bodies::Apart };
    out.exchange(exchange);
    out.link(&exchange.link);
    out.out
}

struct Writer {
    out: String,
    bodies: Bodies,
}

impl Writer {
    fn exchange(&mut self, exchange: &Exchange) {
        self.out.push_str("  - ");
        self.line(0, "id", &scalar(&exchange.id));
        if let Some(operation) = &exchange.operation {
            self.line(4, "operation", &scalar(operation));
        }
        if let Some(walk) = exchange.walk {
            self.line(4, "walk", &walk.to_string());
        }
        if let Some(attempt) = exchange.attempt {
            self.line(4, "attempt", &attempt.to_string());
        }
        if exchange.unfinished {
            self.line(4, "unfinished", "true");
        }
        self.request(&exchange.request);
        self.response(&exchange.response);
    }

    fn request(&mut self, request: &Request) {
        self.key(4, "request");
        self.line(6, "method", &scalar(&request.method));
        self.line(6, "path", &scalar(&request.path));
        let query = request.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.fields("query", query.collect());
        self.headers(&request.headers);
        self.body(&request.body);
    }

    fn response(&mut self, response: &Response) {
        self.key(4, "response");
        if let Some(status) = response.status {
            self.line(6, "status", &status.to_string());
        }
        self.headers(&response.headers);
        self.body(&response.body);
        let (key, after) = match response.end {
            End::Complete => return,
            End::ResetAfter(after) => ("reset-after", after),
            End::EofAfter(after) => ("eof-after", after),
            End::TimeoutAfter(after) => ("timeout-after", after),
        };
        self.key(6, "end");
        self.line(8, key, &after.to_string());
    }

    fn link(&mut self, link: &Link) {
        let fields = [
            ("call", &link.call),
            ("client", &link.client),
            ("signature", &link.signature),
            ("probe", &link.probe),
            ("session", &link.session),
        ];
        if fields.iter().all(|(_, value)| value.is_none()) {
            return;
        }
        self.key(4, "link");
        for (key, value) in fields {
            if let Some(value) = value {
                self.line(6, key, &scalar(value));
            }
        }
    }

    fn headers(&mut self, headers: &Headers) {
        self.fields("headers", headers.iter().collect());
    }

    /// Named values, sorted by name; the values of a repeated name are a list, in their order.
    fn fields(&mut self, key: &str, mut fields: Vec<(&str, &str)>) {
        if fields.is_empty() {
            return;
        }
        fields.sort_by_key(|(name, _)| *name);
        self.key(6, key);
        for same_name in fields.chunk_by(|a, b| a.0 == b.0) {
            match same_name {
                [(name, value)] => self.line(8, &scalar(name), &scalar(value)),
                _ => {
                    self.key(8, &scalar(same_name[0].0));
                    for (_, value) in same_name {
                        self.indent(10);
                        self.out.push_str("- ");
                        self.out.push_str(&scalar(value));
                        self.out.push('\n');
                    }
                }
            }
        }
    }

    fn body(&mut self, body: &Body) {
        let bytes = match body {
            Body::Empty => return,
            Body::Bytes(bytes) if bytes.is_empty() => return,
            Body::Bytes(bytes) => bytes,
            Body::Withheld(withheld) => {
                self.key(6, "body");
                self.key(8, "withheld");
                self.line(10, "reason", withheld.reason.as_str());
                self.line(10, "length", &withheld.length.to_string());
                return;
            }
        };
        self.key(6, "body");
        match self.bodies {
            Bodies::Apart => self.line(8, "bytes", &bytes.len().to_string()),
            Bodies::Shown => body::Stored::of(bytes).write(8, &mut self.out),
        }
    }

    fn key(&mut self, indent: usize, key: &str) {
        self.indent(indent);
        self.out.push_str(key);
        self.out.push_str(":\n");
    }

    fn line(&mut self, indent: usize, key: &str, value: &str) {
        self.indent(indent);
        writeln!(self.out, "{key}: {value}").expect("a string takes every text");
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }
}
