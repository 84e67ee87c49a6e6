//! `penstock receiver`: the practice receiver.

use clap::Args;
use penstock_engine::problem::Problem;
use penstock_receiver::view::{Arrival, Fault, PracticeView};
use penstock_receiver::{Keep, Options, Receiver, Tls};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::say::{Say, bytes, events};
use crate::signals::Signals;

#[derive(Args)]
pub struct Command {
    /// Listen on this port of 127.0.0.1; 0 lets the system choose
    #[arg(long, default_value_t = 8799)]
    port: u16,
    /// How to misbehave: status=503, status=429:retry_after=2:percent=30, delay=200 (milliseconds),
    /// reset=before, reset=after:percent=10, partial=MARKER, limit=BYTES, hang, or garbage
    #[arg(long)]
    fault: Option<Fault>,
    /// How to misbehave when someone signs in
    #[arg(long, value_name = "FAULT")]
    sign_in_fault: Option<Fault>,
    /// Speak TLS with this certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Demand a client certificate of one of these authorities (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_client_ca: Option<PathBuf>,
}

impl Command {
    pub async fn run(self, say: &Say) -> Result<(), Failure> {
        let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Some(Tls {
                certificate: read(certificate)?,
                key: read(key)?,
                client_authorities: self.tls_client_ca.as_deref().map(read).transpose()?,
            }),
            _ => None,
        };
        let mut signals = Signals::listen()?;
        let options = Options {
            bind,
            tls,
            // It may run for weeks.
            keep: Keep::CountOnly,
            ..Options::default()
        };
        let receiver = Receiver::start(options)
            .await
            .map_err(|error| not_started(bind, &error))?;
        receiver.set_fault(self.fault.unwrap_or_default());
        receiver.set_sign_in_fault(self.sign_in_fault.unwrap_or_default());
        // Before anyone is told where to send, so that the first arrival is not missed.
        let mut progress = receiver.subscribe();
        introduce(&receiver.view(), say);
        let mut last = 0;
        loop {
            tokio::select! {
                () = signals.next() => break,
                changed = progress.changed() => if changed.is_err() { break },
            }
            for arrival in receiver.arrivals_since(last).iter().rev() {
                last = arrival.id;
                tell(arrival, say);
            }
        }
        receiver.stop().await;
        Ok(())
    }
}

fn read(path: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(path).map_err(|error| {
        Problem::new(
            "input-unreadable",
            format!("Reading {} failed.", path.display()),
        )
        .next("Check that the file is there, may be read, and is PEM text.")
        .detail(error.to_string())
    })
}

fn not_started(bind: SocketAddr, error: &std::io::Error) -> Problem {
    let problem = match error.kind() {
        std::io::ErrorKind::AddrInUse => Problem::new(
            "receiver-port-taken",
            format!("Port {} is taken.", bind.port()),
        )
        .cause("Another program listens there, perhaps another practice receiver.")
        .next("Pass another one with --port; 0 lets the system choose."),
        _ => Problem::new(
            "receiver-not-started",
            "The practice receiver could not start.",
        ),
    };
    problem.detail(error.to_string())
}

fn introduce(view: &PracticeView, say: &Say) {
    if say.json() {
        let line = serde_json::json!({ "base_url": view.base_url, "protocols": view.protocols });
        return say.line(&line.to_string());
    }
    say.line(&format!(
        "receiver {}",
        view.base_url.as_deref().unwrap_or_default()
    ));
    for protocol in &view.protocols {
        say.line(&format!("\n{} ({})", protocol.name, protocol.provider));
        for (field, value) in &protocol.values {
            say.line(&format!("  {field} = {value}"));
        }
    }
    say.line("\nready");
}

fn tell(arrival: &Arrival, say: &Say) {
    if say.json() {
        let line = serde_json::to_string(arrival).expect("views are plain data");
        return say.line(&line);
    }
    let what = match &arrival.refusal {
        Some(refusal) => format!("refused: {refusal}"),
        None => events(arrival.events),
    };
    let gzip = if arrival.gzip { ", gzip" } else { "" };
    say.line(&format!(
        "{} {} {} {} ({}{gzip}) {what}",
        arrival.at,
        arrival.provider,
        arrival.path,
        arrival.status,
        bytes(arrival.bytes)
    ));
}
