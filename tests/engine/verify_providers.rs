//! Every provider proves itself against the practice receiver, over TLS, with nothing but what a
//! person would type.

use penstock_engine::clock::{Clock, SystemClock};
use penstock_engine::http::Client;
use penstock_engine::provider::{self, Connected, Details, Provider};
use penstock_engine::sample;
use penstock_engine::secret::{Secret, Secrets};
use penstock_engine::verify::{Verification, verify};
use penstock_engine::view::VerifyReport;
use penstock_receiver::view::Fault;
use penstock_receiver::{Options, Receiver, Tls};
use serde_json::Value;

use crate::certificates::Authority;

struct Desk {
    receiver: Receiver,
    authority: Authority,
}

impl Desk {
    async fn open() -> Self {
        let authority = Authority::new();
        let certified = authority.server("127.0.0.1");
        let tls = Tls {
            certificate: certified.pem(),
            key: certified.key_pem(),
            client_authorities: None,
        };
        let options = Options {
            tls: Some(tls),
            ..Options::default()
        };
        let receiver = Receiver::start(options).await.expect("a receiver");
        Self {
            receiver,
            authority,
        }
    }

    /// What a person types to reach this receiver; `None` where it does not speak to the provider.
    fn form(&self, provider: &dyn Provider) -> Option<(Details, Secrets)> {
        let about = provider.about();
        let form = self
            .receiver
            .view()
            .protocols
            .into_iter()
            .find(|it| it.provider == about.id)?;
        let mut details = Details::new();
        let mut secrets = Secrets::new();
        for (name, value) in form.values {
            let field = about
                .fields
                .iter()
                .find(|field| field.name == name)
                .expect("a field");
            match field.secret {
                true => drop(secrets.insert(name, Secret::from(value))),
                false => drop(details.insert(name, Value::from(value))),
            }
        }
        details.insert("ca_certificate".into(), Value::from(self.authority.pem()));
        details.insert("timeout_seconds".into(), Value::from("1"));
        Some((details, secrets))
    }
}

async fn prove(provider: &dyn Provider, details: &Details, secrets: &Secrets) -> VerifyReport {
    let about = provider.about();
    let connected = provider.connect(details, secrets);
    let Connected {
        destination,
        details,
        secrets,
        ..
    } = match connected {
        Ok(connected) => connected,
        Err(errors) => panic!("{}: {errors:?}", about.id),
    };
    let client = Client::new(&details, &secrets).expect("usable options");
    let verification = Verification {
        provider_name: &about.name,
        destination: &*destination,
        client: &client,
        sample: sample::entry(SystemClock.now(), None).expect("a sample"),
        clock: &SystemClock,
    };
    let report = verify(verification, &|_| {}).await;
    let everything = serde_json::to_string(&report).expect("a report is JSON");
    for (name, secret) in &secrets {
        // Header rows are JSON; their values are what must not be seen.
        let rows: Vec<Value> = serde_json::from_str(secret.expose()).unwrap_or_default();
        let parts = rows.iter().filter_map(|row| row["value"].as_str());
        for part in parts.chain([secret.expose()]) {
            assert!(
                !everything.contains(part),
                "{} of {} in {everything}",
                name,
                about.id
            );
        }
    }
    report
}

#[tokio::test]
async fn every_provider_that_the_receiver_speaks_to_is_proved_and_the_sample_arrives() {
    let desk = Desk::open().await;
    let mut proved = Vec::new();
    for provider in provider::all() {
        let about = provider.about();
        let Some((details, secrets)) = desk.form(*provider) else {
            continue;
        };
        desk.receiver.clear();
        let report = prove(*provider, &details, &secrets).await;
        assert!(report.accepted, "{}: {report:#?}", about.id);
        let events = desk.receiver.events();
        assert_eq!(events.len(), 1, "{} sends one event", about.id);
        let sample: Value = serde_json::from_str(&report.sample).expect("JSON");
        assert_eq!(sample["id"], events[0].id.as_str(), "{}", about.id);
        proved.push(about.id);
    }
    assert!(
        ["splunk", "datadog", "better_stack", "custom"]
            .iter()
            .all(|id| proved.iter().any(|it| it == id)),
        "{proved:?}"
    );
}

#[tokio::test]
async fn a_failing_proof_names_the_true_cause_for_every_provider() {
    let desk = Desk::open().await;
    let faults = [
        (Fault::Hang, "answer-timeout"),
        (Fault::Garbage, "answer-garbled"),
        (
            Fault::Reset {
                after_taking: false,
                percent: 100,
            },
            "connection-",
        ),
    ];
    for provider in provider::all() {
        let Some((mut details, secrets)) = desk.form(*provider) else {
            continue;
        };
        for (fault, code) in &faults {
            desk.receiver.set_fault(fault.clone());
            let report = prove(*provider, &details, &secrets).await;
            let problem = report.problem.expect("a problem");
            assert!(problem.code.starts_with(code), "{problem:?}");
        }
        desk.receiver.set_fault(Fault::None);
        details.remove("ca_certificate");
        let report = prove(*provider, &details, &secrets).await;
        assert_eq!(
            report.problem.expect("a problem").code,
            "tls-unknown-issuer"
        );
        assert!(
            report
                .certificate
                .is_some_and(|it| it.issuer.contains("Example Test Authority"))
        );
        details.insert("proxy".into(), Value::from("http://127.0.0.1:1"));
        let report = prove(*provider, &details, &secrets).await;
        assert_eq!(report.problem.expect("a problem").code, "proxy-unreachable");
    }
}
