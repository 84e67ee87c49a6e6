//! Cribl Stream's HTTP source (bulk API): one JSON object a line, at a path that ends in `/_bulk`.
//!
//! What Cribl answers to a body it cannot read is not documented; here it is 400.

use serde_json::json;

use super::{Outcome, Protocol, Purpose, Record, Rules, field, marked, unreadable};
use crate::json;
use crate::request::{Encoding, Reply, Request};

#[derive(Debug, Clone)]
pub struct Settings {
    /// Without one, the source is open.
    pub token: Option<String>,
    pub scheme: Scheme,
    pub max_bytes: usize,
}

/// How the token must stand in `Authorization`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheme {
    #[default]
    Either,
    Bare,
    Bearer,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token: Some("practice-cribl-token".into()),
            scheme: Scheme::default(),
            max_bytes: 2_000_000,
        }
    }
}

pub(crate) struct Cribl(pub Settings);

impl Cribl {
    fn authorised(&self, request: &Request) -> Result<(), (u16, String)> {
        let Some(token) = &self.0.token else {
            return Ok(());
        };
        let Some(sent) = request.header("authorization") else {
            return Err((401, "The header Authorization is missing.".into()));
        };
        let bare = sent == token;
        let bearer = sent
            .strip_prefix("Bearer ")
            .is_some_and(|sent| sent == token);
        match self.0.scheme {
            Scheme::Either | Scheme::Bare if bare => Ok(()),
            Scheme::Either | Scheme::Bearer if bearer => Ok(()),
            Scheme::Bare if bearer => {
                Err((403, "The token must stand alone, without `Bearer`.".into()))
            }
            Scheme::Bearer if bare => Err((403, "The token must follow `Bearer`.".into())),
            _ => Err((403, "The token is not known here.".into())),
        }
    }

    fn bulk(&self, request: &Request, rules: &Rules) -> Result<Outcome, (u16, String)> {
        self.authorised(request)?;
        let limit = rules.limit(self.0.max_bytes);
        let body = request
            .decoded(&[Encoding::Gzip], limit)
            .map_err(|reason| (reason.usual_status(), unreadable(&reason, limit)))?;
        let cut = json::lines(&body)
            .map_err(|reason| (400, format!("The body is refused: {reason}.")))?;
        let records: Vec<_> = cut.into_iter().map(Record::whole).collect();
        match rules.first_refused(&body, &records) {
            Some(index) => Err((400, marked(index))),
            None => Ok(Outcome::taken(Reply::empty(200), body, records)),
        }
    }
}

impl Protocol for Cribl {
    fn id(&self) -> &'static str {
        "cribl"
    }

    fn name(&self) -> &'static str {
        "Cribl"
    }

    fn form(&self, base: &str) -> Vec<(String, String)> {
        let mut form = vec![field("url", format!("{base}/cribl/_bulk"))];
        form.extend(self.0.token.as_ref().map(|token| field("token", token)));
        form
    }

    fn purpose(&self, request: &Request) -> Purpose {
        match is_bulk(request) {
            true => Purpose::Deliver,
            false => Purpose::Ask,
        }
    }

    fn judge(&self, request: &Request, rules: &Rules) -> Outcome {
        if is_bulk(request) {
            return self
                .bulk(request, rules)
                .unwrap_or_else(|(status, why)| Outcome::refused(Reply::plain(status), why));
        }
        match (request.method.as_str(), request.path.as_str()) {
            // Recalled: the body.
            ("GET", "/cribl_health") => {
                Outcome::answered(Reply::json(200, &json!({"status": "healthy"})))
            }
            _ => Outcome::refused(
                Reply::plain(404),
                "Events are posted to the source's path with /_bulk at its end.",
            ),
        }
    }

    fn told(&self, status: u16) -> Reply {
        match status {
            503 => Reply::text(503, "Server is busy, max active connections reached"),
            _ => Reply::plain(status),
        }
    }
}

/// The path beside it, `/elastic/_bulk`, speaks another protocol.
fn is_bulk(request: &Request) -> bool {
    let path = request.path.as_str();
    request.method == "POST" && path.ends_with("/_bulk") && !path.ends_with("/elastic/_bulk")
}
