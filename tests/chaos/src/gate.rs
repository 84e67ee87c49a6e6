//! A gate in front of a receiver: the network on the way to a provider, and what happens on it.

use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How connections fare. A change cuts those there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Open,
    /// Nobody listens.
    Refused,
    /// Connections are made, and nothing ever moves on them.
    Silent,
    /// Cut once so many bytes of requests have passed.
    CutRequest(usize),
    /// Cut once so many bytes of replies have passed.
    CutReply(usize),
    /// Leads to another server.
    Astray(SocketAddr),
}

pub struct Gate {
    address: SocketAddr,
    way: watch::Sender<Way>,
    listening: JoinHandle<()>,
}

impl Gate {
    pub async fn before(receiver: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((receiver.ip(), 0)).await?;
        let address = listener.local_addr()?;
        let (way, watched) = watch::channel(Way::Open);
        let listening = tokio::spawn(listen(listener, address, receiver, watched));
        Ok(Self {
            address,
            way,
            listening,
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(
    listener: TcpListener,
    address: SocketAddr,
    receiver: SocketAddr,
    mut way: watch::Receiver<Way>,
) {
    let mut listener = Some(listener);
    loop {
        let now = *way.borrow_and_update();
        if now == Way::Refused {
            listener = None;
            if way.changed().await.is_err() {
                return;
            }
            continue;
        }
        let open = match listener.take() {
            Some(open) => open,
            None => match TcpListener::bind(address).await {
                Ok(open) => open,
                // Somebody's outgoing connection has the port for a moment.
                Err(_) => {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    continue;
                }
            },
        };
        let changed = tokio::select! {
            changed = way.changed() => Some(changed),
            accepted = open.accept() => {
                if let Ok((client, _)) = accepted {
                    tokio::spawn(pass(client, receiver, way.clone()));
                }
                None
            }
        };
        listener = Some(open);
        if let Some(Err(_)) = changed {
            return;
        }
    }
}

async fn pass(mut client: TcpStream, receiver: SocketAddr, mut way: watch::Receiver<Way>) {
    let now = *way.borrow_and_update();
    let (to, requests, replies) = match now {
        Way::CutRequest(bytes) => (receiver, bytes, usize::MAX),
        Way::CutReply(bytes) => (receiver, usize::MAX, bytes),
        Way::Astray(other) => (other, usize::MAX, usize::MAX),
        Way::Open | Way::Silent | Way::Refused => (receiver, usize::MAX, usize::MAX),
    };
    let work = async {
        if now == Way::Silent {
            return std::future::pending().await;
        }
        let mut server = TcpStream::connect(to).await?;
        let (client_reads, client_writes) = client.split();
        let (server_reads, server_writes) = server.split();
        tokio::select! {
            ended = copy(client_reads, server_writes, requests) => ended,
            ended = copy(server_reads, client_writes, replies) => ended,
        }
    };
    let ended: io::Result<()> = tokio::select! {
        ended = work => ended,
        _ = way.changed() => Err(io::ErrorKind::ConnectionReset.into()),
    };
    if ended.is_err() {
        // Without lingering, closing sends a reset instead of an orderly end.
        let _ = client.set_zero_linger();
    }
}

/// Ends at the end of the input, or with an error after `limit` bytes.
async fn copy(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    limit: usize,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 << 10];
    let mut passed = 0;
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        let pass = read.min(limit - passed);
        to.write_all(&buffer[..pass]).await?;
        passed += pass;
        if passed >= limit {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
    }
}
