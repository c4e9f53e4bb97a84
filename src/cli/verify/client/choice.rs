//! Which scenarios are run: globs over their ids.

use super::programme::Listed;
use crate::cli::Failure;
use crate::diagnostic::{Diagnostic, nearest};

/// The globs of a command line.
pub(super) struct Choice<'g> {
    select: &'g [String],
    skip: &'g [String],
}

impl<'g> Choice<'g> {
    pub(super) fn of(select: &'g [String], skip: &'g [String]) -> Self {
        Self { select, skip }
    }

    /// The chosen scenarios; a glob that fits none is refused.
    pub(super) fn choose(&self, scenarios: Vec<Listed>) -> Result<Vec<Listed>, Failure> {
        let unmet = |(flag, glob): (&str, &String)| {
            let is_met = scenarios.iter().any(|scenario| fits(glob, scenario));
            (!is_met).then(|| nothing_fits(flag, glob, &scenarios))
        };
        let select = self.select.iter().map(|glob| ("--select", glob));
        let skip = self.skip.iter().map(|glob| ("--skip", glob));
        let refused: Vec<Diagnostic> = select.chain(skip).filter_map(unmet).collect();
        if !refused.is_empty() {
            return Err(Failure::all(refused));
        }
        let is_chosen = |scenario: &Listed| {
            let is_selected = self.select.is_empty() || self.select.iter().any(|glob| fits(glob, scenario));
            is_selected && !self.skip.iter().any(|glob| fits(glob, scenario))
        };
        let chosen: Vec<Listed> = scenarios.into_iter().filter(is_chosen).collect();
        if chosen.is_empty() { Err(Failure::nothing()) } else { Ok(chosen) }
    }
}

/// Whether a glob is one of the scenario: by its id, or by that behind its operation.
fn fits(glob: &str, scenario: &Listed) -> bool {
    matches(glob, &scenario.id) || matches(glob, &scenario.full)
}

/// Whether a text is a glob's, in which `*` stands for any text.
fn matches(glob: &str, text: &str) -> bool {
    let Some((first, rest)) = glob.split_once('*') else { return glob == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    // Each part where it comes first: what is left for the next is longest then.
    for part in parts {
        let Some((_, behind)) = text.split_once(part) else { return false };
        text = behind;
    }
    text.ends_with(last)
}

fn nothing_fits(flag: &str, glob: &str, scenarios: &[Listed]) -> Diagnostic {
    let error =
        Diagnostic::new(format!("{flag} {glob} fits no scenario")).found(format!("{} scenarios", scenarios.len()));
    let plain = glob.replace('*', "");
    match nearest(&plain, scenarios.iter().map(|scenario| scenario.id.as_str())) {
        Some(near) => error.help(format!("did you mean \"{near}\"? all of them: retake spec scenarios")),
        None => error.help("all of them: retake spec scenarios"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::verify::client::programme::Origin;
    use crate::spec::{Specs, embedded};
    use std::sync::Arc;

    fn scenarios() -> Vec<Listed> {
        let specs = Specs::new(vec![embedded().operation("ListImageSetVersions").unwrap().clone()]);
        let listing = Origin::new(Arc::new(specs), 0, None).unwrap().list().unwrap();
        let mut scenarios = listing.scenarios;
        scenarios.iter_mut().for_each(|listed| listed.full = format!("Op/{}", listed.id));
        scenarios
    }

    fn chosen(select: &[&str], skip: &[&str]) -> Result<Vec<String>, Failure> {
        let owned = |globs: &[&str]| -> Vec<String> { globs.iter().map(|glob| (*glob).to_owned()).collect() };
        let (select, skip) = (owned(select), owned(skip));
        let chosen = Choice::of(&select, &skip).choose(scenarios())?;
        Ok(chosen.iter().map(|scenario| scenario.id.clone()).collect())
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (glob, text, expected) in [
            ("page/cycle-2", "page/cycle-2", true),
            ("page/cycle-2", "page/cycle-22", false),
            ("*", "", true),
            ("page/*", "page/cycle-2", true),
            ("page/*", "enum/page/x", false),
            ("*/cycle-*", "page/cycle-2", true),
            ("*cycle*", "page/cycle-2", true),
            ("*-2", "page/cycle-2-2", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*b*b", "ab", false),
            ("**", "x", true),
            ("", "x", false),
        ] {
            assert_eq!(matches(glob, text), expected, "{glob} {text}");
        }
    }

    #[test]
    fn selects_first_and_skips_then() {
        let all = chosen(&[], &[]).unwrap();
        let pages = chosen(&["page/*"], &["page/cycle-*", "page/same-token"]).unwrap();

        assert!(all.len() > 100 && pages.len() > 10);
        assert!(pages.iter().all(|id| id.starts_with("page/") && !id.contains("cycle")), "{pages:?}");
        assert_eq!(
            chosen(&["page/same-token", "Op/baseline/one-page"], &[]).unwrap(),
            ["baseline/one-page", "page/same-token"]
        );
    }

    #[test]
    fn a_glob_that_fits_nothing_is_refused_with_the_nearest_id() {
        for (select, skip) in [(vec!["page/same-tokn"], vec![]), (vec![], vec!["page/same-tokn"])] {
            let report = chosen(&select, &skip).unwrap_err().into_report("verify client");

            let message = report.troubles[0].diagnostic.to_string();
            assert!(message.contains("did you mean \"page/same-token\"?"), "{message}");
            assert_eq!(report.verdict().exit_code(), 2);
        }
        let none = chosen(&["page/same-token"], &["page/*"]).unwrap_err().into_report("verify client");
        assert_eq!(none.verdict().exit_code(), 3);
    }
}
