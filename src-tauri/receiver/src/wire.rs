//! A connection that can be told to break.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// How a connection breaks at its next answer. Shared with whoever answers on it.
#[derive(Clone, Default)]
pub(crate) struct Sabotage(Arc<AtomicU8>);

const RESET: u8 = 1;
const GARBAGE: u8 = 2;

impl Sabotage {
    /// Cuts the connection without a word.
    pub fn reset(&self) {
        self.0.store(RESET, Ordering::Relaxed);
    }

    /// Writes what is no HTTP and cuts the connection.
    pub fn garbage(&self) {
        self.0.store(GARBAGE, Ordering::Relaxed);
    }
}

pub(crate) struct Wire {
    pub stream: Stream,
    pub sabotage: Sabotage,
}

pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    fn inner(&mut self) -> Pin<&mut (dyn Duplex + '_)> {
        match self {
            Stream::Plain(stream) => Pin::new(stream),
            Stream::Tls(stream) => Pin::new(stream.as_mut()),
        }
    }

    fn tcp(&self) -> &TcpStream {
        match self {
            Stream::Plain(stream) => stream,
            Stream::Tls(stream) => stream.get_ref().0,
        }
    }
}

trait Duplex: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Duplex for T {}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context,
        buffer: &mut ReadBuf,
    ) -> Poll<io::Result<()>> {
        self.stream.inner().poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.sabotage.0.load(Ordering::Relaxed) {
            RESET => {
                // Without lingering, closing sends a reset instead of an orderly end.
                self.stream.tcp().set_zero_linger()?;
                Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
            }
            GARBAGE => {
                let nonsense = b"\x00\x15This is no answer.\xff\xfe\r\n\r\n";
                std::task::ready!(self.stream.inner().poll_write(context, nonsense))?;
                std::task::ready!(self.stream.inner().poll_flush(context))?;
                Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
            }
            _ => self.stream.inner().poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        self.stream.inner().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        self.stream.inner().poll_shutdown(context)
    }
}
