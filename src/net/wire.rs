//! One connection's socket, in the open or within a tunnel, watched by its [`Watch`].

use crate::net::watch::{Cut, Watch};
use bytes::{Buf, Bytes, BytesMut};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// A stream that tells its [`Watch`] what passes: bytes of HTTP, whatever carries them.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TokioIo<Unread<Stream>>,
    watch: Arc<Watch>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, watch: Arc<Watch>) -> Self {
        let socket = Socket { stream, watch: Arc::clone(&watch) };
        Self { stream: TokioIo::new(Unread::new(Stream::Plain(socket))), watch }
    }

    /// The wire within a tunnel.
    pub(super) fn within(stream: TlsStream<Unread<Socket>>, watch: Arc<Watch>) -> Self {
        Self { stream: TokioIo::new(Unread::new(Stream::Tls(Box::new(stream)))), watch }
    }

    /// The socket itself, to open a tunnel on it; none within a tunnel.
    pub(super) fn into_socket(self) -> Option<Unread<Socket>> {
        let Unread { ahead, inner } = self.stream.into_inner();
        match inner {
            Stream::Plain(socket) => Some(Unread { ahead, inner: socket }),
            Stream::Tls(_) => None,
        }
    }

    /// Takes back what was read too much.
    pub(super) fn unread(&mut self, bytes: Bytes) {
        self.stream.inner_mut().unread(bytes);
    }

    fn written(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.watch.has_written(result.is_ready());
        result
    }
}

impl Read for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if result.is_ready() {
            self.watch.has_read();
        }
        result
    }
}

impl Write for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        match &result {
            Poll::Ready(Ok(())) => self.watch.has_flushed(),
            Poll::Ready(Err(_)) => {}
            // What is encrypted already waits for the client, too.
            Poll::Pending => self.watch.has_written(false),
        }
        result
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, buffers);
        self.written(result)
    }
}

/// What carries the bytes of HTTP.
#[derive(Debug)]
enum Stream {
    Plain(Socket),
    Tls(Box<TlsStream<Unread<Socket>>>),
}

impl Stream {
    fn read(&mut self) -> Pin<&mut (dyn AsyncRead + Unpin)> {
        match self {
            Self::Plain(socket) => Pin::new(socket),
            Self::Tls(stream) => Pin::new(&mut **stream),
        }
    }

    fn write(&mut self) -> Pin<&mut (dyn AsyncWrite + Unpin)> {
        match self {
            Self::Plain(socket) => Pin::new(socket),
            Self::Tls(stream) => Pin::new(&mut **stream),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.read().poll_read(cx, buffer)
    }
}

/// Writes by the stream within: the same for each kind of stream here.
macro_rules! write_by {
    ($inner:ident) => {
        fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            self.$inner().poll_write(cx, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.$inner().poll_flush(cx)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.$inner().poll_shutdown(cx)
        }

        fn poll_write_vectored(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffers: &[io::IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            self.$inner().poll_write_vectored(cx, buffers)
        }
    };
}

impl AsyncWrite for Stream {
    write_by!(write);

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(socket) => socket.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }
}

/// A client's socket, which ends as its [`Watch`] says.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    watch: Arc<Watch>,
}

impl Socket {
    fn write(&mut self) -> Pin<&mut TcpStream> {
        Pin::new(&mut self.stream)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.watch.cut() == Some(Cut::Reset) {
            // Without it the socket closes in order; there is no one left to tell.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    write_by!(write);

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// A stream of which some was read already and is to be read again.
#[derive(Debug)]
pub(super) struct Unread<S> {
    ahead: Bytes,
    inner: S,
}

impl<S: Unpin> Unread<S> {
    fn new(inner: S) -> Self {
        Self { ahead: Bytes::new(), inner }
    }

    fn unread(&mut self, bytes: Bytes) {
        self.ahead = if self.ahead.is_empty() {
            bytes
        } else {
            let mut both = BytesMut::from(bytes);
            both.extend_from_slice(&self.ahead);
            both.freeze()
        };
    }

    fn write(&mut self) -> Pin<&mut S> {
        Pin::new(&mut self.inner)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Unread<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            return Pin::new(&mut self.inner).poll_read(cx, buffer);
        }
        let count = self.ahead.len().min(buffer.remaining());
        buffer.put_slice(&self.ahead[..count]);
        self.ahead.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Unread<S> {
    write_by!(write);

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}
