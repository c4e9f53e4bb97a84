//! Digests of requests: where something must look random and be the same each time.

use crate::message::{Request, target};
use crate::spec::{InputValue, Inputs, Spec};
use sha2::{Digest as _, Sha256};

/// What every digest begins with: other versions of the simulator may answer otherwise.
const DOMAIN: &[u8] = b"retake simulate 1";

/// A digest over parts, each with its length before it, so that no two lists of parts are one text.
pub(super) struct Digester(Sha256);

impl Digester {
    /// A digest for one purpose.
    pub(super) fn new(purpose: &str) -> Self {
        Self(Sha256::new()).part(DOMAIN).part(purpose.as_bytes())
    }

    /// With another part.
    pub(super) fn part(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
        self
    }

    /// With the operation and those of its inputs that are not left out.
    pub(super) fn inputs(self, spec: &Spec, inputs: &Inputs, left_out: &[&str]) -> Self {
        let digester = self.part(spec.service.id.as_bytes()).part(spec.operation.as_bytes());
        inputs.iter().filter(|(key, _)| !left_out.contains(key)).fold(digester, |digester, (key, value)| {
            let digester = digester.part(key.as_bytes());
            match value {
                InputValue::Bytes(bytes) => digester.part(bytes),
                InputValue::Text(_) | InputValue::Json(_) => digester.part(value.text().as_bytes()),
            }
        })
    }

    /// The digest of a request for its id: of its members alone, since headers hold the client's clock.
    pub(super) fn of_request(spec: &Spec, inputs: &Inputs) -> Self {
        Self::new("request id").inputs(spec, inputs, &[])
    }

    /// The digest of a request that is no operation.
    pub(super) fn of_unrouted(request: &Request) -> Self {
        Self::new("unrouted request id")
            .part(request.method.as_bytes())
            .part(target::join(&request.path, &request.query).as_bytes())
            .part(request.body.bytes())
    }

    pub(super) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }

    /// The digest in the form of a random UUID.
    pub(super) fn uuid(self) -> String {
        let bytes = self.finish();
        let mut hex: Vec<char> =
            bytes[..16].iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).map(char::from).collect();
        hex[12] = '4';
        hex[16] = ['8', '9', 'a', 'b'][usize::from(bytes[16] % 4)];
        let part = |range: std::ops::Range<usize>| hex[range].iter().collect::<String>();
        [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
    }
}
