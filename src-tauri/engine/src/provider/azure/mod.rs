//! Azure Monitor's Logs Ingestion API, by which Microsoft Sentinel is fed too.
//!
//! A request stays below 1,000,000 bytes before compression and within 30 minutes of event time.
//! `TimeGenerated` is the event's own time; columns whose names Azure keeps for itself are sent
//! under another name. A value above 64 KB would be cut by Azure under a 204, so such an event is
//! refused beforehand.

mod inputs;
mod row;
mod sign_in;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::LazyLock;
use url::Url;

use super::sheet::{Reply, Sheet};
use super::{
    About, Body, Connected, Destination, Details, FieldError, Header, Limits, Provider, Request,
    Response, SignIn, Verdict, address, batch, frame,
};
use crate::event::Event;
use crate::form::Form;
use crate::json;
use crate::problem::Problem;
use crate::secret::{Secret, Secrets};

static SHEET: LazyLock<Sheet> =
    LazyLock::new(|| Sheet::load(include_str!("../../../guides/azure.toml")));
static FORM: LazyLock<Form> = LazyLock::new(|| Form::of::<Credentials>(&SHEET.guide));

const VERSION: &str = "2023-01-01";

/// The limit is 1,048,576 bytes, before and after compression; some count 1,000,000.
const BYTES: usize = 1_000_000;
/// Of one column; what is above is cut without a word.
const VALUE_BYTES: usize = 64 * 1024;
/// 30 minutes, less a second for how time is rounded there.
const SPAN: i64 = (30 * 60 - 1) * 1000;

#[derive(Deserialize, JsonSchema)]
struct Credentials {
    #[schemars(title = "Cloud")]
    #[serde(default)]
    cloud: Cloud,
    /// Directory (tenant) ID of the app registration.
    #[schemars(title = "Tenant ID", example = "7c1b0e52-4f1d-4a86-9d0e-2b6f3a91c7d4")]
    tenant_id: String,
    /// Application (client) ID of the app registration.
    #[schemars(title = "Client ID", example = "e5d80a37-1c64-4c39-8b72-90f4ab16d3e8")]
    client_id: String,
    /// The Value of the secret, not its ID.
    #[schemars(title = "Client secret", example = &"the-Value-not-the-Secret-ID")]
    client_secret: Secret,
    /// The Logs Ingestion URL of a data collection endpoint, or of the rule itself.
    #[schemars(
        title = "Data Collection Endpoint URL",
        example = "https://penstock-dce-k3vq.westeurope-1.ingest.monitor.azure.com",
        extend("x-kind" = "url")
    )]
    endpoint_url: String,
    /// `dcr-` and 32 letters and digits, from the overview of the rule.
    #[schemars(
        title = "DCR immutable ID",
        example = "dcr-4b7d0f1c9a3e46d2b85e6c01f7a9d3e2"
    )]
    dcr_id: String,
    /// Without `_CL`. The whole name of a stream, such as `Custom-Audit`, is taken as it is.
    #[schemars(title = "Custom log table name", example = &"InfisicalLogs")]
    table_name: String,
    /// Only where tokens come from an address of your own. Empty: that of the cloud.
    #[schemars(title = "Sign-in address", example = "https://login.microsoftonline.com", extend("x-kind" = "url", "x-group" = "advanced"))]
    authority_url: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Cloud {
    /// portal.azure.com
    #[default]
    #[schemars(title = "Public")]
    Public,
    /// portal.azure.us
    #[schemars(title = "US government")]
    UsGovernment,
    /// portal.azure.cn
    #[schemars(title = "China")]
    China,
}

impl Cloud {
    const ALL: [Self; 3] = [Self::Public, Self::UsGovernment, Self::China];

    fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::UsGovernment => "us_government",
            Self::China => "china",
        }
    }

    fn authority(self) -> &'static str {
        match self {
            Self::Public => "https://login.microsoftonline.com",
            Self::UsGovernment => "https://login.microsoftonline.us",
            Self::China => "https://login.partner.microsoftonline.cn",
        }
    }

    fn scope(self) -> &'static str {
        match self {
            Self::Public => "https://monitor.azure.com/.default",
            Self::UsGovernment => "https://monitor.azure.us/.default",
            Self::China => "https://monitor.azure.cn/.default",
        }
    }

    /// The end of its ingestion hosts.
    fn ingestion(self) -> &'static str {
        match self {
            Self::Public => ".ingest.monitor.azure.com",
            Self::UsGovernment => ".ingest.monitor.azure.us",
            Self::China => ".ingest.monitor.azure.cn",
        }
    }
}

pub(crate) struct Azure;

impl Provider for Azure {
    fn id(&self) -> &'static str {
        "azure"
    }

    fn about(&self) -> About {
        SHEET.about(&FORM.fields)
    }

    fn connect(&self, details: &Details, secrets: &Secrets) -> Result<Connected, Vec<FieldError>> {
        let aliases = [
            ("stream_name", "table_name"),
            ("dce_url", "endpoint_url"),
            ("dcr_immutable_id", "dcr_id"),
        ];
        let mut entries = FORM.read(details, secrets, &aliases);
        inputs::understand(&mut entries);
        let (credentials, saved) = entries.finish::<Credentials>()?;
        let rule = Rule::new(credentials).map_err(|message| {
            vec![FieldError {
                field: "endpoint_url".into(),
                message,
            }]
        })?;
        Ok(saved.with(rule))
    }
}

struct Rule {
    url: Url,
    stream: String,
    it: Credentials,
    token_url: Url,
}

impl Rule {
    fn new(it: Credentials) -> Result<Self, String> {
        let stream = inputs::stream(&it.table_name);
        let endpoint = address::parse(&it.endpoint_url)?;
        // On this machine it is the practice receiver, which gives tokens too.
        let authority = match &it.authority_url {
            Some(authority) => address::parse(authority)?,
            None if address::is_loopback(&endpoint) => endpoint.clone(),
            None => address::parse(it.cloud.authority())?,
        };
        let under = |base: &Url, path: String| {
            let mut url = base.clone();
            url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
            url
        };
        let mut url = under(
            &endpoint,
            format!("dataCollectionRules/{}/streams/{stream}", it.dcr_id),
        );
        url.set_query(Some(&format!("api-version={VERSION}")));
        let token_url = under(&authority, format!("{}/oauth2/v2.0/token", it.tenant_id));
        Ok(Self {
            url,
            stream,
            it,
            token_url,
        })
    }

    /// What stands for the names in the texts of the sheet.
    fn fill(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        vec![
            ("endpoint", self.endpoint().into()),
            ("authority", address::place(&self.token_url).into()),
            ("stream", Cow::Borrowed(&self.stream)),
            ("dcr", Cow::Borrowed(&self.it.dcr_id)),
            ("tenant", Cow::Borrowed(&self.it.tenant_id)),
            ("client", Cow::Borrowed(&self.it.client_id)),
        ]
    }
}

#[derive(Deserialize)]
struct Said {
    error: SaidError,
}

#[derive(Deserialize)]
struct SaidError {
    code: String,
}

impl Destination for Rule {
    fn endpoint(&self) -> String {
        address::place(&self.url)
    }

    fn limits(&self) -> Limits {
        Limits {
            events: 5_000,
            bytes: BYTES,
            overhead: row::OVERHEAD + 1,
            event_bytes: BYTES,
            span: Some(SPAN),
        }
    }

    fn refuse(&self, event: &Event) -> Option<Problem> {
        if event.bytes.len() <= VALUE_BYTES {
            return None;
        }
        let member = json::members(&event.bytes).find(|member| member.value.len() > VALUE_BYTES)?;
        Some(
            Problem::new(
                "azure-value-too-large",
                format!(
                    "The value of {} has {} bytes. Azure cuts a value above 64 KB, and still answers that it took it.",
                    member.key(),
                    member.value.len()
                ),
            )
            .cause("The event carries an unusually large value.")
            .next("Export the event to keep it whole elsewhere.")
            .next("Or make its source send less in one value; discard it here once it is safe.")
            .short("Value above 64 KB"),
        )
    }

    fn request(&self, events: &[Event], token: Option<&Secret>) -> Request {
        let body = frame::array(events, row::OVERHEAD, |out, event| {
            row::write(out, &event.bytes)
        });
        let mut headers = vec![
            Header::Plain("Content-Type".into(), "application/json".into()),
            Header::Plain(
                "x-ms-client-request-id".into(),
                batch::guid(self.url.as_str(), events),
            ),
        ];
        if let Some(token) = token {
            headers.insert(
                0,
                Header::Secret("Authorization".into(), "Bearer ", token.clone()),
            );
        }
        Request {
            method: "POST",
            url: self.url.as_str().into(),
            shown_url: self.url.to_string(),
            headers,
            body: Body {
                bytes: body.into(),
                gzip: true,
            },
        }
    }

    fn verdict(&self, events: &[Event], response: &Response) -> Verdict {
        let said = serde_json::from_slice(&response.body)
            .ok()
            .map(|said: Said| said.error.code);
        let code = said.or_else(|| response.header("x-ms-error-code").map(str::to_owned));
        let reply = Reply {
            events: events.len(),
            evidence: code
                .clone()
                .filter(|code| response.text().contains(code))
                .map(Cow::Owned),
            vendor: code.map(Cow::Owned),
            fill: self.fill(),
            secrets: vec![&self.it.client_secret],
        };
        SHEET.verdict(response, &reply)
    }

    fn sign_in(&self) -> Option<&dyn SignIn> {
        Some(self)
    }
}
