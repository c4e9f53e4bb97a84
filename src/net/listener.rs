//! The sockets that a server listens on: loopback, in both families, at one port.

use crate::diagnostic::Diagnostic;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::{TcpListener, TcpStream};

/// How often another port is tried when the one of 127.0.0.1 is taken on `[::1]`.
const TRIES: usize = 32;

/// The port to listen at, on loopback; 0 for any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Listen {
    /// The port.
    pub port: u16,
}

impl Listen {
    /// Reads what a person wrote: a port, or a loopback address with a port.
    ///
    /// ```
    /// use retake::net::Listen;
    ///
    /// assert_eq!(Listen::parse("127.0.0.1:8080").unwrap().port, 8080);
    /// assert_eq!(Listen::parse("localhost:0").unwrap().port, 0);
    /// assert!(Listen::parse("0.0.0.0:8080").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let (host, port) = text.rsplit_once(':').unwrap_or(("localhost", text));
        let loopback = host == "localhost"
            || host == "[::1]"
            || host.parse::<Ipv4Addr>().is_ok_and(|address| address == Ipv4Addr::LOCALHOST);
        if !loopback {
            return Err(Diagnostic::new("servers listen on loopback only")
                .expected("127.0.0.1:PORT, [::1]:PORT, localhost:PORT or PORT")
                .found(text)
                .help("a recorder signs with real credentials: nobody else may reach it"));
        }
        let port = port.parse().map_err(|_| {
            Diagnostic::new("the address to listen on has no port").expected("a number from 0 to 65535").found(text)
        })?;
        Ok(Self { port })
    }
}

/// Bound sockets: 127.0.0.1 and, where the machine has it, `[::1]` at the same port.
#[derive(Debug)]
pub struct Listener {
    v4: TcpListener,
    v6: Option<TcpListener>,
    port: u16,
}

impl Listener {
    /// Binds. A port that was named must be free in both families; for port 0 one is found that is.
    pub async fn bind(listen: Listen) -> Result<Self, Diagnostic> {
        let mut tries = if listen.port == 0 { TRIES } else { 1 };
        loop {
            tries -= 1;
            match Self::bind_both(listen.port).await {
                Ok(listener) => return Ok(listener),
                Err(error) if error.kind() == ErrorKind::AddrInUse && tries > 0 => {}
                Err(error) => return Err(cannot_listen(listen.port, &error)),
            }
        }
    }

    async fn bind_both(port: u16) -> io::Result<Self> {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = v4.local_addr()?.port();
        let v6 = match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(v6) => Some(v6),
            Err(error) if error.kind() == ErrorKind::AddrInUse => return Err(error),
            Err(_) => None,
        };
        Ok(Self { v4, v6, port })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL that clients are told: `http://localhost:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Takes the next connection of either family.
    pub(super) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        match &self.v6 {
            None => self.v4.accept().await,
            Some(v6) => tokio::select! {
                accepted = self.v4.accept() => accepted,
                accepted = v6.accept() => accepted,
            },
        }
    }
}

fn cannot_listen(port: u16, error: &io::Error) -> Diagnostic {
    let diagnostic = Diagnostic::new(format!("cannot listen on localhost:{port}: {error}"));
    if error.kind() == ErrorKind::AddrInUse {
        return diagnostic.help("another process has the port: name another one, or 0 for any that is free");
    }
    diagnostic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_loopback_in_every_spelling_and_nothing_else() {
        for good in ["8080", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
            assert_eq!(Listen::parse(good).unwrap().port, 8080, "{good}");
        }
        for bad in [
            "0.0.0.0:1",
            "[::]:1",
            "10.0.0.1:1",
            "example.com:1",
            "127.0.0.2:1",
            ":8080",
            "::1:8080",
            "",
            "localhost",
            "localhost:70000",
            "localhost:-1",
        ] {
            assert!(Listen::parse(bad).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn listens_at_one_port_in_both_families() {
        let listener = Listener::bind(Listen::default()).await.unwrap();

        let v4 = TcpStream::connect((Ipv4Addr::LOCALHOST, listener.port())).await;
        let v6 = TcpStream::connect((Ipv6Addr::LOCALHOST, listener.port())).await;

        assert!(v4.is_ok());
        assert_eq!(v6.is_ok(), listener.v6.is_some());
        assert_eq!(listener.endpoint(), format!("http://localhost:{}", listener.port()));
    }

    #[tokio::test]
    async fn names_a_port_that_is_taken_in_either_family() {
        let first = Listener::bind(Listen::default()).await.unwrap();

        let error = Listener::bind(Listen { port: first.port() }).await.unwrap_err();

        assert!(error.what.contains(&format!("localhost:{}", first.port())), "{error}");
        assert!(error.help.is_some());
        drop(first.v4);
        if first.v6.is_some() {
            assert!(Listener::bind(Listen { port: first.port }).await.is_err(), "still taken on `[::1]`");
        }
    }
}
