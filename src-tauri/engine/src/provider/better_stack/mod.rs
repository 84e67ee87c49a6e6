//! Better Stack Telemetry, formerly Logtail: a JSON array to the source's own host.

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::LazyLock;

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
    LazyLock::new(|| Sheet::load(include_str!("../../../guides/better_stack.toml")));
static FORM: LazyLock<Form> = LazyLock::new(|| Form::of::<Credentials>(&SHEET.guide));

/// Better Stack takes 10 MiB after compression; a batch is kept well below that before it.
const BYTES: usize = 4_000_000;

#[derive(Deserialize, JsonSchema)]
struct Credentials {
    /// As shown on the page of the source. Each source has its own.
    #[schemars(
        title = "Ingesting host",
        example = "s123456.eu-nbg-2.betterstackdata.com"
    )]
    url: Address,
    /// The token of the same source.
    #[schemars(title = "Source token", example = &"n1a2B3c4D5e6F7g8H9j0K1m2")]
    source_token: Secret,
}

pub(crate) struct BetterStack;

impl Provider for BetterStack {
    fn id(&self) -> &'static str {
        "better_stack"
    }

    fn about(&self) -> About {
        SHEET.about(&FORM.fields)
    }

    fn connect(&self, details: &Details, secrets: &Secrets) -> Result<Connected, Vec<FieldError>> {
        let aliases = [
            ("host", "url"),
            ("ingesting_host", "url"),
            ("token", "source_token"),
        ];
        let mut entries = FORM.read(details, secrets, &aliases);
        match entries.text("url").map(host) {
            Some(Ok(Address(url))) => {
                entries.set("url", url.as_str().trim_end_matches('/'));
                if let Some(warning) = address::readable_on_the_way(&url) {
                    entries.warn("url", warning);
                }
            }
            Some(Err(message)) => entries.wrong("url", message),
            None => {}
        }
        entries.tidy_secret("source_token", |text| {
            token::bare(text, "Authorization:", "Bearer ", "source token")
        });
        let (credentials, saved) = entries.finish::<Credentials>()?;
        Ok(saved.with(Source {
            url: credentials.url,
            source_token: credentials.source_token,
            splice: Splice::default().with_rfc3339("dt"),
        }))
    }
}

fn host(text: &str) -> Result<Address, String> {
    let mut url = address::parse(text)?;
    let host = url.host_str().unwrap_or_default();
    let page = host == "betterstack.com"
        || (host.ends_with(".betterstack.com") && host != "in.logs.betterstack.com")
        || host.ends_with(".logtail.com") && host != "in.logtail.com";
    if page {
        return Err(format!(
            "{host} shows Better Stack's pages. Copy the ingesting host from the page of the source, such as \
             s123456.eu-nbg-2.betterstackdata.com."
        ));
    }
    url.set_query(None);
    Ok(Address(url))
}

struct Source {
    url: Address,
    source_token: Secret,
    splice: Splice,
}

impl Destination for Source {
    fn endpoint(&self) -> String {
        address::place(&self.url.0)
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
        let body = frame::array(events, self.splice.overhead(), |out, event| {
            self.splice.write(out, &event.bytes)
        });
        Request {
            method: "POST",
            url: self.url.0.as_str().into(),
            shown_url: self.url.0.to_string(),
            headers: vec![
                Header::Secret("Authorization".into(), "Bearer ", self.source_token.clone()),
                Header::Plain("Content-Type".into(), "application/json".into()),
            ],
            body: Body {
                bytes: body.into(),
                gzip: true,
            },
        }
    }

    fn verdict(&self, events: &[Event], response: &Response) -> Verdict {
        let reply = Reply {
            events: events.len(),
            fill: vec![("endpoint", self.endpoint().into())],
            secrets: vec![&self.source_token],
            ..Reply::default()
        };
        SHEET.verdict(response, &reply)
    }
}
