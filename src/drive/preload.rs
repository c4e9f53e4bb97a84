//! The file that lets a Node.js client find `<prefix>localhost`, which no resolver knows.

use super::environment::prefixed_hosts;
use crate::message::Json;
use crate::spec::Specs;

/// The text of the file: it patches `dns.lookup` for the prefixed hosts alone.
pub(super) fn text(specs: &Specs) -> String {
    let hosts = Json::Array(prefixed_hosts(specs).iter().map(|host| Json::string(host)).collect()).to_compact();
    format!(
        "'use strict';
// Written by retake for one run: host names that an SDK makes of localhost by
// putting an operation's prefix before it are resolved to loopback.
const dns = require('dns');
const hosts = new Set({hosts});
const resolve = (name) => (hosts.has(String(name).toLowerCase()) ? '127.0.0.1' : name);
const {{ lookup }} = dns;
dns.lookup = function (name, ...rest) {{
  return lookup.call(this, resolve(name), ...rest);
}};
const promised = dns.promises.lookup;
dns.promises.lookup = function (name, ...rest) {{
  return promised.call(this, resolve(name), ...rest);
}};
"
    )
}
