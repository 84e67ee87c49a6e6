//! How a schedule begins: sources, and streams to receivers of their own.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Broken, Schedule};
use crate::hosts;
use crate::infisical::{self, Infisical};
use crate::log::{self, Log};
use crate::model::{self, Stream};
use crate::plan::{INFISICAL, LOG, Plan, SOURCES, STREAMS};
use crate::producer::{self, Intake};
use crate::rules::{Filter, Redaction, Rules};
use crate::sink::{self, Sink};

const PRODUCERS: usize = 3;

impl Schedule {
    /// The sources, and the streams; where to post to.
    pub(super) async fn set_up(&mut self, plan: &Plan) -> Result<Vec<Intake>, Broken> {
        let mut intakes = Vec::new();
        let listen = format!("listen={}:0", hosts::of_intakes(self.number));
        for source in [0, 1] {
            let made = self
                .make_source(
                    source,
                    "http_intake",
                    std::slice::from_ref(&listen),
                    BTreeMap::new(),
                )
                .await?;
            let said = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
            intakes.push(Intake {
                source,
                url: said("url"),
                token: said("token"),
            });
        }
        if plan.log {
            let folder = PathBuf::from(self.home.paper_named("log"));
            std::fs::create_dir(&folder).expect("a folder is made");
            let path = folder.join("audit.json");
            let setting = format!("path={}", path.display());
            self.make_source(LOG, "file", &[setting], BTreeMap::new())
                .await?;
            self.log = Some(Arc::new(Log::new(path)));
        }
        if plan.infisical {
            let infisical = Infisical::start(plan.seed, INFISICAL, &self.offers).await;
            let secrets = BTreeMap::from([("client_secret".into(), infisical.secret())]);
            self.make_source(INFISICAL, "infisical", &infisical.settings(), secrets)
                .await?;
            self.infisical = Some(Arc::new(infisical));
        }
        if plan.reckless {
            self.ask(&["journal", "--keep-free", "0"]).await?;
        }
        for number in 0..STREAMS {
            let kind = plan.kinds[number];
            let source = (number == plan.narrow.0).then_some(plan.narrow.1);
            let name = format!("s{number}");
            let rules = (plan.filters[number], plan.redactions[number]);
            self.tell(format!("{name} is {kind:?} of {source:?}, {rules:?}"));
            let stream = self.make(name, kind, source, rules).await?;
            self.streams.push(stream);
        }
        Ok(intakes)
    }

    async fn make_source(
        &self,
        source: usize,
        kind: &str,
        settings: &[String],
        secrets: BTreeMap<String, String>,
    ) -> Result<Value, Broken> {
        let name = SOURCES[source];
        let mut arguments = vec!["source", "create", "--kind", kind, "--name", name];
        for setting in settings {
            arguments.extend(["--set", setting]);
        }
        let typed = self.typed(name, &secrets);
        if let Some(paper) = &typed {
            arguments.extend(["--secrets", paper]);
        }
        self.ask(&arguments).await
    }

    /// Keeps secrets, and writes down those that have to be typed in.
    fn typed(&self, owner: &str, secrets: &BTreeMap<String, String>) -> Option<String> {
        let typed = self.home.vault.keep(owner, secrets)?;
        Some(self.home.paper("secrets", &json!(typed)))
    }

    /// Everybody who has events begins.
    pub(super) fn produce(
        &self,
        seed: u64,
        intakes: &[Intake],
        stopped: &watch::Receiver<bool>,
        producers: &mut JoinSet<()>,
    ) {
        for number in 0..PRODUCERS {
            let intake = intakes[number % intakes.len()].clone();
            let seed = seed.wrapping_mul(31).wrapping_add(number as u64);
            let (offers, stop) = (Arc::clone(&self.offers), stopped.clone());
            producers.spawn(producer::produce(number, seed, intake, offers, stop));
        }
        if let Some(log) = &self.log {
            let (log, offers) = (Arc::clone(log), Arc::clone(&self.offers));
            producers.spawn(log::write(log, seed, LOG, offers, stopped.clone()));
        }
        if let Some(infisical) = &self.infisical {
            let (infisical, offers) = (Arc::clone(infisical), Arc::clone(&self.offers));
            let stop = stopped.clone();
            producers.spawn(infisical::grow(infisical, INFISICAL, offers, stop));
        }
    }

    /// Makes a stream that begins with the oldest event there is.
    pub(super) async fn make(
        &mut self,
        name: String,
        kind: sink::Kind,
        source: Option<usize>,
        (filter, redaction): (Filter, Option<Redaction>),
    ) -> Result<Stream, Broken> {
        let host = hosts::of_receivers(self.number);
        let sink = Sink::start(kind, self.seed, host, redaction.is_some()).await;
        let about = self.ask(&["provider", "show", kind.provider()]).await?;
        let (settings, secrets) = sink.settings(&sink::secrets(&about));
        let typed = self.typed(&name, &secrets);
        // Only a vault that the agent cannot write to needs it.
        let key = BTreeMap::from([("redaction_key".into(), "of a schedule".into())]);
        self.home.vault.keep(&name, &key);
        let mut arguments = vec![
            "stream",
            "create",
            "--provider",
            kind.provider(),
            "--name",
            &name,
            "--no-verify",
            "--from",
            "begin",
        ];
        for setting in &settings {
            arguments.extend(["--set", setting]);
        }
        if let Some(paper) = &typed {
            arguments.extend(["--secrets", paper]);
        }
        let filter_paper = self.home.paper("filter", &filter.json());
        arguments.extend(["--filter", &filter_paper]);
        let redaction_paper = redaction.map(|it| self.home.paper("redaction", &it.json()));
        if let Some(paper) = &redaction_paper {
            arguments.extend(["--redact", paper]);
        }
        if let Some(source) = source {
            arguments.extend(["--source", SOURCES[source]]);
        }
        self.ask(&arguments).await?;
        // What every other stream had passed may have been pruned before it was made.
        let owes_from = if self.may_prune {
            self.offers.count()
        } else {
            0
        };
        Ok(Stream {
            name,
            sink,
            source,
            rules: Rules::new(filter, redaction),
            owes_from,
            account: model::Account::default(),
            replayed: 0,
            at_risk: 0,
            ends: 0,
            largest: 0,
        })
    }
}
