//! Servers on loopback that behave as they are told, on a port that the system picks.

use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ServerConfig;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A port that is taken, and where nobody listens.
pub struct NobodyHome {
    pub address: SocketAddr,
    _socket: TcpSocket,
}

impl NobodyHome {
    pub fn new() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket
            .bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .expect("a free port");
        let address = socket.local_addr().expect("an address");
        Self {
            address,
            _socket: socket,
        }
    }
}

/// What a server does once it has read a request.
#[derive(Clone)]
pub enum Conduct {
    /// These very bytes.
    Answer(Vec<u8>),
    /// `200` with the request's head and body as the answer's body.
    Echo,
    /// Nothing, until the client gives up.
    Hang,
    Close,
    Reset,
}

impl Conduct {
    pub fn status(status: &str, body: &str) -> Self {
        let length = body.len();
        Self::Answer(
            format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes(),
        )
    }
}

#[derive(Clone)]
pub struct Received {
    pub head: String,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<Received>,
}

impl Server {
    pub async fn plain(conduct: Conduct) -> Self {
        Self::start(conduct, None).await
    }

    pub async fn tls(conduct: Conduct, config: ServerConfig) -> Self {
        Self::start(conduct, Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    /// Answers `202` over HTTP/2.
    pub async fn http2(config: ServerConfig) -> Self {
        let tls = TlsAcceptor::from(Arc::new(config));
        Self::serving(move |stream, _| {
            let tls = tls.clone();
            async move {
                let Ok(stream) = tls.accept(stream).await else {
                    return;
                };
                let answer = hyper::service::service_fn(|_| async {
                    let mut answer = hyper::Response::new(Full::<bytes::Bytes>::default());
                    *answer.status_mut() = hyper::StatusCode::ACCEPTED;
                    Ok::<_, std::convert::Infallible>(answer)
                });
                let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), answer)
                    .await;
            }
        })
        .await
    }

    /// Takes connections and says nothing at all, not even in TLS.
    pub async fn mute() -> Self {
        Self::serving(|stream, _| async move {
            std::future::pending::<()>().await;
            drop(stream);
        })
        .await
    }

    /// Says this as soon as anything comes, whatever it is, and reads on.
    pub async fn blurting(words: &'static [u8]) -> Self {
        Self::serving(move |mut stream, _| async move {
            let mut bytes = [0; 4096];
            let _ = stream.read(&mut bytes).await;
            let _ = stream.write_all(words).await;
            while stream.read(&mut bytes).await.is_ok_and(|length| length > 0) {}
        })
        .await
    }

    async fn start(conduct: Conduct, tls: Option<TlsAcceptor>) -> Self {
        Self::serving(move |stream, seen| {
            let (conduct, tls) = (conduct.clone(), tls.clone());
            async move {
                match tls {
                    None => converse(stream, &conduct, &seen).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            converse(stream, &conduct, &seen).await;
                        }
                    }
                }
            }
        })
        .await
    }

    async fn serving<F>(
        conversation: impl Fn(TcpStream, Arc<Mutex<Seen>>) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Seen::default()));
        let theirs = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                theirs.lock().unwrap().connections += 1;
                tokio::spawn(conversation(stream, Arc::clone(&theirs)));
            }
        });
        Self {
            address,
            seen,
            task,
        }
    }

    pub fn url(&self, scheme: &str) -> String {
        format!(
            "{scheme}://localhost:{}/services/collector",
            self.address.port()
        )
    }

    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    pub fn requests(&self) -> Vec<Received> {
        self.seen.lock().unwrap().requests.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A stream whose end can be cut short.
pub trait Cut {
    fn cut(&self);
}

impl Cut for TcpStream {
    fn cut(&self) {
        let _ = self.set_zero_linger();
    }
}

impl Cut for tokio_rustls::server::TlsStream<TcpStream> {
    fn cut(&self) {
        self.get_ref().0.cut();
    }
}

async fn converse<S: AsyncRead + AsyncWrite + Cut + Unpin>(
    mut stream: S,
    conduct: &Conduct,
    seen: &Mutex<Seen>,
) {
    while let Some(request) = read(&mut stream).await {
        seen.lock().unwrap().requests.push(request.clone());
        let answer = match conduct {
            Conduct::Answer(bytes) => bytes.clone(),
            Conduct::Echo => {
                let length = request.head.len() + request.body.len();
                let mut bytes =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").into_bytes();
                bytes.extend_from_slice(request.head.as_bytes());
                bytes.extend_from_slice(&request.body);
                bytes
            }
            Conduct::Hang => return std::future::pending().await,
            Conduct::Close => return,
            Conduct::Reset => return stream.cut(),
        };
        if stream.write_all(&answer).await.is_err() {
            return;
        }
        let _ = stream.flush().await;
        // An answer without a length ends with the connection.
        if !answer
            .windows(16)
            .any(|part| part.eq_ignore_ascii_case(b"content-length: "))
        {
            let _ = stream.shutdown().await;
            return;
        }
    }
}

/// One request; `None` once there is none, or what came is no HTTP.
async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Received> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            break at + 4;
        }
        let ended = stream.read_buf(&mut bytes).await.ok()? == 0;
        // TLS begins with this byte; no server waits for the rest of a line after it.
        if ended || bytes[0] == 0x16 {
            return None;
        }
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let mut request = Received {
        head,
        body: Vec::new(),
    };
    let length: usize = request
        .header("content-length")
        .map_or(0, |value| value.parse().expect("a length"));
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    request.body = body;
    Some(request)
}

/// A proxy that lets connections through to one server.
pub struct Tunnel {
    pub address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Tunnel {
    /// By `CONNECT`, for those who bring this authorization.
    pub async fn to(server: SocketAddr, authorization: &'static str) -> Self {
        Self::start(move |mut client, heads| async move {
            let Some(request) = read(&mut client).await else {
                return;
            };
            let allowed = request.header("proxy-authorization") == Some(authorization);
            heads.lock().unwrap().push(request.head);
            let answer: &[u8] = match allowed {
                true => b"HTTP/1.1 200 Connection established\r\n\r\n",
                false => b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
            };
            let _ = client.write_all(answer).await;
            if allowed {
                splice(client, server).await;
            }
        })
        .await
    }

    /// By SOCKS 5, with or without asking for a user and password (any will do).
    pub async fn socks(server: SocketAddr, asks: bool) -> Self {
        Self::start(move |client, _| async move {
            if let Ok(client) = greet_socks(client, asks).await {
                splice(client, server).await;
            }
        })
        .await
    }

    async fn start<F>(
        conversation: impl Fn(TcpStream, Arc<Mutex<Vec<String>>>) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let heads = Arc::default();
        let theirs = Arc::clone(&heads);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(conversation(stream, Arc::clone(&theirs)));
            }
        });
        Self {
            address,
            heads,
            task,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn splice(mut client: TcpStream, server: SocketAddr) {
    if let Ok(mut server) = TcpStream::connect(server).await {
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}

async fn greet_socks(mut client: TcpStream, asks: bool) -> std::io::Result<TcpStream> {
    let mut methods = vec![0; 2];
    client.read_exact(&mut methods).await?;
    let mut offered = vec![0; methods[1].into()];
    client.read_exact(&mut offered).await?;
    let method = if asks { 2 } else { 0 };
    if !offered.contains(&method) {
        client.write_all(&[5, 0xff]).await?;
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    client.write_all(&[5, method]).await?;
    if asks {
        let mut length = [0; 2];
        client.read_exact(&mut length).await?;
        let mut user = vec![0; length[1].into()];
        client.read_exact(&mut user).await?;
        client.read_exact(&mut length[..1]).await?;
        let mut password = vec![0; length[0].into()];
        client.read_exact(&mut password).await?;
        client.write_all(&[1, 0]).await?;
    }
    let mut command = [0; 4];
    client.read_exact(&mut command).await?;
    let length = match command[3] {
        1 => 4,
        3 => client.read_u8().await?.into(),
        _ => 16,
    };
    let mut host_and_port = vec![0; length + 2];
    client.read_exact(&mut host_and_port).await?;
    client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await?;
    Ok(client)
}
