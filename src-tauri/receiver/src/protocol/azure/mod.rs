//! Azure Monitor's Logs Ingestion API, and the part of Microsoft Entra that gives its tokens.

mod entra;
mod rows;

use serde_json::json;

use self::entra::Tokens;
use super::{Outcome, Protocol, Purpose, Rules, field, marked, unreadable};
use crate::json;
use crate::request::{Encoding, Reply, Request, Unreadable};

#[derive(Debug, Clone)]
pub struct Settings {
    pub tenant_id: String,
    pub client_id: String,
    pub client_secret: String,
    /// The secret is the right one, and past its end.
    pub secret_expired: bool,
    /// Seconds a token lasts.
    pub token_lifetime: u32,
    /// The immutable id of the data collection rule.
    pub dcr_id: String,
    /// The streams that the rule declares.
    pub streams: Vec<String>,
    /// The application has the role *Monitoring Metrics Publisher* on the rule.
    pub has_role: bool,
    /// Refuses a request whose rows span more than 30 minutes, as tables of the Auxiliary plan do.
    pub half_hour: bool,
    /// Both as it came and decompressed.
    pub max_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tenant_id: "11111111-aaaa-4bbb-8ccc-222222222222".into(),
            client_id: "33333333-aaaa-4bbb-8ccc-444444444444".into(),
            client_secret: "prc8Q~practice.secret_0123456789abcdefgh".into(),
            secret_expired: false,
            token_lifetime: 3_599,
            dcr_id: "dcr-00112233445566778899aabbccddeeff".into(),
            streams: vec!["Custom-InfisicalLogs_CL".into()],
            has_role: true,
            half_hour: false,
            max_bytes: 1_048_576,
        }
    }
}

pub(crate) struct Azure {
    settings: Settings,
    tokens: Tokens,
}

impl Azure {
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            tokens: Tokens::default(),
        }
    }

    fn ingest(
        &self,
        request: &Request,
        rules: &Rules,
        dcr: &str,
        stream: &str,
    ) -> Result<Outcome, Refusal> {
        let settings = &self.settings;
        if request.query("api-version").is_none() {
            let text = "The query parameter api-version is missing.";
            return Err(refusal(400, "MissingApiVersionParameter", text));
        }
        self.tokens.check(request, rules.now)?;
        if dcr != settings.dcr_id {
            let text = format!("Data collection rule with immutable Id '{dcr}' not found.");
            return Err(refusal(404, "NotFound", text));
        }
        if !settings.has_role {
            return Err(refusal(403, "OperationFailed", no_access(dcr)));
        }
        if !settings.streams.iter().any(|declared| declared == stream) {
            let text = format!("Stream '{stream}' is not declared in the data collection rule.");
            return Err(refusal(400, "InvalidStream", text));
        }
        let limit = rules.limit(settings.max_bytes);
        let body = request.decoded(&[Encoding::Gzip], limit).map_err(|reason| {
            let text = unreadable(&reason, limit);
            match reason {
                Unreadable::TooLarge(size) => {
                    let text = format!(
                        "Maximum allowed content length: {limit} bytes. Provided content length: \
                         {size} bytes or more."
                    );
                    refusal(413, "ContentLengthLimitExceeded", text)
                }
                Unreadable::Corrupt => refusal(400, "InvalidPayload", text),
                Unreadable::Encoding(_) => refusal(415, "UnsupportedMediaType", text),
            }
        })?;
        if request.media_type() != "application/json" {
            let text = "The Content-Type must be application/json.";
            return Err(refusal(415, "UnsupportedMediaType", text));
        }
        let cut = json::array(&body).map_err(|reason| {
            let text = format!("The body must be a JSON array of objects: {reason}.");
            refusal(400, "InvalidPayload", text)
        })?;
        let records = rows::check(&body, cut, settings.half_hour)?;
        match rules.first_refused(&body, &records) {
            Some(index) => Err(refusal(400, "InvalidPayload", marked(index))),
            None => Ok(Outcome::taken(Reply::empty(204), body, records)),
        }
    }
}

impl Protocol for Azure {
    fn id(&self) -> &'static str {
        "azure"
    }

    fn name(&self) -> &'static str {
        "Azure Monitor"
    }

    fn form(&self, base: &str) -> Vec<(String, String)> {
        let settings = &self.settings;
        let stream = settings.streams.first().cloned().unwrap_or_default();
        vec![
            field("tenant_id", &settings.tenant_id),
            field("client_id", &settings.client_id),
            field("client_secret", &settings.client_secret),
            field("endpoint_url", base),
            field("dcr_id", &settings.dcr_id),
            field("table_name", stream),
        ]
    }

    fn purpose(&self, request: &Request) -> Purpose {
        match endpoint(request) {
            Endpoint::Stream(..) => Purpose::Deliver,
            Endpoint::Token(_) => Purpose::SignIn,
            Endpoint::Discovery(_) | Endpoint::Unknown => Purpose::Ask,
        }
    }

    fn judge(&self, request: &Request, rules: &Rules) -> Outcome {
        match endpoint(request) {
            Endpoint::Stream(dcr, stream) => self
                .ingest(request, rules, dcr, stream)
                .unwrap_or_else(|refusal| {
                    Outcome::refused(
                        error(refusal.status, refusal.code, &refusal.text),
                        refusal.text,
                    )
                }),
            Endpoint::Token(tenant) => self.tokens.sign_in(request, tenant, &self.settings, rules),
            Endpoint::Discovery(tenant) => entra::discovery(request, tenant, &self.settings, rules),
            Endpoint::Unknown => Outcome::refused(
                error(404, "NotFound", "The requested resource was not found."),
                "There is no such path. Rows are posted to \
                 /dataCollectionRules/<immutable id>/streams/<stream>.",
            ),
        }
    }

    fn told(&self, status: u16) -> Reply {
        match status {
            401 => error(
                401,
                "InvalidAuthenticationToken",
                "Told to refuse the token.",
            ),
            403 => error(403, "OperationFailed", &no_access(&self.settings.dcr_id)),
            404 => {
                let dcr = &self.settings.dcr_id;
                let text = format!("Data collection rule with immutable Id '{dcr}' not found.");
                error(404, "NotFound", &text)
            }
            413 => {
                let text = "Maximum allowed content length: 1048576 bytes (1 MB).";
                error(413, "ContentLengthLimitExceeded", text)
            }
            429 => error(
                429,
                "QuotaExceeded",
                "Too many requests for this data collection rule.",
            ),
            _ => error(
                status,
                "OperationFailed",
                &format!("Told to answer {status}."),
            ),
        }
    }

    fn told_to_sign_in(&self, status: u16) -> Reply {
        entra::told(status)
    }

    fn sign_everyone_out(&self) {
        self.tokens.forget();
    }
}

enum Endpoint<'a> {
    /// Rule and stream.
    Stream(&'a str, &'a str),
    /// Tenant.
    Token(&'a str),
    /// Tenant.
    Discovery(&'a str),
    Unknown,
}

fn endpoint(request: &Request) -> Endpoint<'_> {
    let path = request.path.trim_start_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    match (request.method.as_str(), &parts[..]) {
        ("POST", ["dataCollectionRules", dcr, "streams", stream]) => Endpoint::Stream(dcr, stream),
        ("POST", [tenant, "oauth2", "v2.0", "token"]) => Endpoint::Token(tenant),
        ("GET", [tenant, "v2.0", ".well-known", "openid-configuration"]) => {
            Endpoint::Discovery(tenant)
        }
        _ => Endpoint::Unknown,
    }
}

/// A refusal of the ingestion API.
struct Refusal {
    status: u16,
    code: &'static str,
    text: String,
}

fn refusal(status: u16, code: &'static str, text: impl Into<String>) -> Refusal {
    Refusal {
        status,
        code,
        text: text.into(),
    }
}

fn error(status: u16, code: &'static str, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"error": {"code": code, "message": message}}),
    )
    .with("x-ms-error-code", code)
    .with("x-ms-request-id", uuid::Uuid::new_v4().to_string())
}

fn no_access(dcr: &str) -> String {
    format!(
        "The authentication token provided does not have access to ingest data for the data \
         collection rule with immutable Id '{dcr}' PipelineAccessResult: AccessGranted: False, \
         IsRbacPresent: False, IsDcrDceBindingValid: , DcrId: {dcr}"
    )
}
