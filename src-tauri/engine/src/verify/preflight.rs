//! Finding the host and connecting to it, each by itself and with its time, before anything is
//! sent. Uses the client's own route and trust; the connection is closed again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::progress::Progress;
use crate::http::{Client, Diagnosis, Target, failure, tls_failure};
use crate::view::StageKind;

const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn run(
    client: &Client,
    target: &Target,
    progress: &mut Progress<'_>,
) -> Result<(), Diagnosis> {
    progress.begin(StageKind::FindHost);
    let started = Instant::now();
    let addresses = within(StageKind::FindHost, target, find(target)).await?;
    let literal = target
        .looked_up()
        .trim_matches(['[', ']'])
        .parse::<std::net::IpAddr>()
        .is_ok();
    let how = match (&target.proxy, literal) {
        (Some(_), _) => "Proxy",
        (None, true) => "IP address",
        (None, false) => "DNS",
    };
    progress.done(StageKind::FindHost, how, started.elapsed());

    progress.begin(StageKind::Connect);
    let started = Instant::now();
    let how = within(
        StageKind::Connect,
        target,
        connect(client, target, &addresses),
    )
    .await?;
    progress.done(StageKind::Connect, how, started.elapsed());
    Ok(())
}

async fn within<T>(
    stage: StageKind,
    target: &Target,
    work: impl Future<Output = Result<T, Diagnosis>>,
) -> Result<T, Diagnosis> {
    let patience = PATIENCE.min(target.timeout);
    tokio::time::timeout(patience, work)
        .await
        .unwrap_or_else(|_| Err(failure::timed_out(stage, target)))
}

async fn find(target: &Target) -> Result<Vec<SocketAddr>, Diagnosis> {
    let host = target.looked_up();
    let host = host.trim_matches(['[', ']']);
    let port = target.first_port();
    let found = tokio::net::lookup_host((host, port)).await;
    let addresses: Vec<SocketAddr> = found
        .map_err(|error| failure::lookup(&error.to_string(), target))?
        .collect();
    match addresses.is_empty() {
        true => Err(failure::lookup("The name has no address.", target)),
        false => Ok(addresses),
    }
}

/// Connects to the server or, where there is one, to the proxy; says how.
async fn connect(
    client: &Client,
    target: &Target,
    addresses: &[SocketAddr],
) -> Result<&'static str, Diagnosis> {
    let stage = StageKind::Connect;
    let failed =
        |error: &std::io::Error| failure::io_failure(error, stage, target, &error.to_string());
    let stream = TcpStream::connect(addresses)
        .await
        .map_err(|error| failed(&error))?;
    if target.proxy.is_some() {
        // The proxy's own handshake is part of sending.
        return Ok("Proxy, TCP");
    }
    if !target.https {
        return Ok("TCP, no TLS");
    }
    let host = target.host_for_lookup().to_owned();
    let name = rustls::pki_types::ServerName::try_from(host)
        .map_err(|_| failure::bad_address(&format!("https://{}", target.place())))?;
    let connector = TlsConnector::from(Arc::clone(client.tls()));
    let stream =
        connector.connect(name, stream).await.map_err(|error| {
            match tls_failure::behind(&error) {
                Some(tls) => tls_failure::diagnose(tls, target),
                None => failed(&error),
            }
        })?;
    Ok(match stream.get_ref().1.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
        _ => "TLS",
    })
}
