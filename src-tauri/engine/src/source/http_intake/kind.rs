//! The HTTP intake as a kind of source: its form, and how it is started.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, LazyLock};

use super::settings::{self, Settings};
use super::{KIND, listen, serve, tls};
use crate::certificate::CertificateView;
use crate::clock::{Clock, parse_rfc3339};
use crate::form::{Details, FieldError, Form, Guide, Saved};
use crate::problem::Problem;
use crate::secret::Secrets;
use crate::source::{About, Kind, Pending, Running, Setup, SourceTest, TokenDigest};

static FORM: LazyLock<Form> = LazyLock::new(|| Form::of::<Settings>(&Guide::default()).local());

const FIRST_PORT: u16 = 8787;

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

    fn configure(&self, details: &Details, secrets: &Secrets) -> Result<Saved, Vec<FieldError>> {
        let mut entries = FORM.read(details, secrets, &[]);
        settings::tidy(&mut entries);
        let (_, saved) = entries.finish::<Settings>()?;
        Ok(saved)
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
        secrets: Secrets,
        clock: Arc<dyn Clock>,
    ) -> Pending<'_, SourceTest> {
        Box::pin(async move {
            let mut facts = Vec::new();
            let tried = self.try_out(details, &secrets, &*clock, &mut facts).await;
            let (headline, problem) = match tried {
                Ok(headline) => (headline, None),
                Err(problem) => (problem.summary.clone(), Some(problem)),
            };
            SourceTest {
                headline,
                facts,
                problem,
                warning: None,
            }
        })
    }

    fn start(&self, setup: Setup) -> Pending<'_, Result<Box<dyn Running>, Problem>> {
        Box::pin(async move {
            if setup.tokens.is_empty() {
                return Err(Problem::new("token-missing", "This intake has no token.")
                    .next("Rotate its token to make one."));
            }
            let mut options = Settings::with(&setup.details, &setup.secrets).options()?;
            options.tokens = setup.tokens;
            let running = serve::start(options, setup.journal, setup.clock).await?;
            Ok(Box::new(running) as Box<dyn Running>)
        })
    }
}

impl HttpIntake {
    async fn try_out(
        &self,
        details: Details,
        secrets: &Secrets,
        clock: &dyn Clock,
        facts: &mut Vec<(String, String)>,
    ) -> Result<String, Problem> {
        Settings::with(&details, secrets).options()?;
        if let Some(view) = certificate(&details) {
            facts.push(("Certificate".into(), view.subject));
            facts.push(("SHA-256 fingerprint".into(), view.sha256));
            facts.push(("Valid until".into(), view.not_after.clone()));
            if parse_rfc3339(&view.not_after).is_some_and(|until| until < clock.now()) {
                return Err(Problem::new(
                    "intake-certificate-expired",
                    format!(
                        "The intake's certificate ended on {}.",
                        &view.not_after[..10]
                    ),
                )
                .next("Paste its successor, with its key.")
                .short("Certificate expired")
                .field("certificate"));
            }
        }
        let details = self.settle(details, None, &[]).await?;
        let address = address(&details).unwrap_or_default();
        facts.push(("Address".into(), address.clone()));
        Ok(format!("Penstock can listen on {address}."))
    }
}

impl Running for serve::Running {
    fn listen(&self) -> Option<String> {
        Some(self.addr().to_string())
    }

    fn replace_tokens(&self, tokens: Vec<TokenDigest>) -> bool {
        serve::Running::replace_tokens(self, tokens);
        true
    }

    fn stop(self: Box<Self>) -> Pending<'static, ()> {
        Box::pin((*self).stop())
    }
}

/// The address that senders post to, by an intake's settings.
pub fn url(details: &Details) -> Option<String> {
    Settings::of(details).url()
}

/// The certificate that an intake shows, where it speaks TLS.
pub fn certificate(details: &Details) -> Option<CertificateView> {
    tls::view(Settings::of(details).certificate.as_deref()?)
}

/// What a sender may pin where nobody vouches for that certificate.
pub fn pin(details: &Details) -> Option<String> {
    tls::pin(Settings::of(details).certificate.as_deref()?)
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
