//! Indexer acknowledgement: a token that has it answers with an id, and says of that id later, once
//! only, that its events are indexed.
//!
//! "No" can mean not yet, lost, or asked of the wrong indexer; which of them, nobody can tell.
//! Small batches can take minutes, so it takes long until events are sent again.

use serde::Deserialize;
use std::collections::HashMap;
use std::time::Duration;

use super::{Collector, SHEET};
use crate::problem::Problem;
use crate::provider::{Acknowledge, Body, Request, Response, Verdict};

const PATIENCE: Duration = Duration::from_secs(5 * 60);

#[derive(Deserialize)]
struct Taken {
    #[serde(rename = "ackId")]
    id: u64,
}

#[derive(Deserialize)]
struct Told {
    acks: HashMap<String, bool>,
}

impl Acknowledge for Collector {
    fn receipt(&self, response: &Response) -> Option<String> {
        let taken: Taken = serde_json::from_slice(&response.body).ok()?;
        Some(taken.id.to_string())
    }

    fn request(&self, receipt: &str) -> Request {
        Request {
            method: "POST",
            url: self.ack_url.as_str().into(),
            shown_url: self.ack_url.to_string(),
            headers: self.headers(),
            body: Body {
                bytes: format!("{{\"acks\":[{receipt}]}}").into(),
                gzip: false,
            },
        }
    }

    fn acknowledged(&self, receipt: &str, response: &Response) -> Result<bool, Verdict> {
        if let Ok(told) = serde_json::from_slice::<Told>(&response.body) {
            return Ok(told.acks.get(receipt).copied().unwrap_or(false));
        }
        match self.judge(&[], response) {
            Verdict::Hold { reason } => Err(Verdict::Hold { reason }),
            _ => Ok(false),
        }
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn missed(&self) -> Problem {
        let mut reply = self.reply(0);
        reply.vendor = Some("not-acknowledged".into());
        SHEET.problem(&Response::default(), &reply)
    }
}
