//! The API itself.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, DATE, USER_AGENT};
use hyper::service::service_fn;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

use crate::answer::{self, Answer};
use crate::event::{Body, Event};
use crate::fault::{Chance, Fault};
use crate::grants::{Grants, Standing};
use crate::limit::Limit;
use crate::table::Table;
use crate::{Asked, Millis, Options, machine_time};

const LOGIN: &str = "/api/v1/auth/universal-auth/login";
const LIST: &str = "/api/v1/organization/audit-logs";
const DETAILS: &str = "/api/v1/identities/details";

pub(crate) struct Desk {
    options: Options,
    pub grants: Grants,
    pub table: Table,
    pub fault: Fault,
    pub chance: Option<Chance>,
    limit: Limit,
    asked: watch::Sender<Asked>,
}

pub(crate) async fn listen(listener: TcpListener, desk: Arc<Mutex<Desk>>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let desk = Arc::clone(&desk);
        connections.spawn(async move {
            let service = service_fn(|request| answer(request, Arc::clone(&desk)));
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// An error hangs up.
async fn answer(
    request: Request<Incoming>,
    desk: Arc<Mutex<Desk>>,
) -> Result<Answer, std::io::Error> {
    let (head, body) = request.into_parts();
    let body = body
        .collect()
        .await
        .map_err(std::io::Error::other)?
        .to_bytes();
    let mut desk = desk.lock().expect("nothing panics at the desk");
    let mut answer = desk.answer(&head, &body)?;
    let now = jiff::Timestamp::from_millisecond(desk.now()).expect("a time in range");
    let date = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&now)
        .expect("a date");
    answer
        .headers_mut()
        .insert(DATE, date.parse().expect("a header"));
    Ok(answer)
}

impl Desk {
    pub fn new(options: Options) -> (Self, watch::Receiver<Asked>) {
        let (asked, receiver) = watch::channel(Asked::default());
        let desk = Self {
            grants: Grants::new(options.token_lifetime),
            limit: Limit::new(options.requests_a_minute),
            options,
            table: Table::default(),
            fault: Fault::None,
            chance: None,
            asked,
        };
        (desk, receiver)
    }

    pub fn now(&self) -> Millis {
        machine_time() + self.options.ahead
    }

    fn answer(
        &mut self,
        head: &hyper::http::request::Parts,
        body: &Bytes,
    ) -> Result<Answer, std::io::Error> {
        let path = head.uri.path();
        match &self.fault {
            Fault::WebPage => return Ok(answer::web_page()),
            Fault::Redirect(to) => return Ok(answer::redirect(to)),
            Fault::Other => return Ok(answer::json(200, r#"{"status":"green"}"#)),
            _ => {}
        }
        match (&head.method, path) {
            (&Method::POST, LOGIN) => Ok(self.sign_in(head, body)),
            (&Method::GET, LIST) => {
                self.asked.send_modify(|asked| asked.pages += 1);
                let fault = match self.chance.as_mut().map(Chance::draw) {
                    None | Some(Fault::None) => self.fault.clone(),
                    Some(fault) => fault,
                };
                if fault == Fault::HangsUp {
                    return Err(std::io::ErrorKind::ConnectionAborted.into());
                }
                Ok(self.list(head, &fault).unwrap_or_else(|refusal| *refusal))
            }
            (&Method::GET, DETAILS) => Ok(match self.admit(head) {
                Err(refusal) => *refusal,
                Ok(()) => {
                    let name = &self.options.organisation;
                    let body = json!({ "identityDetails": { "organization": { "id": "o", "name": name, "slug": "s" } } });
                    answer::json(200, body.to_string())
                }
            }),
            (method, path) => Ok(answer::not_found(method.as_str(), path)),
        }
    }

    fn sign_in(&mut self, head: &hyper::http::request::Parts, body: &Bytes) -> Answer {
        self.asked.send_modify(|asked| asked.sign_ins += 1);
        if let Some(seconds) = self.limit.count() {
            return answer::too_fast(seconds, true);
        }
        let json_type = head
            .headers
            .get("content-type")
            .is_some_and(|it| it.as_bytes().starts_with(b"application/json"));
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let (Some(id), Some(secret), true) = (
            body["clientId"].as_str(),
            body["clientSecret"].as_str(),
            json_type,
        ) else {
            return answer::invalid("clientId", "Required");
        };
        if !self.grants.knows(id, secret) {
            return answer::refusal(401, "UnauthorizedError", "Invalid credentials");
        }
        let now = self.now();
        let (token, expires_in) = self.grants.grant(now);
        let metadata = json!({
            "identityId": self.grants.identity_id,
            "identityUniversalAuthId": Uuid::new_v4().to_string(),
            "clientSecretId": Uuid::new_v4().to_string(),
            "identityAccessTokenId": Uuid::new_v4().to_string(),
        });
        // Who it is was not known yet when this was written.
        let actor = json!({ "type": "unknownUser", "metadata": {} });
        self.write("login-identity-universal-auth", actor, metadata, head);
        let body = json!({
            "accessToken": token,
            "expiresIn": expires_in,
            "accessTokenMaxTTL": expires_in * 10.0,
            "tokenType": "Bearer",
        });
        answer::json(200, body.to_string())
    }

    /// An event of its own.
    fn write(
        &mut self,
        kind: &'static str,
        actor: Value,
        metadata: Value,
        head: &hyper::http::request::Parts,
    ) {
        let program = head.headers.get(USER_AGENT);
        let program = program.and_then(|it| it.to_str().ok()).unwrap_or_default();
        let now = self.now();
        let delay = Millis::try_from(self.options.delay.as_millis()).unwrap_or_default();
        self.table.add(Event {
            id: Uuid::new_v4().to_string(),
            created_at: now,
            shows_at: now + delay,
            body: Body::Own(kind, actor, metadata, program.to_owned()),
        });
    }

    fn admit(&mut self, head: &hyper::http::request::Parts) -> Result<(), Box<Answer>> {
        if let Some(seconds) = self.limit.count() {
            self.asked.send_modify(|asked| asked.too_fast += 1);
            return Err(answer::too_fast(seconds, true).into());
        }
        let header = head.headers.get(AUTHORIZATION);
        let token = header
            .and_then(|it| it.to_str().ok())
            .and_then(|it| it.strip_prefix("Bearer "));
        let unauthorized =
            |message: &str| Box::new(answer::refusal(401, "UnauthorizedError", message));
        let Some(token) = token else {
            return Err(unauthorized("Token missing"));
        };
        match self.grants.standing(token, self.now()) {
            Standing::Good => Ok(()),
            Standing::Unknown => Err(unauthorized("Token is not valid")),
            Standing::Expired => Err(answer::refusal(
                403,
                "TokenError",
                "Your token has expired. Please re-authenticate.",
            )
            .into()),
        }
    }

    fn list(
        &mut self,
        head: &hyper::http::request::Parts,
        fault: &Fault,
    ) -> Result<Answer, Box<Answer>> {
        if let Fault::TooFast { seconds, header } = fault {
            return Err(answer::too_fast(*seconds, *header).into());
        }
        self.admit(head)?;
        if head.headers.get(USER_AGENT).is_none() {
            return Err(answer::invalid("user-agent", "Required").into());
        }
        let query = Query::parse(head.uri.query().unwrap_or_default(), self.now())?;
        match fault {
            Fault::NoPermission => {
                let message = "You are not allowed to read on audit-logs";
                return Err(answer::refusal(403, "PermissionDenied", message).into());
            }
            Fault::NoPlan => {
                let message = "Failed to get audit logs due to plan restriction. Upgrade plan to access audit logs.";
                return Err(answer::refusal(400, "BadRequest", message).into());
            }
            Fault::Fails(504) => return Err(took_too_long().into()),
            Fault::Fails(status) => {
                let message = "Something went wrong";
                return Err(answer::refusal(*status, "InternalServerError", message).into());
            }
            Fault::SameRow => {
                let row = Event::like(0, "same", query.end - 1);
                let row = row.listed(self.options.retention_days);
                let rows = vec![row; 1000].join(",");
                return Ok(answer::json(200, format!("{{\"auditLogs\":[{rows}]}}")));
            }
            _ => {}
        }
        let span =
            Duration::from_millis(u64::try_from(query.end - query.start).unwrap_or_default());
        if self.options.widest.is_some_and(|widest| span > widest) {
            return Err(took_too_long().into());
        }
        let given = self.asked.borrow().given;
        let days = self.options.retention_days;
        let oldest = self.now() - days * 86_400_000;
        let rows: Vec<String> = self
            .table
            .page(
                (query.start.max(oldest), query.end),
                self.now(),
                (query.offset, query.limit),
                self.options.unsteady.then_some(given),
            )
            .into_iter()
            .map(|event| event.listed(days))
            .collect();
        self.asked.send_modify(|asked| asked.given += 1);
        if query.offset == 0 {
            let actor = json!({ "type": "identity", "metadata": { "identityId": self.grants.identity_id, "name": "penstock" } });
            self.write("view-audit-logs", actor, json!({}), head);
        }
        let body = format!("{{\"auditLogs\":[{}]}}", rows.join(","));
        Ok(answer::json(200, body))
    }
}

fn took_too_long() -> Answer {
    let message = "Failed to fetch audit logs due to timeout. Add more search filters.";
    answer::refusal(504, "GatewayTimeout", message)
}

struct Query {
    start: Millis,
    end: Millis,
    offset: usize,
    limit: usize,
}

impl Query {
    fn parse(query: &str, now: Millis) -> Result<Self, Box<Answer>> {
        let given: HashMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let known = ["startDate", "endDate", "offset", "limit"];
        if let Some(name) = given.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(answer::invalid(name, "Not asked for by any reader of the log").into());
        }
        let number = |name: &str, otherwise: usize, most: usize| match given.get(name) {
            None => Ok(otherwise),
            Some(text) => match text.parse::<usize>() {
                Ok(number) if number <= most => Ok(number),
                _ => Err(answer::invalid(
                    name,
                    "Number must be less than or equal to 1000",
                )),
            },
        };
        let time = |name: &str, otherwise: Millis| match given.get(name) {
            None => Ok(otherwise),
            Some(text) => text
                .strip_suffix('Z')
                .filter(|it| it.contains('T'))
                .and_then(|_| text.parse::<jiff::Timestamp>().ok())
                .map(jiff::Timestamp::as_millisecond)
                .ok_or_else(|| answer::invalid(name, "Invalid datetime")),
        };
        let midnight = now - now.rem_euclid(86_400_000);
        let query = Self {
            start: time("startDate", midnight)?,
            end: time("endDate", now)?,
            offset: number("offset", 0, usize::MAX)?,
            limit: number("limit", 20, 1000)?,
        };
        if query.limit == 0 {
            return Err(
                answer::invalid("limit", "Number must be greater than or equal to 1").into(),
            );
        }
        if query.end < query.start {
            return Err(answer::invalid("endDate", "End date cannot be before start date").into());
        }
        let at = |millis| {
            jiff::Timestamp::from_millisecond(millis)
                .map(|it| it.to_zoned_datetime(jiff::tz::TimeZone::UTC))
        };
        let within = at(query.start)
            .and_then(|start| start.checked_add(jiff::Span::new().months(3)))
            .is_ok_and(|latest| at(query.end).is_ok_and(|end| end <= latest));
        if !within {
            return Err(answer::invalid("endDate", "Dates must be within 3 months").into());
        }
        Ok(query)
    }
}
