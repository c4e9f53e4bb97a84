//! A spec compiles to what is written in it: each compiled spec beside what a
//! foreign reader finds in its file, statement by statement, defaults included.

use retake::spec::{
    Charset, Condition, Deviation, DeviationTarget, ErrorShape, Fault, Kind, Level, Location, Member, Protocol,
    RepeatedToken, Retry, Rule, Segment, Sensitivity, Shape, ShapeId, Spec, Specs, TimestampFormat,
};
use retake::store;
use serde_yaml::Value;
use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

/// The specs of the crate and those of invented services.
pub(crate) fn specs() -> Specs {
    match store::read_specs(&[PathBuf::from("specs"), PathBuf::from("tests/data/specs/good")]) {
        Ok(specs) => specs,
        Err(errors) => panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n")),
    }
}

/// The file of a spec as a foreign reader understands it.
pub(crate) fn written(spec: &Spec) -> Value {
    serde_yaml::from_str(&fs::read_to_string(&spec.file).unwrap()).unwrap()
}

#[test]
fn every_spec_compiles_to_what_is_written() {
    let specs = specs();
    assert!(specs.len() >= 9);
    for spec in specs.iter() {
        Comparison { spec, written: written(spec), open: HashSet::new() }.all();
    }
}

#[test]
fn a_named_time_takes_the_spelling_of_its_place() {
    let specs = specs();
    let spec = specs.operation("PutReceipt").unwrap();
    let format = |member: &Member| spec.shape(member.shape).kind.clone();

    assert_eq!(format(spec.input_member("stamped").unwrap()), Kind::Timestamp(TimestampFormat::DateTime));
    assert_eq!(format(spec.output_member("writtenAt").unwrap()), Kind::Timestamp(TimestampFormat::HttpDate));
    let Kind::Structure(members) = format(spec.output_member("receipt").unwrap()) else { panic!("a structure") };
    assert_eq!(format(&members[1]), Kind::Timestamp(TimestampFormat::EpochSeconds));
}

/// A compiled spec beside its file.
struct Comparison<'s> {
    spec: &'s Spec,
    written: Value,
    /// Named types that are being compared: they may hold themselves.
    open: HashSet<String>,
}

impl Comparison<'_> {
    fn all(mut self) {
        let written = self.written.clone();
        self.head(&written);
        self.http(&written["http"]);
        self.members(&written["input"], &self.spec.input);
        self.members(&written["output"], &self.spec.output);
        self.pagination(&written["pagination"]);
        self.errors(&written);
        self.rules(&written["rules"]);
        self.client(&written["client"]);
        self.deviations(&written["deviations"]);
    }

    fn head(&self, written: &Value) {
        let (service, said) = (&self.spec.service, &written["service"]);
        let found = [&service.id, &service.api_version, &service.signing_name, &service.endpoint];
        let expected = ["id", "api_version", "signing_name", "endpoint"].map(|key| text(&said[key]));
        assert_eq!(found.map(String::as_str), expected);
        assert_eq!((service.protocol, text(&said["protocol"])), (Protocol::RestJson, "rest-json"));
        assert_eq!(self.spec.operation, text(&written["operation"]));
        let source = &self.spec.source;
        for (key, found) in
            [("model", &source.model), ("documented", &source.documented), ("retrieved", &source.retrieved)]
        {
            assert_eq!(found.as_deref(), written["source"][key].as_str());
        }
    }

    fn http(&self, said: &Value) {
        let http = &self.spec.http;
        let part = |segment: &Segment| match segment {
            Segment::Literal(literal) => literal.clone(),
            Segment::Label(index) => format!("{{{}}}", self.spec.input[*index].wire_name),
        };
        let path = format!("/{}", http.path.iter().map(part).collect::<Vec<_>>().join("/"));
        assert_eq!((http.method.as_str(), path.as_str()), (text(&said["method"]), text(&said["path"])));
        assert_eq!(http.host_prefix, said["host_prefix"].as_str().unwrap_or_default());
        assert_eq!(u64::from(http.success), said["success"].as_u64().unwrap_or(200));
        assert_eq!(http.read_only, said["read_only"].as_bool().unwrap_or(false));
    }

    fn members(&mut self, said: &Value, members: &[Member]) {
        let said: Vec<_> = said.as_mapping().into_iter().flatten().collect();
        assert_eq!(said.len(), members.len());
        for ((key, said), member) in said.into_iter().zip(members) {
            self.member(text(key), said, member);
        }
    }

    fn member(&mut self, key: &str, said: &Value, member: &Member) {
        assert_eq!(member.key, key);
        assert_eq!(member.wire_name, said["name"].as_str().unwrap_or(key));
        assert_eq!(place(member.location), said["in"].as_str().unwrap_or("body"), "{key}");
        assert_eq!(member.required, said["required"].as_bool().unwrap_or(false), "{key}");
        assert_eq!(member.match_ignore, said["match"].as_str() == Some("ignore"), "{key}");
        assert_eq!(member.note.as_deref(), said["note"].as_str(), "{key}");
        let definition = &self.written["types"][text(&said["type"])];
        let sensitivity = said["sensitivity"].as_str().or_else(|| definition["sensitivity"].as_str());
        assert_eq!(self.spec.sensitivity(member).map(Sensitivity::as_str), sensitivity, "{key}");
        let line = self.spec.text.lines().nth(member.line as usize - 1).unwrap();
        assert!(line.contains(key), "{key} in {line}");
        let time = match member.location {
            Location::Path | Location::Query => "date-time",
            Location::Header => "http-date",
            Location::Body | Location::Payload | Location::Status => "epoch-seconds",
        };
        self.shape(said, member.shape, time);
    }

    /// A shape and what is said of it: a definition, or the name of a type.
    fn shape(&mut self, said: &Value, id: ShapeId, time: &str) {
        let shape = self.spec.shape(id);
        let word = said.as_str().unwrap_or_else(|| text(&said["type"])).to_owned();
        let definition = self.written["types"][word.as_str()].clone();
        if definition.is_null() {
            self.definition(&word, said, shape, time);
            return;
        }
        assert_eq!(shape.name.as_deref(), Some(word.as_str()));
        if self.open.insert(word.clone()) {
            self.definition(text(&definition["type"]), &definition, shape, time);
            self.open.remove(&word);
        }
    }

    fn definition(&mut self, word: &str, said: &Value, shape: &Shape, time: &str) {
        let constraints = &shape.constraints;
        let ends =
            |key: &str| said[key].as_sequence().map(|ends| (ends[0].as_f64().unwrap(), ends[1].as_f64().unwrap()));
        assert_eq!(constraints.length.map(|(least, most)| (least as f64, most as f64)), ends("length"));
        assert_eq!(constraints.range, ends("range"));
        assert_eq!(constraints.pattern.as_ref().map(|pattern| pattern.source()), said["pattern"].as_str());
        assert_eq!(constraints.charset.map(|Charset::Ascii| "ascii"), said["charset"].as_str());
        assert_eq!(constraints.unique, said["unique"].as_bool().unwrap_or(false));
        let found = match &shape.kind {
            Kind::String => "string",
            Kind::Integer => "integer",
            Kind::Long => "long",
            Kind::Float => "float",
            Kind::Double => "double",
            Kind::Boolean => "boolean",
            Kind::Blob => "blob",
            Kind::Document => "document",
            Kind::Timestamp(format) => {
                let format = match format {
                    TimestampFormat::EpochSeconds => "epoch-seconds",
                    TimestampFormat::DateTime => "date-time",
                    TimestampFormat::HttpDate => "http-date",
                };
                assert_eq!(format, said["format"].as_str().unwrap_or(time));
                "timestamp"
            }
            Kind::List(item) => {
                self.shape(&said["of"], *item, time);
                "list"
            }
            Kind::Map { keys, values } => {
                self.shape(&said["keys"], *keys, "date-time");
                self.shape(&said["values"], *values, "epoch-seconds");
                "map"
            }
            Kind::Structure(members) => {
                self.members(&said["members"], members);
                "structure"
            }
            Kind::Union(members) => {
                self.members(&said["members"], members);
                "union"
            }
            Kind::Enum(values) => {
                assert_eq!(values.iter().map(String::as_str).collect::<Vec<_>>(), texts(&said["values"]));
                "enum"
            }
        };
        assert_eq!(found, word);
    }

    fn pagination(&self, said: &Value) {
        let Some(pagination) = &self.spec.pagination else { return assert!(said.is_null()) };
        assert_eq!(pagination.input_token, text(&said["input_token"]));
        assert_eq!(pagination.output_token, text(&said["output_token"]));
        assert_eq!(pagination.page_size.as_deref(), said["page_size"].as_str());
        assert_eq!(pagination.items, text(&said["items"]));
        assert_eq!(pagination.identity, texts(&said["identity"]));
    }

    fn errors(&self, written: &Value) {
        let said: Vec<_> = written["errors"].as_mapping().into_iter().flatten().collect();
        assert_eq!(said.len(), self.spec.errors.len());
        for ((name, said), error) in said.iter().zip(&self.spec.errors) {
            assert_eq!(error.name, text(name));
            error_shape(said, error);
        }
        let role = |key: &str, usual: &str| {
            let usual = (!written["errors"][usual].is_null()).then(|| usual.to_owned());
            written[key].as_str().map(str::to_owned).or(usual)
        };
        assert_eq!(self.spec.validation_error, role("validation_error", "ValidationException"));
        assert_eq!(self.spec.not_found_error, role("not_found_error", "ResourceNotFoundException"));
    }

    fn rules(&self, said: &Value) {
        let said: Vec<&Value> = said.as_sequence().into_iter().flatten().collect();
        assert_eq!(said.len(), self.spec.rules.len());
        for (said, found) in said.into_iter().zip(&self.spec.rules) {
            rule(said, found);
        }
    }

    fn client(&self, said: &Value) {
        let client = &self.spec.client;
        let words = client.repeated_token.iter().map(|word| match word {
            RepeatedToken::Stops => "stops",
            RepeatedToken::Errors => "errors",
            RepeatedToken::Loops => "loops",
        });
        assert_eq!(words.collect::<Vec<_>>(), texts(&said["repeated_token"]));
        let attempts = &said["max_attempts"];
        assert_eq!(u64::from(client.default_attempts), attempts["default"].as_u64().unwrap_or(3));
        assert_eq!(u64::from(client.attempts_at_most), attempts["at_most"].as_u64().unwrap_or(5));
    }

    fn deviations(&self, said: &Value) {
        let said: Vec<&Value> = said.as_sequence().into_iter().flatten().collect();
        assert_eq!(said.len(), self.spec.deviations.len());
        for (said, found) in said.into_iter().zip(&self.spec.deviations) {
            deviation(said, found);
        }
    }
}

fn error_shape(said: &Value, error: &ErrorShape) {
    assert_eq!(Some(u64::from(error.status)), said["status"].as_u64());
    let fault = match error.fault {
        Fault::Client => "client",
        Fault::Server => "server",
    };
    assert_eq!(fault, said["fault"].as_str().unwrap_or(if error.status < 500 { "client" } else { "server" }));
    let retry = match error.retry {
        Retry::Throttling => "throttling",
        Retry::Transient => "transient",
        Retry::Never => "never",
    };
    assert_eq!(retry, said["retry"].as_str().unwrap_or("never"));
    assert_eq!(error.note.as_deref(), said["note"].as_str());
}

fn rule(said: &Value, rule: &Rule) {
    assert_eq!(rule.id, text(&said["id"]));
    assert_eq!(rule.each.as_deref(), said["each"].as_str());
    assert_eq!(rule.level.as_str(), said["level"].as_str().unwrap_or(Level::Should.as_str()));
    assert_eq!(rule.note.as_deref(), said["note"].as_str());
    assert_eq!(rule.when.as_ref().map(condition), (!said["when"].is_null()).then(|| said["when"].clone()));
    assert_eq!(condition(&rule.expect), said["expect"]);
}

/// A condition as it is written.
fn condition(condition: &Condition) -> Value {
    let value = |json: &retake::message::Json| serde_yaml::from_str::<Value>(&json.to_compact()).unwrap();
    let one = |key: &str, value: Value| Value::Mapping([(Value::from(key), value)].into_iter().collect());
    match condition {
        Condition::Present(member) => one("present", Value::from(member.as_str())),
        Condition::Absent(member) => one("absent", Value::from(member.as_str())),
        Condition::Equals(member, wanted) => one(member, value(wanted)),
        Condition::OneOf(member, wanted) => one("one_of", one(member, wanted.iter().map(value).collect())),
        Condition::Order(first, second) => {
            one("order", vec![Value::from(first.as_str()), second.as_str().into()].into())
        }
    }
}

fn deviation(said: &Value, deviation: &Deviation) {
    match &deviation.target {
        DeviationTarget::Member(member) => assert_eq!(member, text(&said["member"])),
        DeviationTarget::Error(error) => assert_eq!(error, text(&said["error"])),
    }
    assert_eq!(deviation.seen, text(&said["seen"]));
    for (key, found) in [
        ("value", &deviation.value),
        ("cassette", &deviation.cassette),
        ("exchange", &deviation.exchange),
        ("note", &deviation.note),
    ] {
        assert_eq!(found.as_deref(), said[key].as_str());
    }
}

fn place(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Body => "body",
        Location::Payload => "payload",
        Location::Status => "status",
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value:?} is no text"))
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_sequence().into_iter().flatten().map(text).collect()
}
