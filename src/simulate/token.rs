//! Page tokens: opaque, bound to the inputs they were issued for, and without state.
//!
//! A token is a tag over inputs and offset, and the offset masked by the tag.
//! The page size is no part of it: a walk may go on with another one. Whoever
//! changes a character, or spends it for another resource, has no tag that fits.

use super::digest::Digester;
use crate::diagnostic::{Diagnostic, Location};
use crate::spec::{Inputs, Kind, Member, Pagination, Spec, conform};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How many bytes of tag a token has, where its type leaves room for them.
const TAG_BYTES: usize = 24;
/// The least tag that cannot be hit by chance.
const LEAST_TAG_BYTES: usize = 4;
/// How many bytes the offset takes.
const OFFSET_BYTES: usize = 8;
/// The longest tag that is made to fill a token up.
const MOST_TAG_BYTES: usize = 8192;

/// How the bytes of a token become text: the first that its type takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Base64Url,
    Hex,
    UpperHex,
    Digits,
}

impl Alphabet {
    const ALL: [Self; 4] = [Self::Base64Url, Self::Hex, Self::UpperHex, Self::Digits];

    fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
            Self::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            Self::UpperHex => bytes.iter().map(|byte| format!("{byte:02X}")).collect(),
            Self::Digits => bytes.iter().map(|byte| format!("{byte:03}")).collect(),
        }
    }

    fn decode(self, text: &str) -> Option<Vec<u8>> {
        let by = |width: usize, radix: u32| {
            let chunks = text.as_bytes().chunks(width).map(|chunk| std::str::from_utf8(chunk).ok());
            chunks.map(|chunk| u8::from_str_radix(chunk?, radix).ok()).collect()
        };
        match self {
            Self::Base64Url => URL_SAFE_NO_PAD.decode(text).ok(),
            Self::Hex | Self::UpperHex => by(2, 16),
            Self::Digits => by(3, 10),
        }
    }

    fn length(self, bytes: usize) -> u64 {
        match self {
            Self::Base64Url => (bytes as u64 * 4).div_ceil(3),
            Self::Hex | Self::UpperHex => bytes as u64 * 2,
            Self::Digits => bytes as u64 * 3,
        }
    }
}

/// The tokens of one listing.
#[derive(Debug)]
pub(super) struct Tokens {
    alphabet: Alphabet,
    tag_bytes: usize,
    /// The inputs that a token is not bound to: itself, and the page size.
    unbound: Vec<String>,
}

impl Tokens {
    /// Finds a form that the token's type takes, both where it is issued and where it is spent.
    pub(super) fn new(spec: &Spec, pagination: &Pagination) -> Result<Self, Diagnostic> {
        let unbound = [Some(&pagination.input_token), pagination.page_size.as_ref()];
        let unbound: Vec<String> = unbound.into_iter().flatten().cloned().collect();
        let issued = spec.output_member(&pagination.output_token);
        let spent = spec.input_member(&pagination.input_token);
        let members: Vec<&Member> = issued.into_iter().chain(spent).collect();
        let (least, most) = members
            .iter()
            .filter_map(|member| spec.shape(member.shape).constraints.length)
            .fold((1, u64::MAX), |(least, most), (lower, upper)| (least.max(lower), most.min(upper)));
        for alphabet in Alphabet::ALL {
            let fits = |tag: &usize| (least..=most).contains(&alphabet.length(tag + OFFSET_BYTES));
            // The wished tag, else the nearest shorter one, else the nearest longer one.
            let shorter = (LEAST_TAG_BYTES..=TAG_BYTES).rev().find(fits);
            let Some(tag_bytes) = shorter.or_else(|| (TAG_BYTES..=MOST_TAG_BYTES).find(fits)) else { continue };
            let tokens = Self { alphabet, tag_bytes, unbound: unbound.clone() };
            let example = tokens.issue(spec, &Inputs::new(spec), 1);
            let takes = |member: &&Member| {
                let is_text = matches!(spec.shape(member.shape).kind, Kind::String);
                is_text && conform::check_text(spec, member.shape, &example).is_empty()
            };
            if members.iter().all(takes) {
                return Ok(tokens);
            }
        }
        let line = members.first().map_or(pagination.line, |member| member.line);
        Err(Diagnostic::new(format!("no page token can be made of the type of \"{}\"", pagination.output_token))
            .at(Location::at(&spec.file, line, 1))
            .expected("a string of 16 characters or more, of letters and digits, of hexadecimal digits, or of digits")
            .help("name another operation, or let the type take such a text"))
    }

    /// The token of the page that begins at this item.
    pub(super) fn issue(&self, spec: &Spec, inputs: &Inputs, offset: u64) -> String {
        let key = self.key(spec, inputs);
        let mut bytes = Vec::with_capacity(self.tag_bytes + OFFSET_BYTES);
        for block in 0_u64.. {
            if bytes.len() >= self.tag_bytes {
                break;
            }
            let tag = Digester::new("tag").part(&key).part(&offset.to_be_bytes()).part(&block.to_be_bytes());
            bytes.extend(tag.finish());
        }
        bytes.truncate(self.tag_bytes);
        let masked = offset ^ mask(&key, &bytes);
        bytes.extend(masked.to_be_bytes());
        self.alphabet.encode(&bytes)
    }

    /// The item at which the page of this token begins, if the token was issued for these inputs.
    pub(super) fn open(&self, spec: &Spec, inputs: &Inputs, token: &str) -> Option<u64> {
        let bytes = self.alphabet.decode(token)?;
        let (tag, masked) = bytes.split_at_checked(self.tag_bytes)?;
        let masked = u64::from_be_bytes(masked.try_into().ok()?);
        let offset = masked ^ mask(&self.key(spec, inputs), tag);
        (self.issue(spec, inputs, offset) == token).then_some(offset)
    }

    fn key(&self, spec: &Spec, inputs: &Inputs) -> [u8; 32] {
        let unbound: Vec<&str> = self.unbound.iter().map(String::as_str).collect();
        Digester::new("token").inputs(spec, inputs, &unbound).finish()
    }
}

fn mask(key: &[u8], tag: &[u8]) -> u64 {
    let digest = Digester::new("mask").part(key).part(tag).finish();
    let mut mask = [0; OFFSET_BYTES];
    mask.copy_from_slice(&digest[..OFFSET_BYTES]);
    u64::from_be_bytes(mask)
}
