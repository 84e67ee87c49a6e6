//! Sumo Logic's HTTP source: its address is its secret, or its token stands in a header.
//!
//! Sumo Logic stores any text a line at a time, so a body that is no JSON is taken; that is noted,
//! as is a batch that becomes one message. Its answer to an oversize body is not documented; here
//! it is 413.

use super::{Outcome, Protocol, Purpose, Record, Rules, field, marked, unreadable};
use crate::json;
use crate::request::{Encoding, Reply, Request};

#[derive(Debug, Clone)]
pub struct Settings {
    /// The last part of the presigned address.
    pub code: String,
    /// For the address without it, in `x-sumo-token`.
    pub token: String,
    /// The source's option "One Message Per Request": a batch becomes one message.
    pub one_message: bool,
    pub max_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            code: "PracticeReceiverUniqueHttpCollectorCode".into(),
            token: "practice-sumo-token".into(),
            one_message: false,
            max_bytes: 1_000_000,
        }
    }
}

pub(crate) struct SumoLogic(pub Settings);

const PATH: &str = "/receiver/v1/http";

impl SumoLogic {
    fn authorised(&self, request: &Request) -> Result<(), (u16, String)> {
        let code = request
            .path
            .strip_prefix(PATH)
            .unwrap_or_default()
            .trim_matches('/');
        let token = request.header("x-sumo-token");
        match (code, token) {
            ("", None) => Err((
                401,
                "Neither the address holds a code nor a header a token.".into(),
            )),
            ("", Some(token)) if token == self.0.token => Ok(()),
            ("", Some(_)) => Err((401, "The token in x-sumo-token is not known here.".into())),
            (code, _) if code == self.0.code => Ok(()),
            _ => Err((401, "The code in the address is not known here.".into())),
        }
    }

    fn messages(&self, request: &Request, rules: &Rules) -> Result<Outcome, (u16, String)> {
        self.authorised(request)?;
        let limit = rules.limit(self.0.max_bytes);
        let body = request
            .decoded(&[Encoding::Gzip, Encoding::Deflate], limit)
            .map_err(|reason| (reason.usual_status(), unreadable(&reason, limit)))?;
        if let Err(error) = std::str::from_utf8(&body) {
            return Err((
                400,
                format!("The body cannot be read: {}.", json::not_utf8(&error)),
            ));
        }
        let mut records = Vec::new();
        let mut note = None;
        for line in json::split(&body) {
            if line.is_empty() {
                continue;
            }
            if let Err(reason) = json::object(&body[line.clone()]) {
                let number = records.len();
                note.get_or_insert(format!(
                    "Message {number} is stored as plain text: {reason}."
                ));
            }
            records.push(Record::whole(line));
        }
        if let Some(index) = rules.first_refused(&body, &records) {
            return Err((400, marked(index)));
        }
        if self.0.one_message && records.len() > 1 {
            note = Some(format!(
                "The source stores one message a request, so {} events became one message.",
                records.len()
            ));
            records = vec![Record::whole(0..body.len())];
        }
        let outcome = Outcome::taken(Reply::empty(200), body, records);
        Ok(Outcome {
            refusal: note,
            ..outcome
        })
    }
}

impl Protocol for SumoLogic {
    fn id(&self) -> &'static str {
        "sumo_logic"
    }

    fn name(&self) -> &'static str {
        "Sumo Logic"
    }

    fn form(&self, base: &str) -> Vec<(String, String)> {
        vec![field("url", format!("{base}{PATH}/{}", self.0.code))]
    }

    fn purpose(&self, request: &Request) -> Purpose {
        match request.method == "POST" && request.path.starts_with(PATH) {
            true => Purpose::Deliver,
            false => Purpose::Ask,
        }
    }

    fn judge(&self, request: &Request, rules: &Rules) -> Outcome {
        if self.purpose(request) != Purpose::Deliver {
            let refusal = "Messages are posted to /receiver/v1/http.";
            return Outcome::refused(Reply::empty(404), refusal);
        }
        self.messages(request, rules)
            .unwrap_or_else(|(status, refusal)| Outcome::refused(Reply::empty(status), refusal))
    }

    fn told(&self, status: u16) -> Reply {
        Reply::empty(status)
    }

    fn shown_path(&self, path: &str) -> String {
        match path.find(PATH) {
            Some(at) if path.len() > at + PATH.len() + 1 => {
                format!("{}/***", &path[..at + PATH.len()])
            }
            _ => path.to_owned(),
        }
    }
}
