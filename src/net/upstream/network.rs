//! How names become addresses and addresses connections: the one way out, which tests stand in for.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use tokio::net::{TcpStream, lookup_host};

/// What is waited for.
pub type Waiting<'n, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'n>>;

/// A network: a resolver, and what connects to an address.
pub trait Network: Send + Sync {
    /// The addresses that a name stands for.
    fn resolve<'n>(&'n self, host: &'n str, port: u16) -> Waiting<'n, Vec<SocketAddr>>;

    /// A connection to an address.
    fn connect(&self, address: SocketAddr) -> Waiting<'_, TcpStream>;
}

/// The network of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Internet;

impl Network for Internet {
    fn resolve<'n>(&'n self, host: &'n str, port: u16) -> Waiting<'n, Vec<SocketAddr>> {
        Box::pin(async move { Ok(lookup_host((host, port)).await?.collect()) })
    }

    fn connect(&self, address: SocketAddr) -> Waiting<'_, TcpStream> {
        Box::pin(TcpStream::connect(address))
    }
}
