//! The faulty clients of `tests/clients/faulty`, each a process of its own: what each is found by, and that nothing else
//! finds it.

#[cfg(feature = "cli")]
mod once;
#[cfg(feature = "cli")]
mod processes;
#[path = "../../clients/faulty/response.rs"]
mod response;
mod responses;
#[cfg(feature = "cli")]
mod troubles;
#[cfg(feature = "cli")]
mod verified;

use super::client_checks::client;
use client::FAULTS;

#[test]
fn the_list_for_people_is_the_one_of_the_program() {
    let readme = include_str!("../../clients/faulty/README.md");
    let listed: Vec<&str> = readme.lines().filter(|line| line.starts_with("| `") && line.ends_with("` |")).collect();

    let expected = FAULTS.iter().map(|(fault, found, scenario)| {
        let by = if found.is_check() { format!("`{}`", found.name()) } else { found.name().to_owned() };
        format!("| `{fault}` | {by} | `{scenario}` |")
    });
    assert_eq!(listed, expected.collect::<Vec<String>>());
}
