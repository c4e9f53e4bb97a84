//! Colours, where they are asked for.

/// Paints words, or leaves them as they are.
#[derive(Clone, Copy)]
pub(super) struct Paint {
    pub(super) color: bool,
}

/// What a word is, from which its colour follows.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    Bad,
    Doubtful,
    Good,
    Plain,
    Strong,
    Faint,
}

impl Paint {
    /// The word in its colour.
    pub(super) fn word(self, ink: Ink, word: &str) -> String {
        let code = match ink {
            Ink::Bad => "1;31",
            Ink::Doubtful => "1;33",
            Ink::Good => "1;32",
            Ink::Strong => "1",
            Ink::Faint => "2",
            Ink::Plain => return word.to_owned(),
        };
        if self.color { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() }
    }
}
