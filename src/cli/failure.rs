//! Why a command came to nothing: its usage, or the world.

use crate::diagnostic::Diagnostic;
use crate::evidence::{Report, Trouble, TroubleKind};

/// Why a command came to nothing; without a diagnostic, there was nothing to look at.
#[derive(Debug)]
pub(super) struct Failure {
    kind: TroubleKind,
    diagnostics: Vec<Diagnostic>,
}

impl Failure {
    /// Wrong usage, or a file that cannot be read: exit 2.
    pub(super) fn usage(diagnostic: Diagnostic) -> Self {
        Self { kind: TroubleKind::Usage, diagnostics: vec![diagnostic] }
    }

    /// Several mistakes at once: exit 2.
    pub(super) fn all(diagnostics: Vec<Diagnostic>) -> Self {
        Self { kind: TroubleKind::Usage, diagnostics }
    }

    /// The world did not let us look: exit 4.
    pub(super) fn could_not_look(what: impl Into<String>) -> Self {
        Self::world(Diagnostic::new(what))
    }

    /// The world did not let us look: exit 4.
    pub(super) fn world(diagnostic: Diagnostic) -> Self {
        Self { kind: TroubleKind::CouldNotLook, diagnostics: vec![diagnostic] }
    }

    /// What was named holds nothing to look at: exit 3.
    pub(super) fn nothing() -> Self {
        Self { kind: TroubleKind::Usage, diagnostics: Vec::new() }
    }

    /// The failure as a report of its command.
    pub(super) fn into_report(self, command: &str) -> Report {
        let mut report = Report::new(command);
        let troubles = self.diagnostics.into_iter().map(|diagnostic| Trouble { kind: self.kind, diagnostic });
        report.troubles.extend(troubles);
        report
    }
}
