//! The one HTTP client: how a request becomes an answer, or words about why there is none.
//!
//! Always: the server's certificate is verified, redirects are not followed, no cookie is kept,
//! nothing is tried twice (that is delivery's decision), an answer is cut at [`ANSWER_LIMIT`] or
//! where the asker says, and a secret of the request that the server echoes is replaced before
//! anybody sees the answer.

pub(crate) mod failure;
mod gzip;
mod problems;
mod route;
mod target;
pub(crate) mod tls_failure;
mod trust;

pub(crate) use failure::Diagnosis;
pub use failure::Failure;
pub(crate) use route::Route;
pub(crate) use target::Target;

use bytes::{Bytes, BytesMut};
use reqwest::header::{CONTENT_ENCODING, HeaderName, HeaderValue};
use rustls::crypto::CryptoProvider;
use std::sync::Arc;
use std::time::{Duration, Instant};
use url::Url;

use crate::clock::{Clock as _, SystemClock};
use crate::connection::Connection;
use crate::provider::{Details, FieldError, Header, Request, Response};
use crate::redact::Redaction;
use crate::secret::Secrets;

/// What Penstock calls itself to servers.
pub const USER_AGENT: &str = concat!("Penstock/", env!("CARGO_PKG_VERSION"));

/// How much of an answer's body is kept.
pub const ANSWER_LIMIT: usize = 256 * 1024;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a server may take to answer a greeting in TLS.
const GREETING_TIMEOUT: Duration = Duration::from_secs(2);

/// One for each stream: keeps its connections alive. Clones share them.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    tls: Arc<rustls::ClientConfig>,
    route: Route,
    timeout: Duration,
    has_identity: bool,
}

/// An answer came.
#[derive(Debug)]
pub struct Sent {
    pub response: Response,
    /// `HTTP/1.1`
    pub http_version: String,
    /// Bytes of the request's body as sent.
    pub wire_bytes: u64,
    /// From the start of compression to the end of the answer.
    pub elapsed: Duration,
}

impl Client {
    /// A client with the connection options in `details` and `secrets`.
    pub fn new(details: &Details, secrets: &Secrets) -> Result<Self, Vec<FieldError>> {
        let Connection {
            authorities,
            identity,
            proxy,
            timeout,
        } = Connection::read(details, secrets, SystemClock.now())?;
        let unusable = |field: &str, error: &dyn std::fmt::Display| {
            vec![FieldError {
                field: field.into(),
                message: format!("This cannot be used: {error}."),
            }]
        };
        let has_identity = identity.is_some();
        let provider = crypto();
        let trust = trust::Trust::new(authorities, Arc::clone(&provider))
            .map_err(|error| unusable("ca_certificate", &error))?;
        let builder = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable("ca_certificate", &error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(trust));
        let mut tls = match identity {
            Some(identity) => builder.with_client_cert_resolver(Arc::new(
                rustls::sign::SingleCertAndKey::from(identity),
            )),
            None => builder.with_no_client_auth(),
        };
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let route = Route::new(proxy);
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .timeout(timeout)
            // Shorter than the whole, so that the two are told apart.
            .connect_timeout(CONNECT_TIMEOUT.min(timeout * 3 / 4))
            .pool_idle_timeout(Duration::from_secs(90))
            .tcp_keepalive(Duration::from_secs(30))
            .http2_keep_alive_interval(Duration::from_secs(20))
            .http2_keep_alive_timeout(Duration::from_secs(10));
        let builder = match &route {
            Route::Straight => builder,
            route => {
                let route = route.clone();
                builder.proxy(reqwest::Proxy::custom(move |url| {
                    route.proxy_with_credentials(url)
                }))
            }
        };
        let http = builder.build().map_err(|error| unusable("proxy", &error))?;
        Ok(Self(Arc::new(Inner {
            http,
            tls: Arc::new(tls),
            route,
            timeout,
            has_identity,
        })))
    }

    /// Sends, and waits for the answer.
    pub async fn send(&self, request: &Request) -> Result<Sent, Failure> {
        self.send_up_to(request, ANSWER_LIMIT).await
    }

    /// The same with an answer that is cut at `limit` bytes.
    pub async fn send_up_to(&self, request: &Request, limit: usize) -> Result<Sent, Failure> {
        let started = Instant::now();
        let mut wire_bytes = 0;
        let outcome = self.exchange(request, limit, &mut wire_bytes).await;
        let elapsed = started.elapsed();
        match outcome {
            Ok((response, version)) => Ok(Sent {
                response,
                http_version: version.into(),
                wire_bytes,
                elapsed,
            }),
            Err(diagnosis) => Err(Failure::new(diagnosis, elapsed, wire_bytes)),
        }
    }

    async fn exchange(
        &self,
        request: &Request,
        limit: usize,
        wire_bytes: &mut u64,
    ) -> Result<(Response, &'static str), Diagnosis> {
        let url = self.address(request)?;
        let target = self.target(&url);
        let body = match request.body.gzip {
            true => gzip::compress(request.body.bytes.clone()).await,
            false => request.body.bytes.clone(),
        };
        *wire_bytes = body.len() as u64;
        let outgoing = outgoing(request, url, body)?;
        let mut answer = match self.0.http.execute(outgoing).await {
            Ok(answer) => answer,
            Err(error) => return Err(self.diagnose(&error, &target).await),
        };
        let body = match read_body(&mut answer, limit).await {
            Ok(body) => body,
            Err(error) => return Err(self.diagnose(&error, &target).await),
        };
        let headers = answer.headers().iter().map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        });
        let response = Response {
            status: answer.status().as_u16(),
            headers: headers.collect(),
            body,
        };
        let response = Redaction::of(request).response(response);
        match failure::misdirected(&response, &target) {
            Some(diagnosis) => Err(diagnosis),
            None if answer.version() == reqwest::Version::HTTP_2 => Ok((response, "HTTP/2")),
            None => Ok((response, "HTTP/1.1")),
        }
    }

    /// The request's address, checked.
    pub(crate) fn address(&self, request: &Request) -> Result<Url, Diagnosis> {
        Url::parse(request.url.expose())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| failure::bad_address(&request.shown_url))
    }

    pub(crate) fn target(&self, url: &Url) -> Target {
        Target {
            https: url.scheme() == "https",
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port_or_known_default().unwrap_or_default(),
            proxy: self.0.route.proxy(url),
            timeout: self.0.timeout,
            has_identity: self.0.has_identity,
        }
    }

    pub(crate) fn tls(&self) -> &Arc<rustls::ClientConfig> {
        &self.0.tls
    }

    async fn diagnose(&self, error: &reqwest::Error, target: &Target) -> Diagnosis {
        let diagnosis = failure::diagnose(error, target);
        // A server that wants TLS answers plain HTTP with an alert, or hangs up.
        if !target.https
            && target.proxy.is_none()
            && diagnosis.no_http
            && self.speaks_tls(target).await
        {
            return tls_failure::expected(target);
        }
        diagnosis
    }

    /// Greets the server in TLS and hangs up; sends nothing else.
    async fn speaks_tls(&self, target: &Target) -> bool {
        let greet = async {
            let stream = tokio::net::TcpStream::connect((target.host_for_lookup(), target.port))
                .await
                .ok()?;
            let name = rustls::pki_types::ServerName::try_from(target.host_for_lookup().to_owned())
                .ok()?;
            let connector = tokio_rustls::TlsConnector::from(Arc::clone(self.tls()));
            Some(match connector.connect(name, stream).await {
                Ok(_) => true,
                Err(error) => tls_failure::is_refused_certificate(&error),
            })
        };
        tokio::time::timeout(GREETING_TIMEOUT, greet)
            .await
            .ok()
            .flatten()
            .unwrap_or(false)
    }
}

/// The cryptography in use, named so that it does not depend on what else is linked.
pub(crate) fn crypto() -> Arc<CryptoProvider> {
    static CRYPTO: std::sync::LazyLock<Arc<CryptoProvider>> =
        std::sync::LazyLock::new(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    Arc::clone(&CRYPTO)
}

fn outgoing(request: &Request, url: Url, body: Bytes) -> Result<reqwest::Request, Diagnosis> {
    let method = reqwest::Method::from_bytes(request.method.as_bytes())
        .map_err(|_| failure::bad_request("method", request.method))?;
    let mut outgoing = reqwest::Request::new(method, url);
    let headers = outgoing.headers_mut();
    for header in &request.headers {
        let (name, value) = match header {
            Header::Plain(name, value) => (name, HeaderValue::from_str(value)),
            Header::Secret(name, prefix, secret) => {
                let value = HeaderValue::from_str(&format!("{prefix}{}", secret.expose()));
                (
                    name,
                    value.map(|mut value| {
                        value.set_sensitive(true);
                        value
                    }),
                )
            }
        };
        let bad = || failure::bad_request("header", name);
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        headers.append(key, value.map_err(|_| bad())?);
    }
    if request.body.gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    *outgoing.body_mut() = Some(body.into());
    Ok(outgoing)
}

/// The body up to `limit`; the common answer in one piece is not copied.
async fn read_body(answer: &mut reqwest::Response, limit: usize) -> reqwest::Result<Bytes> {
    let mut body = match answer.chunk().await? {
        Some(first) if first.len() >= limit => return Ok(first.slice(..limit)),
        Some(first) => match answer.chunk().await? {
            None => return Ok(first),
            Some(second) => {
                let mut body = BytesMut::from(first);
                body.extend_from_slice(&second);
                body
            }
        },
        None => return Ok(Bytes::new()),
    };
    while body.len() < limit {
        match answer.chunk().await? {
            Some(more) => body.extend_from_slice(&more),
            None => break,
        }
    }
    body.truncate(limit);
    Ok(body.freeze())
}
