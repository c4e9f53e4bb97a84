//! Redaction that is broken on purpose, so that its tests are seen to fail. It is compiled for the library's own tests
//! and for nothing else.

use crate::message::Exchange;
use std::cell::Cell;

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// It gives back everything as it came.
    Inverted,
    /// It panics at the exchange of that number, from 1.
    PanicsAt(u32),
}

thread_local! {
    static SABOTAGE: Cell<Option<Sabotage>> = const { Cell::new(None) };
}

/// Breaks redaction in this thread, until it is dropped.
pub(crate) struct Sabotaged;

impl Sabotaged {
    pub(crate) fn by(sabotage: Sabotage) -> Self {
        SABOTAGE.set(Some(sabotage));
        Self
    }
}

impl Drop for Sabotaged {
    fn drop(&mut self) {
        SABOTAGE.set(None);
    }
}

/// What redaction makes of an exchange while it is broken; none while it is not.
pub(super) fn instead(exchange: &Exchange) -> Option<Exchange> {
    match SABOTAGE.get()? {
        Sabotage::Inverted => Some(exchange.clone()),
        Sabotage::PanicsAt(0 | 1) => panic!("a test broke redaction"),
        Sabotage::PanicsAt(number) => {
            SABOTAGE.set(Some(Sabotage::PanicsAt(number - 1)));
            None
        }
    }
}
