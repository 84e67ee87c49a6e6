//! The practice receiver on this machine: the whole way without an account anywhere.

use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::LazyLock;
use url::Url;

use super::address::Address;
use super::sheet::{Reply, Sheet};
use super::{
    About, Body, Connected, Destination, Details, FieldError, Header, Limits, Provider, Request,
    Response, Verdict, address, frame,
};
use crate::event::Event;
use crate::form::Form;
use crate::secret::{Secret, Secrets};

static SHEET: LazyLock<Sheet> =
    LazyLock::new(|| Sheet::load(include_str!("../../guides/practice.toml")));
static FORM: LazyLock<Form> = LazyLock::new(|| Form::of::<Credentials>(&SHEET.guide));

#[derive(Deserialize, JsonSchema)]
struct Credentials {
    /// The address that the practice receiver shows.
    #[schemars(title = "Receiver URL", example = "http://127.0.0.1:8799/practice")]
    url: Address,
}

pub(crate) struct Practice;

impl Provider for Practice {
    fn id(&self) -> &'static str {
        "practice"
    }

    fn about(&self) -> About {
        SHEET.about(&FORM.fields)
    }

    fn connect(&self, details: &Details, secrets: &Secrets) -> Result<Connected, Vec<FieldError>> {
        let mut entries = FORM.read(details, secrets, &[]);
        let url = entries.text("url").map(address::parse);
        match &url {
            Some(Ok(url)) if !address::is_loopback(url) => entries.wrong(
                "url",
                "The practice receiver runs on this machine, so its address starts with \
                 http://127.0.0.1. For another machine choose the provider Custom.",
            ),
            Some(Ok(url)) => entries.set("url", url.as_str()),
            Some(Err(message)) => entries.wrong("url", message.clone()),
            None => {}
        }
        let (Credentials { url: Address(url) }, saved) = entries.finish()?;
        Ok(saved.with(Receiver { url }))
    }
}

struct Receiver {
    url: Url,
}

impl Destination for Receiver {
    fn endpoint(&self) -> String {
        address::place(&self.url)
    }

    fn limits(&self) -> Limits {
        Limits {
            events: 5_000,
            bytes: 1_000_000,
            overhead: 1,
            event_bytes: 1_000_000,
            span: None,
        }
    }

    fn request(&self, events: &[Event], _: Option<&Secret>) -> Request {
        Request {
            method: "POST",
            url: self.url.as_str().into(),
            shown_url: self.url.to_string(),
            headers: vec![Header::Plain(
                "Content-Type".into(),
                "application/x-ndjson".into(),
            )],
            body: Body {
                bytes: frame::lines(events, 0, frame::plain).into(),
                gzip: true,
            },
        }
    }

    fn verdict(&self, events: &[Event], response: &Response) -> Verdict {
        let reply = Reply {
            events: events.len(),
            fill: vec![("endpoint", self.endpoint().into())],
            ..Reply::default()
        };
        SHEET.verdict(response, &reply)
    }
}
