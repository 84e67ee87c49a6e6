//! The receiver itself: its port, its connections, its end.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::answer::{Desk, Sent};
use crate::arrivals::Progress;
use crate::ledger::Taken;
use crate::options::Options;
use crate::protocol::Purpose;
use crate::view::{Arrival, Fault, PracticeView};
use crate::wire::{Sabotage, Stream, Wire};

/// A running receiver. Dropping it closes its port and cuts its connections.
pub struct Receiver {
    desk: Arc<Desk>,
    address: SocketAddr,
    scheme: &'static str,
    stopping: watch::Sender<bool>,
    listening: JoinHandle<()>,
    abort: AbortHandle,
}

/// How long the last answers may take once it stops.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

impl Receiver {
    pub async fn start(options: Options) -> io::Result<Self> {
        let tls = options
            .tls
            .as_ref()
            .map(crate::options::Tls::acceptor)
            .transpose()?;
        let listener = TcpListener::bind(options.bind).await?;
        let address = listener.local_addr()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let desk = Arc::new(Desk::new(options));
        let (stopping, stopped) = watch::channel(false);
        let listening = tokio::spawn(listen(listener, desk.clone(), tls, stopped));
        let abort = listening.abort_handle();
        Ok(Self {
            desk,
            address,
            scheme,
            stopping,
            listening,
            abort,
        })
    }

    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:8799`, without a slash at its end.
    pub fn base_url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(match address {
                SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        format!("{}://{address}", self.scheme)
    }

    pub fn view(&self) -> PracticeView {
        let base = self.base_url();
        let progress = self.progress();
        PracticeView {
            running: true,
            practice_url: Some(format!("{base}/practice")),
            protocols: self.desk.forms(&base),
            fault: self.fault(),
            events: progress.events,
            requests: progress.requests,
            arrivals: self.arrivals_since(0),
            base_url: Some(base),
        }
    }

    pub fn fault(&self) -> Fault {
        self.desk.fault(Purpose::Deliver)
    }

    /// Misbehaves like this from the next request that carries events.
    pub fn set_fault(&self, fault: Fault) {
        self.desk.set_fault(Purpose::Deliver, fault);
    }

    /// Misbehaves like this from the next request for a token.
    pub fn set_sign_in_fault(&self, fault: Fault) {
        self.desk.set_fault(Purpose::SignIn, fault);
    }

    /// Takes back every token given, so that senders have to sign in again.
    pub fn sign_everyone_out(&self) {
        self.desk.sign_everyone_out();
    }

    /// Forgets what came. Ids of arrivals go on.
    pub fn clear(&self) {
        self.desk.record.clear();
    }

    /// The arrivals after the one of this id, the newest first, at most 200.
    pub fn arrivals_since(&self, id: u64) -> Vec<Arrival> {
        self.desk.record.arrivals(id)
    }

    /// The newest requests as they came, the oldest first; as many as the options say.
    pub fn requests(&self) -> Vec<Sent> {
        self.desk.record.requests()
    }

    /// Every event taken, in the order of first coming.
    pub fn events(&self) -> Vec<Taken> {
        self.desk.record.taken()
    }

    /// Every event taken since this was called last; they count no longer.
    pub fn take_events(&self) -> Vec<Taken> {
        self.desk.record.take()
    }

    pub fn progress(&self) -> Progress {
        *self.subscribe().borrow()
    }

    /// Told of every arrival.
    pub fn subscribe(&self) -> watch::Receiver<Progress> {
        self.desk.record.progress()
    }

    /// Waits until at least `events` were taken, each counted as often as it came.
    pub async fn wait_for_events(&self, events: u64) -> Progress {
        self.wait_until(|progress| progress.events >= events).await
    }

    pub async fn wait_until(&self, mut reached: impl FnMut(&Progress) -> bool) -> Progress {
        let mut progress = self.subscribe();
        let reached = progress.wait_for(|progress| reached(progress)).await;
        *reached.expect("the desk lives as long as the receiver")
    }

    /// Closes the port, gives the answers that are due, and ends.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        // It fails only where listening was aborted or panicked; either way it has ended.
        let _ = (&mut self.listening).await;
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stopping.send_replace(true);
        self.abort.abort();
    }
}

async fn listen(
    listener: TcpListener,
    desk: Arc<Desk>,
    tls: Option<TlsAcceptor>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stopped(&mut stopping) => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((tcp, _)) => {
                    let stopping = stopping.clone();
                    connections.spawn(serve(tcp, desk.clone(), tls.clone(), stopping));
                }
                // Out of file descriptors, most likely: the next may be free soon.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(LAST_ANSWERS, ended).await;
}

async fn serve(
    tcp: TcpStream,
    desk: Arc<Desk>,
    tls: Option<TlsAcceptor>,
    mut stopping: watch::Receiver<bool>,
) {
    let _ = tcp.set_nodelay(true);
    let stream = match tls {
        None => Stream::Plain(tcp),
        Some(acceptor) => {
            let accepted = tokio::select! {
                accepted = acceptor.accept(tcp) => accepted,
                () = stopped(&mut stopping) => return,
            };
            match accepted {
                Ok(stream) => Stream::Tls(Box::new(stream)),
                // The client did not trust the certificate, or spoke no TLS: its loss.
                Err(_) => return,
            }
        }
    };
    let sabotage = Sabotage::default();
    let service = service_fn(|request| {
        let (desk, sabotage, stopping) = (desk.clone(), sabotage.clone(), stopping.clone());
        async move { desk.answer(request, sabotage, stopping).await }
    });
    let wire = Wire {
        stream,
        sabotage: sabotage.clone(),
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(wire), service);
    let mut connection = std::pin::pin!(connection);
    let mut stop = stopping.clone();
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stopped(&mut stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Ends once the receiver stops.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // It fails only where the receiver is gone, which is an end too.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
