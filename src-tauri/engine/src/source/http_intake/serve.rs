//! Accepts connections and answers requests.

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::body::{self, Bounds, Room};
use super::clients::{Client, Clients};
use super::decode::Encoding;
use super::listen::{self, OwnHosts};
use super::refusal::Refusal;
use super::split::split;
use super::tokens::Tokens;
use super::{Options, tls};
use crate::clock::Clock;
use crate::problem::Problem;
use crate::source::{Append, AppendError, TokenDigest};

/// Longest wait for the next request on an open connection, its head included.
const HEAD_TIME: Duration = Duration::from_secs(60);
/// Longest wait for the head of a request that is refused anyhow.
const REFUSED_TIME: Duration = Duration::from_secs(5);
/// Longest wait for a TLS handshake.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// Longest wait for the next piece of a body.
const BODY_IDLE: Duration = Duration::from_secs(30);
/// Longest wait for the rest of a body that is refused already.
const DISCARD_IDLE: Duration = Duration::from_secs(2);
/// Longest wait for requests in flight when stopping.
const STOP_TIME: Duration = Duration::from_secs(30);
/// Well below the 1,024 files that a process may usually have open.
const CONNECTIONS: usize = 512;
/// Connections that are one too many for their client, while they are told so.
const REFUSED: usize = 32;
/// Memory for the bodies of all requests in flight.
const ROOM: usize = 64 << 20;
/// Requests that may exceed their share of it; of one client it is one.
const EXCESS: usize = 2;
/// A larger body is checked off the async threads.
const LARGE: usize = 1 << 20;

/// An intake that listens. Dropping it stops it too, without waiting.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: watch::Sender<()>,
    accepting: JoinHandle<()>,
    intake: Arc<Intake>,
}

impl Running {
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:8787/v1/events`
    pub fn url(&self) -> String {
        let scheme = self.intake.tls.as_ref().map_or("http", |_| "https");
        listen::url(scheme, self.address)
    }

    /// From now on only these tokens are taken.
    pub fn replace_tokens(&self, tokens: Vec<TokenDigest>) {
        self.intake.tokens.replace(tokens);
    }

    /// Takes no new request and waits for those in flight.
    pub async fn stop(self) {
        drop(self.stop);
        if let Err(error) = self.accepting.await {
            tracing::error!(%error, "The intake ended badly.");
        }
    }
}

/// Starts listening; requests are answered from now on.
pub async fn start(
    options: Options,
    append: Arc<dyn Append>,
    clock: Arc<dyn Clock>,
) -> Result<Running, Problem> {
    let address = listen::parse(&options.listen, options.beyond_loopback)?;
    let listener = listen::bind(address).await?;
    let address = listener.local_addr().unwrap_or(address);
    let tls = options.identity.map(|identity| tls::acceptor(*identity));
    let tls = tls.transpose().map_err(|error| {
        Problem::new(
            "intake-certificate",
            "The intake's certificate cannot be used.",
        )
        .cause("Its certificate and its key do not go together, or are of a kind that TLS here does not take.")
        .next("Give certificate and key again, or choose tls=made for one made on the spot.")
        .short("Certificate not usable")
        .detail(error.to_string())
    })?;
    let intake = Arc::new(Intake {
        hosts: OwnHosts::new(address, &options.host_names),
        tokens: Tokens::new(options.tokens),
        clients: Clients::new(options.others, options.own),
        tls,
        clock,
        bounds: Bounds {
            body: options.max_body,
            decompressed: options.max_decompressed,
            idle: BODY_IDLE,
        },
        room: Room::new(ROOM, EXCESS),
        append,
    });
    let (stop, stopping) = watch::channel(());
    let accepting = tokio::spawn(accept(listener, intake.clone(), stopping));
    Ok(Running {
        address,
        stop,
        accepting,
        intake,
    })
}

/// Until `stopping` closes.
async fn accept(listener: TcpListener, intake: Arc<Intake>, mut stopping: watch::Receiver<()>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let refused = Arc::new(Semaphore::new(REFUSED));
    let mut connections = JoinSet::new();
    loop {
        let place = places.clone().acquire_owned();
        let accepted = async { (place.await, listener.accept().await) };
        let (place, accepted) = tokio::select! {
            accepted = accepted => accepted,
            _ = stopping.changed() => break,
        };
        while connections.try_join_next().is_some() {}
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "The intake could not accept a connection.");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let client = intake.clients.connect(address.ip()).map(Arc::new);
        let place = match &client {
            Some(_) => place,
            // One too many for its client: told so, or dropped where there are many of them.
            None => match refused.clone().try_acquire_owned() {
                Ok(place) => Ok(place),
                Err(_) => continue,
            },
        };
        let connection = open(stream, client, intake.clone(), stopping.clone());
        connections.spawn(async move {
            connection.await;
            drop(place);
        });
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    if timeout(STOP_TIME, all).await.is_err() {
        tracing::warn!("Requests in flight did not finish in time; their senders will come again.");
    }
}

/// Speaks TLS where it is to be spoken.
async fn open(
    stream: TcpStream,
    client: Option<Arc<Client>>,
    intake: Arc<Intake>,
    mut stopping: watch::Receiver<()>,
) {
    // Answers are small and someone waits for them.
    let _ = stream.set_nodelay(true);
    let Some(tls) = intake.tls.clone() else {
        return serve(stream, Ok(client), intake, stopping).await;
    };
    let mut first = [0];
    let shaken = async {
        stream.peek(&mut first).await?;
        // A request that is not encrypted, where an encrypted one begins with a record.
        if first[0].is_ascii_uppercase() {
            return Ok(Err(stream));
        }
        tls.accept(stream).await.map(Ok)
    };
    let shaken = tokio::select! {
        shaken = timeout(HANDSHAKE_TIME, shaken) => shaken,
        _ = stopping.changed() => return,
    };
    match shaken {
        Ok(Ok(Ok(stream))) => serve(stream, Ok(client), intake, stopping).await,
        Ok(Ok(Err(stream))) => serve(stream, Err(Plain), intake, stopping).await,
        Ok(Err(error)) => tracing::debug!(%error, "A TLS handshake with the intake failed."),
        Err(_) => tracing::debug!("A TLS handshake with the intake took too long."),
    }
}

/// A connection that speaks no TLS where TLS is spoken.
#[derive(Clone, Copy)]
struct Plain;

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    client: Result<Option<Arc<Client>>, Plain>,
    intake: Arc<Intake>,
    mut stopping: watch::Receiver<()>,
) {
    let goes_on = matches!(client, Ok(Some(_)));
    let service = service_fn(move |request| {
        let (intake, client) = (intake.clone(), client.clone());
        async move {
            Ok::<_, Infallible>(match client {
                Ok(Some(client)) => intake.answer(request, &client).await,
                Ok(None) => intake.refuse(request, Refusal::too_many_connections()),
                Err(Plain) => intake.refuse(request, Refusal::tls_expected()),
            })
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(if goes_on { HEAD_TIME } else { REFUSED_TIME })
        .keep_alive(goes_on)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "A connection to the intake ended early.");
    }
}

struct Intake {
    hosts: OwnHosts,
    tokens: Tokens,
    clients: Arc<Clients>,
    tls: Option<TlsAcceptor>,
    clock: Arc<dyn Clock>,
    bounds: Bounds,
    room: Room,
    append: Arc<dyn Append>,
}

impl std::fmt::Debug for Intake {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Intake")
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}

impl Intake {
    async fn answer(&self, request: Request<Incoming>, client: &Client) -> Response<Full<Bytes>> {
        match self.take(request, client).await {
            Ok(accepted) => {
                let body = format!("{{\"accepted\":{accepted}}}");
                let mut response = Response::new(Full::new(Bytes::from(body)));
                response
                    .headers_mut()
                    .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                response
            }
            Err(refusal) => {
                self.append.refused(refusal.reason());
                refusal.answer()
            }
        }
    }

    fn refuse(&self, request: Request<Incoming>, refusal: Refusal) -> Response<Full<Bytes>> {
        tokio::spawn(body::discard(request.into_body(), DISCARD_IDLE));
        self.append.refused(refusal.reason());
        refusal.answer()
    }

    /// How many events were taken.
    async fn take(&self, request: Request<Incoming>, client: &Client) -> Result<usize, Refusal> {
        let counted = client.request().map_err(Refusal::too_many_requests);
        let (events, _shares) = match counted.and_then(|()| self.judge(&request)) {
            Ok(encoding) => {
                let mut body = request.into_body();
                match body::read(&mut body, encoding, self.bounds, &client.room, &self.room).await {
                    Ok((bytes, shares)) => (parse(bytes).await?, shares),
                    Err(refusal) => {
                        tokio::spawn(body::discard(body, DISCARD_IDLE));
                        return Err(refusal);
                    }
                }
            }
            Err(refusal) => {
                tokio::spawn(body::discard(request.into_body(), DISCARD_IDLE));
                return Err(refusal);
            }
        };
        let count = events.len();
        if count > 0 {
            self.append
                .append(events)
                .await
                .map_err(|error| match error {
                    AppendError::Full {
                        retry_after,
                        problem,
                    } => Refusal::full(retry_after, problem),
                    AppendError::Failed(problem) => Refusal::failed(problem),
                })?;
        }
        Ok(count)
    }

    /// Everything that can be judged before the body comes.
    fn judge(&self, request: &Request<Incoming>) -> Result<Encoding, Refusal> {
        let mut hosts = request.headers().get_all(HOST).iter();
        match (hosts.next().map(HeaderValue::to_str), hosts.next()) {
            (Some(Ok(host)), None) if self.hosts.contain(host) => {}
            (None, _) => return Err(Refusal::host_missing()),
            _ => return Err(Refusal::host_foreign()),
        }
        if request
            .uri()
            .authority()
            .is_some_and(|host| !self.hosts.contain(host.as_str()))
        {
            return Err(Refusal::host_foreign());
        }
        if request.uri().path() != "/v1/events" {
            return Err(Refusal::path_unknown());
        }
        if request.method() != Method::POST {
            return Err(Refusal::method_unknown());
        }
        self.judge_token(request)?;
        Encoding::of(request.headers())
    }

    fn judge_token(&self, request: &Request<Incoming>) -> Result<(), Refusal> {
        let Some(presented) = request.headers().get(AUTHORIZATION) else {
            return Err(Refusal::token_wrong(false));
        };
        let token = presented.to_str().ok().and_then(|value| {
            let (scheme, token) = value.trim().split_once(' ')?;
            scheme
                .eq_ignore_ascii_case("bearer")
                .then_some(token.trim())
        });
        match token {
            Some(token) if self.tokens.take(token, self.clock.now()) => Ok(()),
            _ => Err(Refusal::token_wrong(true)),
        }
    }
}

async fn parse(body: Bytes) -> Result<Vec<Bytes>, Refusal> {
    if body.len() < LARGE {
        return split(body);
    }
    tokio::task::spawn_blocking(|| split(body))
        .await
        .expect("splitting does not panic")
}
