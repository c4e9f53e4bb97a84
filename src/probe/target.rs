//! Which operations a run probes, and with which inputs.

use super::plan::{Target, set};
use crate::diagnostic::{Diagnostic, nearest};
use crate::spec::{Inputs, Spec, Specs};

/// What a user asks to be probed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The one operation; if none, every read-only one that pages and whose inputs are known, and every other read
    /// whose inputs are given.
    pub operation: Option<String>,
    /// Inputs of a resource that exists.
    pub inputs: Vec<(String, String)>,
    /// Inputs in which another resource differs from it.
    pub other_inputs: Vec<(String, String)>,
}

impl Wanted {
    /// The operations to probe, in the order of the specs. `known` gives the inputs that are known without being
    /// given, as those of a simulator are.
    pub fn targets<'s>(
        &self,
        specs: &'s Specs,
        known: impl Fn(&Spec) -> Option<Inputs>,
    ) -> Result<Vec<Target<'s>>, Diagnostic> {
        self.refuse_unknown_names(specs)?;
        let specs = match &self.operation {
            Some(operation) => vec![specs.operation(operation).ok_or_else(|| unknown_operation(specs, operation))?],
            None => self.reads(specs),
        };
        let mut targets = Vec::with_capacity(specs.len());
        let mut missing = Vec::new();
        for spec in specs {
            let target = self.target(spec, known(spec).unwrap_or_else(|| Inputs::new(spec)));
            match missing_input(&target) {
                None => targets.push(target),
                Some(name) => missing.push((spec, name)),
            }
        }
        match missing.first() {
            Some((spec, name)) if targets.is_empty() => Err(unknown_inputs(spec, name)),
            None if targets.is_empty() => Err(nothing_to_probe()),
            _ => Ok(targets),
        }
    }

    /// Listings, and single reads of what was given; where there is neither, all reads: they were named to be asked.
    ///
    /// A single read says little of a resource that somebody made up, and much of one that is there.
    fn reads<'s>(&self, specs: &'s Specs) -> Vec<&'s Spec> {
        let reads = || specs.iter().filter(|spec| spec.http.read_only);
        let wanted: Vec<&Spec> = reads().filter(|spec| spec.pagination.is_some() || self.gives_all(spec)).collect();
        if wanted.is_empty() { reads().collect() } else { wanted }
    }

    /// Whether the inputs that an operation requires were given, and there are any.
    fn gives_all(&self, spec: &Spec) -> bool {
        let mut required = spec.input.iter().filter(|member| member.required).peekable();
        let is_given = |key: &str| self.inputs.iter().any(|(name, _)| name == key);
        required.peek().is_some() && required.all(|member| is_given(&member.key))
    }

    fn target<'s>(&self, spec: &'s Spec, known: Inputs) -> Target<'s> {
        let inputs = with(spec, known, &self.inputs);
        let is_other = self.other_inputs.iter().any(|(name, _)| spec.input_member(name).is_some());
        let other_inputs = is_other.then(|| with(spec, inputs.clone(), &self.other_inputs));
        Target { spec, inputs, other_inputs }
    }

    fn refuse_unknown_names(&self, specs: &Specs) -> Result<(), Diagnostic> {
        let known: Vec<&str> = specs.iter().flat_map(|spec| &spec.input).map(|member| member.key.as_str()).collect();
        let options = [("--input", &self.inputs), ("--other-input", &self.other_inputs)];
        for (option, given) in options {
            if let Some((name, _)) = given.iter().find(|(name, _)| !known.contains(&name.as_str())) {
                let error = Diagnostic::new(format!("{option} {name}: no operation has an input of that name"));
                return Err(error.expected(format!("one of {}", known.join(", "))).suggest(name, known));
            }
        }
        Ok(())
    }
}

/// Inputs with some of them set; of a name that is given twice, the first counts.
fn with(spec: &Spec, mut inputs: Inputs, given: &[(String, String)]) -> Inputs {
    for (name, value) in given.iter().rev() {
        set(spec, &mut inputs, name, value);
    }
    inputs
}

fn missing_input<'s>(target: &Target<'s>) -> Option<&'s str> {
    let mut required = target.spec.input.iter().filter(|member| member.required);
    required.find(|member| target.inputs.get(&member.key).is_none()).map(|member| member.key.as_str())
}

fn unknown_operation(specs: &Specs, operation: &str) -> Diagnostic {
    let known: Vec<&str> = specs.iter().map(|spec| spec.operation.as_str()).collect();
    let error = Diagnostic::new(format!("no spec has the operation {operation}")).expected(known.join(", "));
    match nearest(operation, known) {
        Some(near) => error.help(format!("did you mean {near}?")),
        None => error,
    }
}

fn unknown_inputs(spec: &Spec, name: &str) -> Diagnostic {
    Diagnostic::new(format!("cannot probe {}: its input {name} is not known", spec.operation))
        .help(format!("give it by --input {name}=VALUE, the value being of a resource that exists"))
}

fn nothing_to_probe() -> Diagnostic {
    Diagnostic::new("there is nothing to probe: no operation of the specs is read-only")
        .help("name one with --operation")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::compile;

    fn spec(operation: &str, read_only: bool, pages: bool) -> Spec {
        let paging = "pagination: {input_token: after, output_token: next, items: things, identity: [name]}\n";
        let text = format!(
            "spec: 1\nservice: {{id: things, api_version: \"1\", protocol: rest-json, signing_name: things, \
             endpoint: \"{{prefix}}things.{{region}}.example\"}}\noperation: {operation}\n\
             http: {{method: GET, path: \"/{operation}/{{boxId}}\", success: 200, read_only: {read_only}}}\n\
             input:\n  boxId: {{in: path, type: string, length: [1, 9], required: true}}\n  \
             after: {{in: query, type: string, sensitivity: token}}\n\
             output:\n  things: {{type: list, of: Thing, required: true}}\n  \
             next: {{type: string, sensitivity: token}}\n\
             types:\n  Thing: {{type: structure, members: {{name: {{type: string}}}}}}\nerrors: {{}}\n{}",
            if pages { paging } else { "" }
        );
        compile("spec.yaml", &text).unwrap()
    }

    fn specs() -> Specs {
        Specs::new(vec![
            spec("ListThings", true, true),
            spec("DropThings", false, true),
            spec("GetThing", true, false),
            spec("ListBoxes", true, true),
        ])
    }

    fn given(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn nothing_known(_: &Spec) -> Option<Inputs> {
        None
    }

    #[test]
    fn takes_every_read_whose_inputs_are_given() {
        let specs = specs();
        let wanted = Wanted { inputs: given(&[("boxId", "a"), ("boxId", "b")]), ..Wanted::default() };

        let targets = wanted.targets(&specs, nothing_known).unwrap();

        let names: Vec<&str> = targets.iter().map(|target| target.spec.operation.as_str()).collect();
        assert_eq!(names, ["GetThing", "ListBoxes", "ListThings"]);
        assert_eq!(targets[0].inputs.text("boxId").unwrap(), "a");
        assert!(targets[0].other_inputs.is_none());
    }

    #[test]
    fn takes_the_operation_that_is_named_though_it_does_not_page() {
        let specs = specs();
        let wanted = Wanted {
            operation: Some("GetThing".into()),
            inputs: given(&[("boxId", "a")]),
            other_inputs: given(&[("boxId", "b")]),
        };

        let targets = wanted.targets(&specs, nothing_known).unwrap();

        assert_eq!(targets.len(), 1);
        assert_eq!(targets[0].other_inputs.as_ref().unwrap().text("boxId").unwrap(), "b");
    }

    #[test]
    fn takes_inputs_that_are_known_and_lets_given_ones_win() {
        let specs = specs();
        let known = |spec: &Spec| Some(Inputs::from_texts(spec, [("boxId", "known")]));

        let targets = Wanted::default().targets(&specs, known).unwrap();
        let given = Wanted { inputs: given(&[("boxId", "given")]), ..Wanted::default() };

        assert_eq!(targets[0].inputs.text("boxId").unwrap(), "known");
        assert_eq!(given.targets(&specs, known).unwrap()[0].inputs.text("boxId").unwrap(), "given");
    }

    #[test]
    fn says_what_is_missing_or_unknown() {
        let specs = specs();
        let error = |wanted: Wanted| wanted.targets(&specs, nothing_known).unwrap_err();

        assert!(error(Wanted::default()).what.contains("its input boxId is not known"));
        let misspelled = Wanted { operation: Some("ListThing".into()), ..Wanted::default() };
        assert_eq!(error(misspelled).help.as_deref(), Some("did you mean ListThings?"));
        let unknown = Wanted { other_inputs: given(&[("boxid", "a")]), ..Wanted::default() };
        assert!(error(unknown).what.starts_with("--other-input boxid"));
        let no_read = Specs::new(vec![spec("DropThing", false, false)]);
        let none = Wanted::default().targets(&no_read, nothing_known);
        assert!(none.unwrap_err().what.contains("nothing to probe"));
    }

    #[test]
    fn takes_single_reads_of_what_was_given_and_of_nothing_else_beside_listings() {
        let specs = specs();
        let known = |spec: &Spec| Some(Inputs::from_texts(spec, [("boxId", "known")]));
        let names = |wanted: Wanted, specs: &Specs| -> Vec<String> {
            let targets = wanted.targets(specs, known).unwrap();
            targets.iter().map(|target| target.spec.operation.clone()).collect()
        };
        let given = Wanted { inputs: given(&[("boxId", "a")]), ..Wanted::default() };
        let single = Specs::new(vec![spec("GetThing", true, false), spec("DropThing", false, false)]);

        assert_eq!(names(given.clone(), &specs), ["GetThing", "ListBoxes", "ListThings"]);
        assert_eq!(names(Wanted::default(), &specs), ["ListBoxes", "ListThings"]);
        assert_eq!(names(given, &single), ["GetThing"]);
        assert_eq!(names(Wanted::default(), &single), ["GetThing"], "where there is no listing, reads are probed");
    }
}
