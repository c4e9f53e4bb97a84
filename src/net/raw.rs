//! An answer that is written byte by byte, since a correct HTTP library refuses to send it.
//!
//! hyper reads the request; then the connection's task takes the socket back from it, plays the pieces of the answer,
//! and hands the socket to hyper again if the connection stays open. What is in the pieces is not looked at.

use crate::answer::Piece;
use crate::net::watch::{Cut, Watch};
use crate::net::wire::Wire;
use bytes::{Buf, Bytes};
use hyper::rt::Write;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// The pieces of an answer.
#[derive(Debug)]
pub(super) struct Raw {
    pieces: Vec<Piece>,
    outlast: Duration,
}

/// What becomes of the connection behind the last piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    /// The next request may come.
    Open,
    /// Nothing.
    Ended,
}

impl Raw {
    pub(super) fn new(pieces: Vec<Piece>, outlast: Duration) -> Self {
        Self { pieces, outlast }
    }

    /// The same, and the connection ends behind it: the client is to see the end of the connection.
    pub(super) fn closing(mut self) -> Self {
        self.pieces.push(Piece::Close);
        self
    }

    /// Plays the pieces in their order. A stop ends the waiting for a client, and nothing else.
    pub(super) async fn play(
        self,
        wire: &mut Wire,
        watch: &Watch,
        stopped: &mut watch::Receiver<bool>,
    ) -> io::Result<Behind> {
        for piece in self.pieces {
            match piece {
                Piece::Bytes(bytes) => write(wire, bytes).await?,
                Piece::OutlastTimeout => tokio::select! {
                    () = sleep(self.outlast) => {}
                    _ = stopped.wait_for(|stopped| *stopped) => {}
                },
                Piece::Close => return Ok(Behind::Ended),
                Piece::Reset => {
                    watch.cut_now(Cut::Reset);
                    return Ok(Behind::Ended);
                }
            }
        }
        Ok(Behind::Open)
    }
}

pub(super) async fn write(wire: &mut Wire, mut bytes: Bytes) -> io::Result<()> {
    while !bytes.is_empty() {
        match poll_fn(|cx| Pin::new(&mut *wire).poll_write(cx, &bytes)).await? {
            0 => return Err(ErrorKind::WriteZero.into()),
            count => bytes.advance(count),
        }
    }
    Ok(())
}
