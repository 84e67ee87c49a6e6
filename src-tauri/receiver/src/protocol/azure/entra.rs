//! Microsoft Entra's client-credentials grant: tokens, and the codes of what is wrong.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::{Refusal, Settings, refusal};
use crate::protocol::{Outcome, Rules};
use crate::request::{Encoding, Reply, Request};

/// The clouds: authority, scope, and the end of their ingestion hosts.
const CLOUDS: [(&str, &str, &str); 3] = [
    (
        "login.microsoftonline.com",
        "https://monitor.azure.com/.default",
        ".ingest.monitor.azure.com",
    ),
    (
        "login.microsoftonline.us",
        "https://monitor.azure.us/.default",
        ".ingest.monitor.azure.us",
    ),
    (
        "login.partner.microsoftonline.cn",
        "https://monitor.azure.cn/.default",
        ".ingest.monitor.azure.cn",
    ),
];

/// The tokens given out.
#[derive(Default)]
pub(super) struct Tokens(Mutex<HashMap<String, Grant>>);

struct Grant {
    scope: String,
    until: Timestamp,
}

impl Tokens {
    pub fn sign_in(
        &self,
        request: &Request,
        tenant: &str,
        settings: &Settings,
        rules: &Rules,
    ) -> Outcome {
        let body = request
            .decoded(&[Encoding::Gzip], 64 * 1024)
            .unwrap_or_default();
        let form = request.media_type() == "application/x-www-form-urlencoded";
        let form: HashMap<String, String> = match form {
            true => form_urlencoded::parse(&body).into_owned().collect(),
            false => HashMap::new(),
        };
        let outcome = match judge(&form, request, tenant, settings) {
            Ok(scope) => {
                let token = format!("practice-token-{}", Uuid::new_v4().simple());
                let lifetime = settings.token_lifetime;
                let until = rules.now + SignedDuration::from_secs(lifetime.into());
                let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                let given = answer(&token, lifetime);
                tokens.insert(token, Grant { scope, until });
                Outcome {
                    shown_answer: Some(answer("***", lifetime).body),
                    ..Outcome::answered(given)
                }
            }
            Err(wrong) => wrong.outcome(rules.now),
        };
        Outcome {
            shown_body: Some(hidden(&form)),
            ..outcome
        }
    }

    /// Whether the request bears a token that is good here and now.
    pub fn check(&self, request: &Request, now: Timestamp) -> Result<(), Refusal> {
        let wrong = |text: &str| Err(refusal(401, "InvalidAuthenticationToken", text));
        let header = request
            .header("authorization")
            .and_then(|it| it.strip_prefix("Bearer "));
        let Some(token) = header else {
            return wrong("Authorization must read `Bearer <token>`.");
        };
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cloud = CLOUDS
            .iter()
            .find(|(_, _, hosts)| request.host.ends_with(hosts));
        match tokens.get(token.trim()) {
            None => wrong("The access token is not known here."),
            Some(grant) if grant.until <= now => wrong("The access token has expired."),
            Some(grant) if cloud.is_some_and(|(_, scope, _)| grant.scope != *scope) => {
                wrong("The access token is for the audience of another cloud.")
            }
            Some(_) => Ok(()),
        }
    }

    pub fn forget(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// What a client reads before it signs in.
pub(super) fn discovery(
    request: &Request,
    tenant: &str,
    settings: &Settings,
    rules: &Rules,
) -> Outcome {
    if !tenant.eq_ignore_ascii_case(&settings.tenant_id) {
        return Wrong {
            error: "invalid_tenant",
            ..Wrong::tenant(tenant)
        }
        .outcome(rules.now);
    }
    let authority = format!("https://{}/{tenant}", request.host);
    Outcome::answered(Reply::json(
        200,
        &json!({
            "token_endpoint": format!("{authority}/oauth2/v2.0/token"),
            "authorization_endpoint": format!("{authority}/oauth2/v2.0/authorize"),
            "issuer": format!("{authority}/v2.0"),
        }),
    ))
}

/// The usual error of this status.
pub(super) fn told(status: u16) -> Reply {
    let (error, code, text) = match status {
        401 => ("invalid_client", 7000215, INVALID_SECRET),
        429 => (
            "temporarily_unavailable",
            90055,
            "The request has been throttled.",
        ),
        _ => (
            "temporarily_unavailable",
            90033,
            "A transient error has occurred.",
        ),
    };
    Wrong {
        status,
        error,
        code,
        text: text.to_owned(),
    }
    .reply(Timestamp::now())
}

const INVALID_SECRET: &str = "Invalid client secret provided. Ensure the secret being sent in the \
    request is the client secret value, not the client secret ID, for a secret added to the app.";

/// The scope to grant, or what is wrong with the request.
fn judge(
    form: &HashMap<String, String>,
    request: &Request,
    tenant: &str,
    settings: &Settings,
) -> Result<String, Wrong> {
    let wrong = |status, error, code, text: String| Wrong {
        status,
        error,
        code,
        text,
    };
    if ["common", "consumers", "organizations"].contains(&tenant) {
        let text = format!("The grant type is not supported over the /{tenant} endpoint.");
        return Err(wrong(400, "invalid_request", 9001023, text));
    }
    if !tenant.eq_ignore_ascii_case(&settings.tenant_id) {
        return Err(Wrong::tenant(tenant));
    }
    for name in ["grant_type", "client_id", "scope"] {
        if !form.contains_key(name) {
            let text = format!("The request body must contain the following parameter: '{name}'.");
            return Err(wrong(400, "invalid_request", 900144, text));
        }
    }
    if form["grant_type"] != "client_credentials" {
        let text = "The grant type is not supported here.".into();
        return Err(wrong(400, "unsupported_grant_type", 70003, text));
    }
    if !form["client_id"].eq_ignore_ascii_case(&settings.client_id) {
        let text = format!(
            "Application with identifier '{}' was not found in the directory '{tenant}'. This can \
             happen if the application has not been installed by the administrator of the tenant.",
            form["client_id"]
        );
        return Err(wrong(400, "unauthorized_client", 700016, text));
    }
    match form.get("client_secret") {
        None => {
            let text = "The request body must contain the following parameter: \
                        'client_assertion' or 'client_secret'.";
            return Err(wrong(401, "invalid_client", 7000218, text.into()));
        }
        Some(secret) if *secret != settings.client_secret => {
            return Err(wrong(401, "invalid_client", 7000215, INVALID_SECRET.into()));
        }
        Some(_) if settings.secret_expired => {
            let text = "The provided client secret keys for the app are expired. Create new keys \
                        for the app.";
            return Err(wrong(401, "invalid_client", 7000222, text.into()));
        }
        Some(_) => {}
    }
    let scope = &form["scope"];
    if !scope.ends_with("/.default") {
        let text = format!(
            "The provided request must include a 'scope' input parameter. The provided value for \
             the input parameter 'scope' is not valid. The scope {scope} is not valid."
        );
        return Err(wrong(400, "invalid_scope", 70011, text));
    }
    // At an authority's own host only its own cloud is known.
    let mut clouds = CLOUDS.iter().filter(|(authority, _, _)| {
        *authority == request.host || CLOUDS.iter().all(|(other, _, _)| *other != request.host)
    });
    if !clouds.any(|(_, known, _)| scope == known) {
        let resource = scope.trim_end_matches("/.default");
        let text = format!(
            "The resource principal named {resource} was not found in the tenant named {tenant}."
        );
        return Err(wrong(400, "invalid_resource", 500011, text));
    }
    Ok(scope.clone())
}

struct Wrong {
    status: u16,
    error: &'static str,
    code: u32,
    text: String,
}

impl Wrong {
    fn tenant(tenant: &str) -> Self {
        let text = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and \
             are signing into the correct cloud."
        );
        Self {
            status: 400,
            error: "invalid_request",
            code: 90002,
            text,
        }
    }

    fn reply(&self, now: Timestamp) -> Reply {
        let (trace, correlation) = (Uuid::new_v4(), Uuid::new_v4());
        let time = now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let body = json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}",
                self.code, self.text
            ),
            "error_codes": [self.code],
            "timestamp": time,
            "trace_id": trace.to_string(),
            "correlation_id": correlation.to_string(),
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        });
        Reply::json(self.status, &body)
    }

    fn outcome(self, now: Timestamp) -> Outcome {
        let reply = self.reply(now);
        Outcome::refused(reply, format!("AADSTS{}: {}", self.code, self.text))
    }
}

fn answer(token: &str, lifetime: u32) -> Reply {
    let body = json!({
        "token_type": "Bearer",
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": token,
    });
    Reply::json(200, &body)
}

/// The form without its secret.
fn hidden(form: &HashMap<String, String>) -> String {
    let mut names: Vec<_> = form.keys().collect();
    names.sort();
    let shown = names.into_iter().map(|name| match name.as_str() {
        "client_secret" | "client_assertion" => format!("{name}=***"),
        _ => format!("{name}={}", form[name]),
    });
    shown.collect::<Vec<_>>().join("&")
}
