//! Reports as people and programs read them. Snapshots are of text for people; what
//! programs rely on is asserted.

mod client;
mod compare;
mod json;
mod junit;
mod markdown;
mod text;

use crate::checks::{Sample, samples, specs};
use retake::answer::{Difference, Miss, MissKind};
use retake::diagnostic::{Diagnostic, Location};
use retake::evidence::{ChildEnd, Ledger, Report, Trouble, TroubleKind};

fn sample(check: &str, name: &str) -> Sample {
    samples().into_iter().find(|sample| sample.check == check && sample.name == name).unwrap()
}

/// The report of `verify cassette` over samples.
fn report_on(names: &[(&str, &str)]) -> Report {
    let specs = specs();
    let mut report = Report::new("verify cassette");
    for (check, name) in names {
        report.merge(sample(check, name).report(&specs, None));
    }
    report
}

fn missed() -> Report {
    let request = vec![
        ("datastoreId".to_owned(), "datastore00000000000000000000001".to_owned()),
        ("maxResults".to_owned(), "3".to_owned()),
        ("nextToken".to_owned(), "\u{1b}[31mred".to_owned()),
    ];
    let token = |end: &str| Some(format!("page-token-0001{}{end}", "x".repeat(120)));
    let differs = vec![
        Difference { member: "maxResults".to_owned(), recorded: Some("2".to_owned()), sent: Some("3".to_owned()) },
        Difference {
            member: "nextToken".to_owned(),
            recorded: token("01yyyyyyyyyyyyyyyy"),
            sent: token("02yyyyyyyyyyyyyyyy"),
        },
    ];
    let miss = |kind, nearest: Option<&str>, differs| Miss {
        kind,
        operation: Some("ListImageSetVersions".to_owned()),
        request: request.clone(),
        nearest: nearest.map(str::to_owned),
        differs,
    };
    Report {
        misses: vec![
            miss(MissKind::MemberDiffers, Some("size-2-page-2"), differs),
            miss(MissKind::Exhausted, Some("size-2-page-1-throttling"), Vec::new()),
            Miss {
                kind: MissKind::NoSuchRequest,
                operation: None,
                request: vec![("method".to_owned(), "GET".to_owned()), ("path".to_owned(), "/other".to_owned())],
                nearest: None,
                differs: Vec::new(),
            },
        ],
        unused: vec!["size-2-page-2".to_owned(), "size-2-page-3".to_owned()],
        ledger: Ledger {
            requests: 5,
            exchanges: 2,
            misses: 3,
            unused: 2,
            child: Some(ChildEnd::Exit(1)),
            ..Ledger::default()
        },
        ..Report::new("replay")
    }
}

fn troubled() -> Report {
    let trouble = |kind, diagnostic| Trouble { kind, diagnostic };
    Report {
        troubles: vec![
            trouble(
                TroubleKind::Usage,
                Diagnostic::new("cannot read the cassette: unknown key \"respones\"")
                    .at(Location::at("cassettes/a.cassette.yaml", 21, 5))
                    .help("did you mean \"response\"?"),
            ),
            trouble(
                TroubleKind::CouldNotLook,
                Diagnostic::new("cannot listen on localhost:8080: port 8080 is in use by process 4711")
                    .at(Location::file("/srv/retake/lock"))
                    .help("name another port, or none"),
            ),
        ],
        ..Report::new("verify cassette")
    }
}
