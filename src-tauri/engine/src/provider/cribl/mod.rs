//! Cribl Stream's HTTP source: one event a line, with `_time` so that it keeps its own.

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::LazyLock;
use url::Url;

use super::address::Address;
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
    LazyLock::new(|| Sheet::load(include_str!("../../../guides/cribl.toml")));
static FORM: LazyLock<Form> = LazyLock::new(|| Form::of::<Credentials>(&SHEET.guide));

/// Older documentation says that a request may have 2 MB.
const BYTES: usize = 1_000_000;

#[derive(Deserialize, JsonSchema)]
struct Credentials {
    /// Ingress address, port and path of the source. Without a path: /cribl/_bulk.
    #[schemars(
        title = "Source URL",
        example = "https://default.main.example.cribl.cloud:10080/cribl/_bulk"
    )]
    url: Address,
    /// As under Authentication tokens of the source. Empty where it has none.
    #[schemars(title = "Auth token")]
    token: Option<Secret>,
    #[schemars(title = "Token is sent")]
    #[serde(default)]
    auth_scheme: Scheme,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Scheme {
    /// `Authorization: Bearer …`
    #[default]
    #[schemars(title = "After Bearer")]
    Bearer,
    /// `Authorization: …`
    #[schemars(title = "Alone")]
    Bare,
}

impl Scheme {
    fn words(self) -> &'static str {
        match self {
            Self::Bearer => "After Bearer",
            Self::Bare => "Alone",
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::Bare => "bare",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Bearer => Self::Bare,
            Self::Bare => Self::Bearer,
        }
    }
}

pub(crate) struct Cribl;

impl Provider for Cribl {
    fn id(&self) -> &'static str {
        "cribl"
    }

    fn about(&self) -> About {
        SHEET.about(&FORM.fields)
    }

    fn connect(&self, details: &Details, secrets: &Secrets) -> Result<Connected, Vec<FieldError>> {
        let mut entries = FORM.read(details, secrets, &[]);
        match entries.text("url").map(bulk) {
            Some(Ok(url)) => {
                entries.set("url", url.as_str());
                if let Some(warning) = address::readable_on_the_way(&url) {
                    entries.warn("url", warning);
                }
            }
            Some(Err(message)) => entries.wrong("url", message),
            None => {}
        }
        entries.tidy_secret("token", |text| {
            token::bare(text, "Authorization:", "Bearer ", "auth token")
        });
        let (credentials, saved) = entries.finish::<Credentials>()?;
        Ok(saved.with(Source {
            it: credentials,
            splice: Splice::default().with_seconds("_time"),
        }))
    }

    /// The token sent the other way: only the source knows which of them it was set up with.
    fn alternatives(&self, details: &Details, secrets: &Secrets) -> Vec<Details> {
        if !secrets.contains_key("token") {
            return Vec::new();
        }
        let mut details = details.clone();
        let scheme = details
            .get("auth_scheme")
            .and_then(|it| Scheme::deserialize(it).ok());
        let other = scheme.unwrap_or_default().other().id();
        details.insert("auth_scheme".into(), other.into());
        vec![details]
    }
}

/// The address with `/_bulk` at its end.
fn bulk(text: &str) -> Result<Url, String> {
    let mut url = address::parse(text)?;
    url.set_query(None);
    let host = url.host_str().unwrap_or_default();
    if host == "cribl.cloud"
        || host == "manage.cribl.cloud"
        || (host.ends_with(".cribl.cloud") && url.port().is_none())
    {
        return Err("This is the address of Cribl's pages, or its port is missing. Copy the ingress address from \
                    Workspace, Data Sources, such as https://default.main.example.cribl.cloud:10080."
            .into());
    }
    let path = url.path().trim_end_matches('/').to_owned();
    let other = [
        ("/elastic", "Elasticsearch's"),
        ("/services/collector", "Splunk's"),
        ("/api/v1", "Cribl's own management"),
    ];
    if let Some((_, whose)) = other.iter().find(|(other, _)| path.starts_with(other)) {
        return Err(format!(
            "This path speaks {whose} protocol. Use that of the Cribl HTTP event API, usually /cribl/_bulk."
        ));
    }
    if path.is_empty() {
        url.set_path("/cribl/_bulk");
    } else if !path.ends_with("/_bulk") {
        url.set_path(&format!("{path}/_bulk"));
    } else {
        url.set_path(&path);
    }
    Ok(url)
}

struct Source {
    it: Credentials,
    splice: Splice,
}

impl Destination for Source {
    fn endpoint(&self) -> String {
        address::place(&self.it.url.0)
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
            "application/x-ndjson".into(),
        )];
        if let Some(token) = &self.it.token {
            let before = match self.it.auth_scheme {
                Scheme::Bearer => "Bearer ",
                Scheme::Bare => "",
            };
            headers.insert(
                0,
                Header::Secret("Authorization".into(), before, token.clone()),
            );
        }
        Request {
            method: "POST",
            url: self.it.url.0.as_str().into(),
            shown_url: self.it.url.0.to_string(),
            headers,
            body: Body {
                bytes: body.into(),
                gzip: true,
            },
        }
    }

    fn verdict(&self, events: &[Event], response: &Response) -> Verdict {
        let scheme = self.it.auth_scheme;
        let reply = Reply {
            events: events.len(),
            fill: vec![
                ("endpoint", self.endpoint().into()),
                ("path", Cow::Borrowed(self.it.url.0.path())),
                ("scheme", scheme.words().to_lowercase().into()),
                ("other_scheme", Cow::Borrowed(scheme.other().words())),
            ],
            secrets: self.it.token.iter().collect(),
            ..Reply::default()
        };
        SHEET.verdict(response, &reply)
    }
}
