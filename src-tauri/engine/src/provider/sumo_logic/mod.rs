//! Sumo Logic's HTTP source: one event a line.
//!
//! A presigned address is itself the secret, so no more of it is shown than its host. The event's
//! time stands first in each line, where Sumo Logic looks for one.

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::LazyLock;
use url::Url;

use super::sheet::{Reply, Sheet};
use super::splice::Splice;
use super::{
    About, Body, Connected, Destination, Details, FieldError, Header, Limits, Provider, Request,
    Response, Verdict, address, frame, token,
};
use crate::event::Event;
use crate::form::Form;
use crate::secret::{Secret, Secrets};

static SHEET: LazyLock<Sheet> =
    LazyLock::new(|| Sheet::load(include_str!("../../../guides/sumo_logic.toml")));
static FORM: LazyLock<Form> = LazyLock::new(|| Form::of::<Credentials>(&SHEET.guide));

/// Between 100 KB and 1 MB before compression is advised.
const BYTES: usize = 900_000;

/// What an address has before the part that is its key.
const PATH: &str = "/receiver/v1/http";

#[derive(Deserialize, JsonSchema)]
struct Credentials {
    /// The whole address, as Show URL gives it. It is a secret: its last part is the key.
    #[schemars(
        title = "HTTP Source Address",
        example = "https://endpoint4.collection.eu.sumologic.com/receiver/v1/http/…",
        extend("x-kind" = "url")
    )]
    url: Secret,
    /// Only for an address without a key in it, that ends with /receiver/v1/http.
    #[schemars(title = "Token")]
    token: Option<Secret>,
    /// Replaces the source category set in Sumo Logic.
    #[schemars(title = "Source category", example = "audit/infisical", extend("x-group" = "advanced"))]
    category: Option<String>,
    /// Replaces the source host set in Sumo Logic.
    #[schemars(title = "Source host", example = "infisical.example.com", extend("x-group" = "advanced"))]
    host: Option<String>,
}

pub(crate) struct SumoLogic;

impl Provider for SumoLogic {
    fn id(&self) -> &'static str {
        "sumo_logic"
    }

    fn about(&self) -> About {
        SHEET.about(&FORM.fields)
    }

    fn connect(&self, details: &Details, secrets: &Secrets) -> Result<Connected, Vec<FieldError>> {
        let mut entries = FORM.read(details, secrets, &[]);
        entries.tidy_secret("token", |text| {
            token::bare(text, "x-sumo-token:", "Basic ", "token")
        });
        match entries.secret("url").map(|pasted| source(pasted.expose())) {
            Some(Ok((url, mended))) => {
                if mended {
                    entries.warn(
                        "url",
                        "Blanks and line breaks inside the address were taken out.",
                    );
                }
                if let Some(warning) = address::readable_on_the_way(&url) {
                    entries.warn("url", warning);
                }
                if key(&url).is_none() && entries.secret("token").is_none() {
                    entries.wrong(
                        "url",
                        "This address has no key at its end. Copy the whole address with Show URL, or enter \
                         the token too (step 3).",
                    );
                }
                entries.set_secret("url", url.as_str().into());
            }
            Some(Err(message)) => entries.wrong("url", message),
            None => {}
        }
        for field in ["category", "host"] {
            entries.tidy(field, |text| {
                if text.is_ascii() {
                    return Ok(text.into());
                }
                Err("This travels in a header, so it may hold plain letters, digits and signs only.".into())
            });
        }
        let (credentials, saved) = entries.finish::<Credentials>()?;
        let source = Source::new(credentials).map_err(|message| {
            vec![FieldError {
                field: "url".into(),
                message,
            }]
        })?;
        Ok(saved.with(source))
    }
}

/// The address, and whether something had to be taken out of it.
fn source(pasted: &str) -> Result<(Url, bool), String> {
    let whole: String = pasted.chars().filter(|it| !it.is_whitespace()).collect();
    let mended = whole.len() != pasted.trim().len();
    if whole.contains('…') {
        return Err("The end of this address is left out. Copy the whole address with Show URL in the row of the \
                    source (step 3)."
            .into());
    }
    let mut url = address::parse(&whole)?;
    let host = url.host_str().unwrap_or_default();
    if host.starts_with("service.") && host.ends_with("sumologic.com") {
        return Err("This is the address of Sumo Logic's pages. Copy the HTTP Source Address with Show URL in the \
                    row of the source (step 3)."
            .into());
    }
    if !url.path().contains(PATH) {
        return Err("An HTTP Source Address contains /receiver/v1/http/ and a long key. Copy the whole address \
                    with Show URL in the row of the source (step 3)."
            .into());
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok((url, mended))
}

/// The part of the address that is secret.
fn key(url: &Url) -> Option<&str> {
    let (_, rest) = url.path().split_once(PATH)?;
    Some(rest.trim_matches('/')).filter(|key| !key.is_empty())
}

struct Source {
    it: Credentials,
    place: String,
    shown_url: String,
    splice: Splice,
    /// What answers must not be quoted with.
    secrets: Vec<Secret>,
}

impl Source {
    fn new(it: Credentials) -> Result<Self, String> {
        let (url, _) = source(it.url.expose())?;
        let mut shown = url.clone();
        let mut secrets = vec![it.url.clone()];
        if let Some(key) = key(&url) {
            secrets.push(key.into());
            let before = url.path().split(PATH).next().unwrap_or_default();
            shown.set_path(&format!("{before}{PATH}/"));
        }
        shown.set_query(None);
        let hidden = if secrets.len() > 1 { "…" } else { "" };
        secrets.extend(it.token.clone());
        Ok(Self {
            place: address::place(&url),
            shown_url: format!("{shown}{hidden}"),
            splice: Splice::default().with_rfc3339("timestamp"),
            secrets,
            it,
        })
    }

    fn has_key(&self) -> bool {
        self.shown_url.ends_with('…')
    }
}

impl Destination for Source {
    fn endpoint(&self) -> String {
        self.place.clone()
    }

    fn limits(&self) -> Limits {
        Limits {
            events: 5_000,
            bytes: BYTES,
            overhead: self.splice.overhead() + 1,
            event_bytes: BYTES,
            span: None,
        }
    }

    fn request(&self, events: &[Event], _: Option<&Secret>) -> Request {
        let body = frame::lines(events, self.splice.overhead(), |out, event| {
            self.splice.write(out, &event.bytes)
        });
        let mut headers = vec![Header::Plain(
            "Content-Type".into(),
            "application/json".into(),
        )];
        if let Some(token) = self.it.token.as_ref().filter(|_| !self.has_key()) {
            headers.push(Header::Secret("x-sumo-token".into(), "", token.clone()));
        }
        for (name, value) in [
            ("X-Sumo-Category", &self.it.category),
            ("X-Sumo-Host", &self.it.host),
        ] {
            if let Some(value) = value {
                headers.push(Header::Plain(name.into(), value.clone()));
            }
        }
        Request {
            method: "POST",
            url: self.it.url.clone(),
            shown_url: self.shown_url.clone(),
            headers,
            body: Body {
                bytes: body.into(),
                gzip: true,
            },
        }
    }

    fn verdict(&self, events: &[Event], response: &Response) -> Verdict {
        let reply = Reply {
            events: events.len(),
            fill: vec![("endpoint", self.place.as_str().into())],
            secrets: self.secrets.iter().collect(),
            ..Reply::default()
        };
        SHEET.verdict(response, &reply)
    }
}
