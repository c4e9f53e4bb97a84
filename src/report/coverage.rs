//! What of the specs was shown, and what was not, for people.

use super::finding::row;
use super::paint::{Ink, Paint};
use crate::diagnostic::escape;
use crate::evidence::{Counts, Coverage, Report, Share};

/// That less was shown than has to be, in words.
pub(super) fn under(report: &Report) -> Option<String> {
    let percent = report.fail_under.filter(|_| report.is_under())?;
    Some(format!("the coverage is {}, under {percent}% (--fail-under)", whole(&report.coverage)))
}

/// The coverage in a line; none where there is nothing to show.
pub(super) fn line(coverage: &Coverage) -> Option<String> {
    let sorts = [
        ("errors", Share::of(&coverage.errors)),
        ("enum values", coverage.enum_values()),
        ("members", Share::of(&coverage.members)),
        ("page shapes", coverage.pages.map(|pages| pages.share()).unwrap_or_default()),
    ];
    let there = sorts.into_iter().filter(|(_, share)| share.of > 0);
    let parts: Vec<String> = there.map(|(noun, share)| format!("{} of {} {noun}", share.shown, share.of)).collect();
    (!coverage.is_empty()).then(|| format!("coverage {}: {}", whole(coverage), parts.join(", ")))
}

/// The coverage name by name: what was shown, how often, and what was not.
pub(super) fn lines(coverage: &Coverage, paint: Paint) -> Vec<String> {
    let Some(line) = line(coverage) else { return Vec::new() };
    let mut lines = vec![paint.word(Ink::Strong, &line)];
    let named = |counts: &Counts| counts.iter().map(|(name, count)| (name.clone(), *count)).collect::<Vec<_>>();
    lines.extend(sort("errors", &named(&coverage.errors), paint));
    for (name, values) in &coverage.enums {
        lines.extend(sort(&escape(name), &named(values), paint));
    }
    lines.extend(sort("members", &named(&coverage.members), paint));
    let pages = coverage.pages.map(|pages| pages.named().map(|(name, count)| (name.to_owned(), count)));
    lines.extend(sort("pages", &pages.into_iter().flatten().collect::<Vec<_>>(), paint));
    lines
}

fn sort(title: &str, counts: &[(String, u64)], paint: Paint) -> Vec<String> {
    if counts.is_empty() {
        return Vec::new();
    }
    let shown: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} ({count})")).collect();
    let hidden: Vec<&str> = counts.iter().filter(|(_, count)| *count == 0).map(|(name, _)| name.as_str()).collect();
    let rows = [("shown", shown.join(", ")), ("missing", hidden.join(", "))];
    let rows = rows.into_iter().filter(|(_, names)| !names.is_empty());
    let title = format!("  {title}");
    std::iter::once(title).chain(rows.map(|(word, names)| format!("  {}", row(paint, word, &names)))).collect()
}

fn whole(coverage: &Coverage) -> String {
    coverage.share().percent().map_or_else(|| "none".to_owned(), |percent| format!("{percent}%"))
}
