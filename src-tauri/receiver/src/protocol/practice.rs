//! Practice: the receiver's own protocol, at `/practice`. One JSON object a line, no credentials.

use bytes::Bytes;
use serde_json::json;

use super::{Outcome, Protocol, Purpose, Record, Rules, field, marked, unreadable};
use crate::json;
use crate::request::{Encoding, Reply, Request};

/// The most bytes of a body, before and after decompression.
const MAX_BYTES: usize = 10 * 1024 * 1024;

pub(crate) struct Practice;

impl Protocol for Practice {
    fn id(&self) -> &'static str {
        "practice"
    }

    fn name(&self) -> &'static str {
        "Practice receiver"
    }

    fn form(&self, base: &str) -> Vec<(String, String)> {
        vec![field("url", format!("{base}/practice"))]
    }

    fn purpose(&self, request: &Request) -> Purpose {
        if request.method == "POST" {
            Purpose::Deliver
        } else {
            Purpose::Ask
        }
    }

    fn judge(&self, request: &Request, rules: &Rules) -> Outcome {
        match batch(request, rules) {
            Ok((body, records)) => {
                let accepted = Reply::json(200, &json!({"accepted": records.len()}));
                Outcome::taken(accepted, body, records)
            }
            Err((status, reason)) => {
                let reply = Reply::json(status, &json!({"error": reason}));
                Outcome::refused(reply, reason)
            }
        }
    }

    fn told(&self, status: u16) -> Reply {
        Reply::plain(status)
    }
}

fn batch(request: &Request, rules: &Rules) -> Result<(Bytes, Vec<Record>), (u16, String)> {
    if request.method != "POST" {
        return Err((405, "Events are sent with POST.".into()));
    }
    let limit = rules.limit(MAX_BYTES);
    let body = request
        .decoded(&[Encoding::Gzip], limit)
        .map_err(|reason| (reason.usual_status(), unreadable(&reason, limit)))?;
    if request.media_type() != "application/x-ndjson" {
        return Err((415, "The Content-Type must be application/x-ndjson.".into()));
    }
    let cut =
        json::lines(&body).map_err(|reason| (400, format!("The body is refused: {reason}.")))?;
    let records: Vec<_> = cut.into_iter().map(Record::whole).collect();
    match rules.first_refused(&body, &records) {
        Some(index) => Err((400, marked(index))),
        None => Ok((body, records)),
    }
}
