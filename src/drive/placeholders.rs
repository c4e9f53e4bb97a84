//! Placeholders of a COMMAND: `{name}` stands for an input.

use super::Argument;
use crate::diagnostic::{Diagnostic, nearest};
use crate::spec::{Inputs, Spec};
use std::ffi::{OsStr, OsString};

/// Fills `{name}` placeholders in the arguments of a COMMAND from known inputs; not in the program, since what runs is
/// for whoever wrote the COMMAND to say and an input may come from a cassette.
///
/// A brace that names no known member is left alone: it may mean something to
/// the client. A placeholder of a member that is known but has no value is an error.
pub fn fill_placeholders(
    command: &[Argument],
    inputs: &[(String, String)],
    members: &[&str],
) -> Result<Vec<Argument>, Diagnostic> {
    let Some((program, arguments)) = command.split_first() else { return Ok(Vec::new()) };
    let filled = arguments.iter().map(|argument| fill(argument, inputs, members));
    [Ok(program.clone())].into_iter().chain(filled).collect()
}

fn fill(argument: &OsStr, inputs: &[(String, String)], members: &[&str]) -> Result<OsString, Diagnostic> {
    let Some(text) = argument.to_str() else { return Ok(argument.to_owned()) };
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else { break };
        // The innermost braces: the others may be JSON around it.
        if let Some(inner) = rest[open + 1..open + length].rfind('{') {
            filled.push_str(&rest[..=open + inner]);
            rest = &rest[open + 1 + inner..];
            continue;
        }
        let name = &rest[open + 1..open + length];
        filled.push_str(&rest[..open]);
        match inputs.iter().find(|(known, _)| known == name) {
            Some((_, value)) => filled.push_str(value),
            None if members.contains(&name) => return Err(no_value(name)),
            None => {
                if let Some(near) = nearest(name, members.iter().copied()) {
                    return Err(Diagnostic::new(format!("the placeholder {{{name}}} names no input"))
                        .help(format!("did you mean {{{near}}}?")));
                }
                filled.push_str(&rest[open..=open + length]);
            }
        }
        rest = &rest[open + length + 1..];
    }
    filled.push_str(rest);
    Ok(filled.into())
}

fn no_value(name: &str) -> Diagnostic {
    Diagnostic::new(format!("nothing is known for the placeholder {{{name}}}"))
        .help(format!("give it with --input {name}=VALUE"))
}

/// A COMMAND that is run once a scenario, each time with that scenario's inputs.
#[derive(Debug, Clone)]
pub struct Template {
    arguments: Vec<Argument>,
    /// For each argument the inputs that it has placeholders of.
    named: Vec<Vec<String>>,
}

impl Template {
    /// Reads the placeholders of a COMMAND; one that is like an input and is none is refused.
    pub fn new(command: &[Argument], members: &[&str]) -> Result<Self, Diagnostic> {
        let known: Vec<(String, String)> = members.iter().map(|name| ((*name).to_owned(), String::new())).collect();
        fill_placeholders(command, &known, members)?;
        let arguments = command.iter().skip(1).map(|argument| placeholders(argument, members));
        let named = command.first().map(|_| Vec::new()).into_iter().chain(arguments).collect();
        Ok(Self { arguments: command.to_vec(), named })
    }

    /// Whether it has a placeholder; without one, it takes its input from where else it can.
    pub fn has_placeholders(&self) -> bool {
        self.named.iter().any(|named| !named.is_empty())
    }

    /// The first input that was given and has no placeholder.
    pub fn lacks<'i>(&self, inputs: &'i Inputs) -> Option<&'i str> {
        inputs.iter().map(|(key, _)| key).find(|key| !self.named.iter().flatten().any(|named| named == key))
    }

    /// The COMMAND with these inputs. The argument of an input that was not given is left out, with its flag.
    pub fn fill(&self, spec: &Spec, inputs: &Inputs) -> Vec<Argument> {
        let values: Vec<(String, String)> =
            inputs.iter().map(|(key, value)| (key.to_owned(), value.text().into_owned())).collect();
        let members: Vec<&str> = spec.input.iter().map(|member| member.key.as_str()).collect();
        let mut command: Vec<Argument> = Vec::with_capacity(self.arguments.len());
        command.extend(self.arguments.first().cloned());
        for (argument, named) in self.arguments.iter().zip(&self.named).skip(1) {
            if named.iter().any(|key| inputs.get(key).is_none()) {
                let is_value = !is_flag(argument) && command.len() > 1;
                if is_value && command.last().is_some_and(|before| is_flag(before)) {
                    command.pop();
                }
                continue;
            }
            let filled = fill(argument, &values, &members);
            command.push(filled.expect("every placeholder that names an input was given its value"));
        }
        command
    }
}

fn is_flag(argument: &OsStr) -> bool {
    argument.to_str().is_some_and(|text| text.starts_with("--"))
}

/// The inputs that an argument has placeholders of.
fn placeholders(argument: &OsStr, members: &[&str]) -> Vec<String> {
    let text = argument.to_str().unwrap_or_default();
    members.iter().filter(|name| text.contains(&format!("{{{name}}}"))).map(|name| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::embedded;

    fn filled(argument: &str) -> Result<String, Diagnostic> {
        let inputs = [("itemId".to_owned(), "a1".to_owned())];
        let command = fill_placeholders(&["client".into(), argument.into()], &inputs, &["itemId", "pageToken"])?;
        Ok(command[1].to_string_lossy().into_owned())
    }

    #[test]
    fn fills_what_it_knows_and_leaves_other_braces_alone() {
        assert_eq!(filled("--id={itemId}/{itemId}").unwrap(), "--id=a1/a1");
        assert_eq!(filled("{\"json\": {}}").unwrap(), "{\"json\": {}}");
        assert_eq!(filled("{unrelatedWord}").unwrap(), "{unrelatedWord}");
        assert_eq!(filled("{").unwrap(), "{");
    }

    #[test]
    fn leaves_the_program_to_whoever_wrote_the_command() {
        let command = ["{itemId}", "{itemId}"].map(Argument::from);

        let filled = fill_placeholders(&command, &[("itemId".to_owned(), "a1".to_owned())], &["itemId"]).unwrap();

        assert_eq!(filled, ["{itemId}", "a1"].map(Argument::from));
        assert_eq!(run_with("{datastoreId} {datastoreId}", &[("datastoreId", "a")]), "{datastoreId} a");
    }

    #[test]
    fn says_what_is_missing_or_mistyped() {
        assert!(filled("{pageToken}").unwrap_err().to_string().contains("--input pageToken=VALUE"));
        assert!(filled("{itemID}").unwrap_err().to_string().contains("{itemId}"));
    }

    /// What becomes of a COMMAND with these inputs, joined by blanks.
    fn run_with(command: &str, inputs: &[(&str, &str)]) -> String {
        let specs = embedded();
        let spec = specs.operation("ListImageSetVersions").unwrap();
        let members: Vec<&str> = spec.input.iter().map(|member| member.key.as_str()).collect();
        let command: Vec<Argument> = command.split(' ').map(Argument::from).collect();
        let template = Template::new(&command, &members).unwrap();
        let filled = template.fill(spec, &Inputs::from_texts(spec, inputs.iter().copied()));
        filled.iter().map(|argument| argument.to_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn leaves_out_the_argument_of_an_input_that_was_not_given_and_its_flag() {
        let command = "client list --id {datastoreId} --size {maxResults} -q";

        assert_eq!(run_with(command, &[("datastoreId", "a"), ("maxResults", "5")]), "client list --id a --size 5 -q");
        assert_eq!(run_with(command, &[("datastoreId", "a")]), "client list --id a -q");
        assert_eq!(run_with("client --all --size={maxResults}", &[]), "client --all");
        assert_eq!(run_with("client -n {maxResults} {nextToken}", &[("nextToken", "t")]), "client -n t");
        assert_eq!(run_with("client {maxResults}", &[]), "client");
        assert_eq!(run_with("--client {maxResults}", &[]), "--client");
    }

    #[test]
    fn puts_a_value_in_as_it_is() {
        let command = "client {\"id\":\"{datastoreId}\"} {nextToken}";

        assert_eq!(
            run_with(command, &[("datastoreId", "{nextToken}"), ("nextToken", "a b")]),
            "client {\"id\":\"{nextToken}\"} a b"
        );
    }

    #[test]
    fn knows_which_input_a_command_does_not_take() {
        let specs = embedded();
        let spec = specs.operation("ListImageSetVersions").unwrap();
        let inputs = Inputs::from_texts(spec, [("datastoreId", "a"), ("maxResults", "5")]);
        let template = |command: &[&str]| {
            let command: Vec<Argument> = command.iter().map(Argument::from).collect();
            Template::new(&command, &["datastoreId", "maxResults"])
        };

        assert_eq!(template(&["c", "{datastoreId}"]).unwrap().lacks(&inputs), Some("maxResults"));
        assert_eq!(template(&["c", "{datastoreId}{maxResults}"]).unwrap().lacks(&inputs), None);
        assert!(!template(&["c", "{x}"]).unwrap().has_placeholders());
        assert!(template(&["c", "{dataStoreId}"]).unwrap_err().to_string().contains("{datastoreId}"));
    }
}
