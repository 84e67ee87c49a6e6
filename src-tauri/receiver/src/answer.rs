//! From a request to its answer: read it, let the fault in force strike, else let the protocol
//! judge, and write down what came.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use tokio::sync::watch;

use crate::arrivals::Record;
use crate::event::Known;
use crate::fault::strikes;
use crate::options::Options;
use crate::protocol::azure::Azure;
use crate::protocol::better_stack::BetterStack;
use crate::protocol::cribl::Cribl;
use crate::protocol::custom::Custom;
use crate::protocol::datadog::Datadog;
use crate::protocol::practice::Practice;
use crate::protocol::splunk::Splunk;
use crate::protocol::sumo_logic::SumoLogic;
use crate::protocol::{Outcome, Protocol, Purpose, Rules};
use crate::receiver::stopped;
use crate::request::{Reply, Request};
use crate::route::route;
use crate::view::{self, Arrival, Fault};
use crate::wire::Sabotage;

/// A request as it came, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Lower-case names, in the order they came.
    pub headers: Vec<(String, String)>,
    /// As on the wire, compressed where it was.
    pub body: Bytes,
    pub status: u16,
}

/// What is read of a body at most; what is longer is answered as too large.
const MOST_READ: usize = 256 * 1024 * 1024;
/// What is shown of a body at most.
const SHOWN: usize = 64 * 1024;
/// How many event types sum an arrival up.
const SUMMED_UP: usize = 5;

/// Everything that answering needs, shared by all connections.
pub(crate) struct Desk {
    protocols: Vec<Box<dyn Protocol>>,
    seed: u64,
    faults: Mutex<Faults>,
    /// Requests so far: the number that decides whether a fault strikes.
    numbers: AtomicU64,
    pub record: Record,
}

#[derive(Default)]
struct Faults {
    deliver: Fault,
    sign_in: Fault,
}

impl Desk {
    pub fn new(options: Options) -> Self {
        Self {
            protocols: vec![
                Box::new(Splunk::new(options.splunk)),
                Box::new(Datadog(options.datadog)),
                Box::new(Azure::new(options.azure)),
                Box::new(Cribl(options.cribl)),
                Box::new(BetterStack(options.better_stack)),
                Box::new(SumoLogic(options.sumo_logic)),
                Box::new(Custom::new(options.custom)),
                Box::new(Practice),
            ],
            seed: options.seed,
            faults: Mutex::default(),
            numbers: AtomicU64::new(0),
            record: Record::new(options.keep, options.keep_requests),
        }
    }

    pub fn set_fault(&self, purpose: Purpose, fault: Fault) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        match purpose {
            Purpose::SignIn => faults.sign_in = fault,
            _ => faults.deliver = fault,
        }
    }

    pub fn fault(&self, purpose: Purpose) -> Fault {
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        match purpose {
            Purpose::Deliver => faults.deliver.clone(),
            Purpose::SignIn => faults.sign_in.clone(),
            Purpose::Ask => Fault::None,
        }
    }

    pub fn sign_everyone_out(&self) {
        self.protocols
            .iter()
            .for_each(|protocol| protocol.sign_everyone_out());
    }

    pub fn forms(&self, base: &str) -> Vec<view::Protocol> {
        let form = |protocol: &dyn Protocol| view::Protocol {
            provider: protocol.id().into(),
            name: protocol.name().into(),
            values: protocol.form(base),
        };
        self.protocols
            .iter()
            .map(|protocol| form(protocol.as_ref()))
            .collect()
    }

    /// Answers one request of a connection. `stopping` ends what would never end by itself.
    pub async fn answer(
        &self,
        request: hyper::Request<Incoming>,
        sabotage: Sabotage,
        mut stopping: watch::Receiver<bool>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let (parts, body) = request.into_parts();
        let (protocol, mut request) = self.route(&parts);
        let purpose = protocol.purpose(&request);
        let fault = self.fault(purpose);
        let struck = |percent| strikes(self.seed, number, percent);
        let told = |status, refusal: String| {
            let reply = Reply {
                status,
                headers: vec![],
                body: String::new(),
            };
            Outcome::refused(reply, refusal)
        };

        if matches!(fault, Fault::Reset { after_taking: false, percent } if struck(percent)) {
            let outcome = told(0, "Told to cut the connection before reading.".into());
            self.note(protocol, purpose, &parts, &request, &outcome);
            sabotage.reset();
            return Ok(Response::default());
        }
        match read(body, &request).await {
            Ok((body, endless)) => (request.body, request.endless) = (body, endless),
            Err(_) => {
                let outcome = told(0, "The connection ended before the body did.".into());
                self.note(protocol, purpose, &parts, &request, &outcome);
                sabotage.reset();
                return Ok(Response::default());
            }
        }
        let outcome = match &fault {
            Fault::Hang => told(0, "Told never to answer.".into()),
            Fault::Garbage => told(0, "Told to answer what is no HTTP.".into()),
            Fault::Status {
                status,
                retry_after,
                percent,
            } if struck(*percent) => {
                let mut reply = match purpose {
                    Purpose::SignIn => protocol.told_to_sign_in(*status),
                    _ => protocol.told(*status),
                };
                if let Some(seconds) = retry_after {
                    reply = reply.with("retry-after", seconds.to_string());
                }
                Outcome::refused(reply, format!("Told to answer {status}."))
            }
            _ => protocol.judge(&request, &self.rules(&fault)),
        };
        self.note(protocol, purpose, &parts, &request, &outcome);

        match fault {
            Fault::Hang => {
                stopped(&mut stopping).await;
                sabotage.reset();
            }
            Fault::Garbage => sabotage.garbage(),
            Fault::Reset { percent, .. } if struck(percent) => sabotage.reset(),
            Fault::Delay { milliseconds } => {
                let late = Duration::from_millis(milliseconds.into());
                tokio::select! {
                    () = tokio::time::sleep(late) => {}
                    () = stopped(&mut stopping) => {}
                }
            }
            _ => {}
        }
        Ok(response(outcome.reply, request.endless))
    }

    fn route(&self, parts: &Parts) -> (&dyn Protocol, Request) {
        let host = parts.uri.authority().map(|authority| authority.as_str());
        let host = host
            .or_else(|| parts.headers.get("host")?.to_str().ok())
            .unwrap_or_default();
        let name = host
            .rsplit_once(':')
            .map_or(host, |(name, _)| name)
            .to_ascii_lowercase();
        let route = route(parts.method.as_str(), &name, parts.uri.path());
        let request = Request {
            method: parts.method.to_string(),
            path: route.path.to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers.clone(),
            host: name,
            body: Bytes::new(),
            endless: false,
        };
        let protocol = self
            .protocols
            .iter()
            .find(|protocol| protocol.id() == route.provider);
        (
            protocol.expect("every route leads to a protocol").as_ref(),
            request,
        )
    }

    fn rules(&self, fault: &Fault) -> Rules {
        Rules {
            limit: match fault {
                Fault::Limit { bytes } => Some(usize::try_from(*bytes).unwrap_or(usize::MAX)),
                _ => None,
            },
            marker: match fault {
                Fault::Partial { marker } => Some(marker.clone()),
                _ => None,
            },
            now: jiff::Timestamp::now(),
        }
    }

    fn note(
        &self,
        protocol: &dyn Protocol,
        purpose: Purpose,
        parts: &Parts,
        request: &Request,
        outcome: &Outcome,
    ) {
        let first = outcome.taken.iter().take(SUMMED_UP);
        let types = first.filter_map(|record| {
            Known::of(&outcome.body[record.event.clone()])
                .event_type
                .map(|name| name.into_owned())
        });
        let arrival = Arrival {
            id: 0,
            at: format!("{:.3}", jiff::Timestamp::now()),
            provider: protocol.id().into(),
            method: request.method.clone(),
            path: protocol.shown_path(parts.uri.path()),
            status: outcome.reply.status,
            events: outcome.taken.len() as u64,
            bytes: request.body.len() as u64,
            gzip: request.gzipped(),
            refusal: outcome.refusal.clone(),
            answer: outcome
                .shown_answer
                .clone()
                .unwrap_or_else(|| outcome.reply.body.clone()),
            body: outcome
                .shown_body
                .clone()
                .unwrap_or_else(|| shown(request, outcome)),
            event_types: types.collect(),
        };
        let sent = self
            .record
            .keeps_requests()
            .then(|| sent(parts, request, outcome));
        self.record.note(
            arrival,
            sent,
            |progress| match purpose {
                Purpose::Deliver => progress.deliveries += 1,
                Purpose::SignIn => progress.sign_ins += 1,
                Purpose::Ask => {}
            },
            |ledger| ledger.take(protocol.id(), &outcome.body, &outcome.taken),
        );
    }
}

fn sent(parts: &Parts, request: &Request, outcome: &Outcome) -> Sent {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = parts.headers.iter();
    Sent {
        method: request.method.clone(),
        target: parts
            .uri
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default(),
        headers: headers
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
            .collect(),
        body: request.body.clone(),
        status: outcome.reply.status,
    }
}

/// The body, and whether it goes on past what is read.
async fn read(mut body: Incoming, request: &Request) -> Result<(Bytes, bool), hyper::Error> {
    let mut first = None::<Bytes>;
    let mut more = BytesMut::new();
    if request.size() > MOST_READ {
        return Ok((Bytes::new(), true));
    }
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        match &first {
            None => first = Some(data),
            Some(start) => {
                if more.is_empty() {
                    more.reserve(request.size().max(start.len() + data.len()));
                    more.extend_from_slice(start);
                }
                more.extend_from_slice(&data);
            }
        }
        if more.len() > MOST_READ {
            return Ok((more.freeze(), true));
        }
    }
    Ok((
        if more.is_empty() {
            first.unwrap_or_default()
        } else {
            more.freeze()
        },
        false,
    ))
}

fn response(reply: Reply, last: bool) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(reply.body));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in reply.headers {
        let value = hyper::header::HeaderValue::from_str(&value);
        headers.append(
            name,
            value.unwrap_or(hyper::header::HeaderValue::from_static("")),
        );
    }
    if last {
        headers.insert(
            "connection",
            hyper::header::HeaderValue::from_static("close"),
        );
    }
    response
}

fn shown(request: &Request, outcome: &Outcome) -> String {
    let opening = match outcome.body.is_empty() {
        true => request.opening(SHOWN),
        false => outcome.body[..outcome.body.len().min(SHOWN)].to_vec(),
    };
    String::from_utf8_lossy(&opening).into_owned()
}
