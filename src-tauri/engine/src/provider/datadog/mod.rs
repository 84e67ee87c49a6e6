//! Datadog's logs intake, version 2.
//!
//! An event is spread at the top level of a log; what Penstock adds stands before the event's own
//! fields, which always win. A log above 1 MB would be cut by Datadog under a 202, so such an
//! event is refused beforehand.

mod probe;
mod site;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::LazyLock;

use self::site::Site;
use super::sheet::{Reply, Sheet};
use super::splice::Splice;
use super::{
    About, Body, Connected, Destination, Details, FieldError, Header, Limits, Probe, Provider,
    Request, Response, Verdict, address, frame, token,
};
use crate::event::Event;
use crate::form::Form;
use crate::problem::Problem;
use crate::secret::{Secret, Secrets};

static SHEET: LazyLock<Sheet> =
    LazyLock::new(|| Sheet::load(include_str!("../../../guides/datadog.toml")));
static FORM: LazyLock<Form> = LazyLock::new(|| Form::of::<Credentials>(&SHEET.guide));

/// Datadog takes 5 MB; this leaves room for what counts differently there.
const BYTES: usize = 4_250_000;
const LOG_BYTES: usize = 1_000_000;

#[derive(Deserialize, JsonSchema)]
struct Credentials {
    /// Paste the address of any Datadog page: the site is found in it.
    #[schemars(title = "Site", example = "datadoghq.eu")]
    site: Site,
    /// 32 characters. Not an application key, which has 40.
    #[schemars(
        title = "API key",
        example = "0123456789abcdef0123456789abcdef",
        regex(pattern = "^[0-9a-fA-F]{32}$")
    )]
    api_key: Secret,
    /// The service that logs are listed under.
    #[schemars(title = "Service", example = &"infisical", extend("default" = "infisical", "x-group" = "advanced"))]
    service: Option<String>,
    /// Chooses the pipeline in Datadog (`ddsource`).
    #[schemars(title = "Source", example = &"infisical", extend("default" = "infisical", "x-group" = "advanced"))]
    source: Option<String>,
    /// `key:value`, separated by commas.
    #[schemars(title = "Tags", example = "env:prod,team:security", extend("x-group" = "advanced"))]
    tags: Option<String>,
    /// Shown as the host of each log.
    #[schemars(title = "Host", example = "infisical.example.com", extend("x-group" = "advanced"))]
    host: Option<String>,
}

pub(crate) struct Datadog;

impl Provider for Datadog {
    fn id(&self) -> &'static str {
        "datadog"
    }

    fn about(&self) -> About {
        SHEET.about(&FORM.fields)
    }

    fn connect(&self, details: &Details, secrets: &Secrets) -> Result<Connected, Vec<FieldError>> {
        let mut entries = FORM.read(details, secrets, &[("url", "site")]);
        match entries.text("site").map(site::understand) {
            Some(Ok(site)) => {
                entries.set("site", site.name);
                if let Some(warning) = address::readable_on_the_way(&site.intake) {
                    entries.warn("site", warning);
                }
            }
            Some(Err(message)) => entries.wrong("site", message),
            None => {}
        }
        entries.tidy("tags", |text| Ok(tags(text)));
        entries.tidy_secret("api_key", api_key);
        let (credentials, saved) = entries.finish::<Credentials>()?;
        Ok(saved.with(Intake::new(credentials)))
    }
}

fn tags(text: &str) -> String {
    let tags: Vec<&str> = text
        .split(',')
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .collect();
    tags.join(",")
}

fn api_key(pasted: &str) -> Result<String, String> {
    let text = token::bare(pasted, "DD-API-KEY:", "", "API key")?;
    let hex = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if (hex && text.len() == 40) || text.starts_with("ddapp_") {
        return Err(
            "This is an application key (40 characters). Logs need an API key (32 characters): \
                    Organization Settings, API Keys."
                .into(),
        );
    }
    if text.starts_with("pub") && text.len() > 32 {
        return Err("This is a client token for browsers. Logs need an API key: Organization Settings, API Keys.".into());
    }
    if !hex || text.len() != 32 {
        return Err(format!(
            "An API key has 32 letters (a to f) and digits; this has {} characters. Copy the key itself, not \
             its name or id: Organization Settings, API Keys.",
            text.chars().count()
        ));
    }
    Ok(text)
}

struct Intake {
    site: Site,
    api_key: Secret,
    splice: Splice,
}

impl Intake {
    fn new(it: Credentials) -> Self {
        let mut splice = Splice::default();
        let added = [
            ("ddsource", it.source),
            ("service", it.service),
            ("ddtags", it.tags),
            ("hostname", it.host),
        ];
        for (key, value) in added {
            if let Some(value) = value {
                splice = splice.with(key, &value);
            }
        }
        Self {
            site: it.site,
            api_key: it.api_key,
            splice: splice.with_millis("timestamp"),
        }
    }
}

impl Intake {
    fn reply(&self, events: usize) -> Reply<'_> {
        Reply {
            events,
            fill: vec![
                ("endpoint", self.endpoint().into()),
                ("site", Cow::Borrowed(self.site.name.as_str())),
            ],
            secrets: vec![&self.api_key],
            ..Reply::default()
        }
    }
}

impl Destination for Intake {
    fn endpoint(&self) -> String {
        self.site.place()
    }

    fn limits(&self) -> Limits {
        Limits {
            events: 1_000,
            bytes: BYTES,
            overhead: self.splice.overhead() + 1,
            event_bytes: LOG_BYTES,
            span: None,
        }
    }

    fn refuse(&self, event: &Event) -> Option<Problem> {
        let bytes = event.bytes.len() + self.splice.overhead();
        (bytes > LOG_BYTES).then(|| {
            Problem::new(
                "datadog-event-too-large",
                format!("This event has {} bytes. Datadog cuts a log above 1 MB, and still answers that it took it.", event.bytes.len()),
            )
            .cause("The event carries an unusually large value.")
            .next("Export the event to keep it whole elsewhere.")
            .next("Or make its source send less in one event; discard it here once it is safe.")
            .short("Above 1 MB")
        })
    }

    fn request(&self, events: &[Event], _: Option<&Secret>) -> Request {
        let body = frame::array(events, self.splice.overhead(), |out, event| {
            self.splice.write(out, &event.bytes)
        });
        Request {
            method: "POST",
            url: self.site.intake.as_str().into(),
            shown_url: self.site.intake.to_string(),
            headers: vec![
                Header::Secret("DD-API-KEY".into(), "", self.api_key.clone()),
                Header::Plain("Content-Type".into(), "application/json".into()),
            ],
            body: Body {
                bytes: body.into(),
                gzip: true,
            },
        }
    }

    fn verdict(&self, events: &[Event], response: &Response) -> Verdict {
        SHEET.verdict(response, &self.reply(events.len()))
    }

    fn probe(&self, refusal: &Response, answers: &[Option<Response>]) -> Probe {
        self.look_into(refusal, answers)
    }
}
