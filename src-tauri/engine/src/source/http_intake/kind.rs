//! The HTTP intake as a kind of source: its form, and how it is started.

use schemars::JsonSchema;
use serde::Deserialize;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, LazyLock};

use super::{KIND, Options, listen, serve};
use crate::clock::Clock;
use crate::form::{Details, FieldError, Form, Guide};
use crate::problem::Problem;
use crate::secret::Secrets;
use crate::source::{About, Configured, Kind, Pending, Running, Setup, SourceTest};

static FORM: LazyLock<Form> = LazyLock::new(|| Form::of::<Settings>(&Guide::default()).local());

const FIRST_PORT: u16 = 8787;

#[derive(Default, Deserialize, JsonSchema)]
struct Settings {
    /// Address and port to listen on. Empty: 127.0.0.1 and the first free port from 8787 on.
    #[schemars(title = "Listen on", example = &"127.0.0.1:8787")]
    listen: Option<String>,
    /// Allow an address that other machines reach.
    #[schemars(title = "Reachable from other machines", extend("x-group" = "advanced"))]
    #[serde(default)]
    beyond_loopback: bool,
}

impl Settings {
    /// Of details as [`Kind::configure`] tidied them.
    fn of(details: &Details) -> Self {
        serde_json::from_value(details.clone().into()).unwrap_or_default()
    }
}

pub struct HttpIntake;

impl Kind for HttpIntake {
    fn id(&self) -> &'static str {
        KIND
    }

    fn about(&self) -> About {
        About {
            id: KIND.into(),
            name: "HTTP intake".into(),
            tagline: "Programs post events to an address of this machine, with a token.".into(),
            fields: FORM.all().cloned().collect(),
            guide: Guide::default(),
        }
    }

    fn configure(
        &self,
        details: &Details,
        secrets: &Secrets,
    ) -> Result<Configured, Vec<FieldError>> {
        let mut entries = FORM.read(details, secrets, &[]);
        if let Some(text) = entries.text("listen") {
            let beyond = entries.switch("beyond_loopback").unwrap_or_default();
            match listen::parse(text, beyond) {
                Ok(address) => entries.set("listen", address.to_string()),
                Err(problem) => entries.wrong("listen", problem.summary),
            }
        }
        let (_, saved) = entries.finish::<Settings>()?;
        Ok(Configured {
            details: saved.details,
            secrets: saved.secrets,
            warnings: saved.warnings,
        })
    }

    fn settle<'a>(
        &'a self,
        mut details: Details,
        own: Option<&'a Details>,
        others: &'a [(String, Details)],
    ) -> Pending<'a, Result<Details, Problem>> {
        Box::pin(async move {
            let settings = Settings::of(&details);
            let text = settings.listen.unwrap_or_else(|| free_address(others));
            let wanted = listen::parse(&text, settings.beyond_loopback)?;
            if let Some((name, _)) = others
                .iter()
                .find(|(_, other)| address(other).as_deref() == Some(&text))
            {
                return Err(Problem::new(
                    "intake-port-taken",
                    format!("The source {name:?} listens on {text} already."),
                )
                .next(format!(
                    "Choose another port, such as {}.",
                    free_address(others)
                ))
                .field("listen"));
            }
            // What it listens on already need not be free.
            let settled = if own.and_then(address).as_deref() == Some(&text) {
                wanted
            } else {
                let bound = listen::bind(wanted).await?;
                bound.local_addr().unwrap_or(wanted)
            };
            details.insert("listen".into(), settled.to_string().into());
            Ok(details)
        })
    }

    fn test(
        &self,
        details: Details,
        _secrets: Secrets,
        _clock: Arc<dyn Clock>,
    ) -> Pending<'_, SourceTest> {
        Box::pin(async move {
            match self.settle(details, None, &[]).await {
                Ok(details) => {
                    let address = address(&details).unwrap_or_default();
                    SourceTest {
                        headline: format!("Penstock can listen on {address}."),
                        facts: vec![("Address".into(), address)],
                        problem: None,
                    }
                }
                Err(problem) => SourceTest {
                    headline: problem.summary.clone(),
                    facts: Vec::new(),
                    problem: Some(problem),
                },
            }
        })
    }

    fn start(&self, setup: Setup) -> Pending<'_, Result<Box<dyn Running>, Problem>> {
        Box::pin(async move {
            let Some(token) = setup.tokens.first() else {
                return Err(Problem::new("token-missing", "This intake has no token.")
                    .next("Rotate its token to make one."));
            };
            let settings = Settings::of(&setup.details);
            let options = Options {
                token_sha256: token.sha256,
                beyond_loopback: settings.beyond_loopback,
                ..Options::new(settings.listen.unwrap_or_default(), &"".into())
            };
            let running = serve::start(options, setup.journal).await?;
            Ok(Box::new(running) as Box<dyn Running>)
        })
    }
}

impl Running for serve::Running {
    fn listen(&self) -> Option<String> {
        Some(self.addr().to_string())
    }

    fn stop(self: Box<Self>) -> Pending<'static, ()> {
        Box::pin((*self).stop())
    }
}

/// The address that settings name.
fn address(details: &Details) -> Option<String> {
    Settings::of(details).listen
}

/// The first address from 127.0.0.1:8787 on that nothing uses. `others` are the settings of the
/// intakes there are.
pub fn free_address(others: &[(String, Details)]) -> String {
    let taken: Vec<String> = others.iter().filter_map(|(_, it)| address(it)).collect();
    (FIRST_PORT..FIRST_PORT + 100)
        .map(|port| SocketAddr::from(([127, 0, 0, 1], port)))
        .find(|address| !taken.contains(&address.to_string()) && TcpListener::bind(address).is_ok())
        .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)))
        .to_string()
}
