//! How a schedule begins: sources, and streams to receivers of their own.

use super::{Broken, SOURCES, Schedule};
use crate::hosts;
use crate::model::{self, Stream};
use crate::plan::{Plan, STREAMS};
use crate::producer::Intake;
use crate::rules::{Filter, Redaction, Rules};
use crate::sink::{self, Sink};

impl Schedule {
    /// Two intakes, and the streams.
    pub(super) async fn set_up(&mut self, plan: &Plan) -> Result<Vec<Intake>, Broken> {
        let mut intakes = Vec::new();
        let listen = format!("listen={}:0", hosts::of_intakes(self.number));
        for (source, name) in SOURCES.iter().enumerate() {
            let made = self
                .ask(&[
                    "source",
                    "create",
                    "--kind",
                    "http_intake",
                    "--name",
                    name,
                    "--set",
                    &listen,
                ])
                .await?;
            let said = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
            intakes.push(Intake {
                source,
                url: said("url"),
                token: said("token"),
            });
        }
        if plan.reckless {
            self.ask(&["journal", "--keep-free", "0"]).await?;
        }
        for number in 0..STREAMS {
            let kind = plan.kinds[number];
            let source = (number == plan.narrow).then_some(1);
            let name = format!("s{number}");
            let rules = (plan.filters[number], plan.redactions[number]);
            self.tell(format!("{name} is {kind:?} of {source:?}, {rules:?}"));
            let stream = self.make(name, kind, source, rules).await?;
            self.streams.push(stream);
        }
        Ok(intakes)
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
        let secrets = sink::secrets(&about);
        let settings = sink.settings(&name, &self.home.vault, &|field| {
            secrets.iter().any(|secret| secret == field)
        });
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
        })
    }
}
