//! What a journal says before its first exchange: by what the recording is made, so that somebody else can end it as
//! its recorder would have.

use crate::diagnostic::{Diagnostic, Location};
use crate::message::json::Text;
use crate::message::{Json, Origin};
use crate::spec::Specs;

use super::seal::spec_digest;

/// By what a recording is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// What made it: `retake 0.1.0`.
    pub tool: String,
    /// When it began, in seconds since 1970.
    pub began: i64,
    /// Where its exchanges come from.
    pub origin: Origin,
    /// The region.
    pub region: String,
    /// The members that are kept although the spec calls them sensitive.
    pub keep: Vec<String>,
    /// The operations of the specs, in their order.
    pub operations: Vec<String>,
    /// The digest of the specs' bytes, in that order.
    pub spec_sha256: String,
}

impl Beginning {
    /// The beginning of a recording by these specs.
    pub fn new(specs: &Specs, origin: Origin, region: &str, began: i64, keep: &[String]) -> Self {
        Self {
            tool: concat!("retake ", env!("CARGO_PKG_VERSION")).to_owned(),
            began,
            origin,
            region: region.to_owned(),
            keep: keep.to_vec(),
            operations: specs.iter().map(|spec| spec.operation.clone()).collect(),
            spec_sha256: spec_digest(specs.iter()),
        }
    }

    /// The specs of the recording, out of those that are there: redaction and order are theirs to say, so no others do.
    pub fn specs(&self, known: &Specs) -> Result<Specs, Diagnostic> {
        let unknown = |operation: &str| {
            Diagnostic::new(format!("the recording was made by a spec of {operation}, which is not loaded"))
                .help("name the specs that it was made by, with --spec")
        };
        let find = |operation: &String| known.operation(operation).cloned().ok_or_else(|| unknown(operation));
        let specs = Specs::new(self.operations.iter().map(find).collect::<Result<_, _>>()?);
        if spec_digest(specs.iter()) == self.spec_sha256 {
            return Ok(specs);
        }
        Err(Diagnostic::new("the recording was made by other specs of the same operations")
            .expected(format!("specs of {} whose digest is {}", self.operations.join(", "), self.spec_sha256))
            .help("name the specs that it was made by, with --spec, or take the retake that made it"))
    }

    /// Writes it, as one line of JSON.
    pub fn write(&self) -> Vec<u8> {
        let texts = |texts: &[String]| Json::Array(texts.iter().map(|text| Json::string(text)).collect());
        let members = [
            ("tool", Json::string(&self.tool)),
            ("began", Json::Number(self.began.to_string())),
            ("origin", Json::string(self.origin.as_str())),
            ("region", Json::string(&self.region)),
            ("keep", texts(&self.keep)),
            ("operations", texts(&self.operations)),
            ("spec_sha256", Json::string(&self.spec_sha256)),
        ];
        Json::Object(members.map(|(name, value)| (Text::new(name), value)).to_vec()).to_compact().into_bytes()
    }

    /// Reads it; the name is the journal's.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, Diagnostic> {
        let read = Json::parse(bytes).ok().and_then(|json| Self::of(&json));
        read.ok_or_else(|| {
            Diagnostic::new("this is no beginning of a journal")
                .at(Location::file(file))
                .help("the journal was not written by retake")
        })
    }

    fn of(json: &Json) -> Option<Self> {
        let text = |name: &str| Some(json.get(name)?.as_text()?.into_owned());
        let texts = |name: &str| {
            let items = json.get(name)?.as_array()?;
            items.iter().map(|item| Some(item.as_text()?.into_owned())).collect::<Option<Vec<String>>>()
        };
        let Json::Number(began) = json.get("began")? else { return None };
        Some(Self {
            tool: text("tool")?,
            began: began.parse().ok()?,
            origin: Origin::parse(&text("origin")?)?,
            region: text("region")?,
            keep: texts("keep")?,
            operations: texts("operations")?,
            spec_sha256: text("spec_sha256")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::embedded;

    fn beginning() -> Beginning {
        Beginning::new(&embedded(), Origin::Probed, "eu-west-1", 1_795_458_553, &["a \"b\"\n".to_owned()])
    }

    #[test]
    fn comes_back_as_it_was_written() {
        assert_eq!(Beginning::read("a.journal", &beginning().write()), Ok(beginning()));
    }

    #[test]
    fn is_nothing_where_a_part_is_missing_or_of_another_kind() {
        let whole = String::from_utf8(beginning().write()).unwrap();
        for (part, other) in [
            ("\"began\":1795458553", "\"began\":\"1795458553\""),
            ("\"began\":1795458553", "\"began\":1e400"),
            ("\"probed\"", "\"nowhere\""),
            ("\"region\"", "\"regions\""),
            ("\"keep\":[", "\"keep\":[1,"),
        ] {
            let broken = whole.replacen(part, other, 1);
            assert_ne!(broken, whole);

            let error = Beginning::read("a.journal", broken.as_bytes()).unwrap_err();

            assert_eq!(error.location.file.as_deref(), Some("a.journal"), "{other}");
        }
    }

    #[test]
    fn takes_no_specs_but_those_it_was_made_by() {
        let all = embedded();
        let one = Specs::new(all.iter().take(1).cloned().collect());
        let made_by_one = Beginning::new(&one, Origin::Live, "us-east-1", 0, &[]);
        let mut edited = all.iter().next().unwrap().clone();
        edited.text.push('\n');

        assert_eq!(made_by_one.specs(&all).unwrap().len(), 1);
        assert!(made_by_one.specs(&Specs::default()).unwrap_err().what.contains("not loaded"));
        assert!(made_by_one.specs(&Specs::new(vec![edited])).unwrap_err().what.contains("other specs"));
    }
}
