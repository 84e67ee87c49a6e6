//! A provider's answer.

use bytes::Bytes;
use penstock_engine::event::Event;
use penstock_engine::provider::{self, Destination, Fate, Response, Verdict};
use penstock_engine::secret::Secrets;
use serde_json::{Value, json};
use std::sync::LazyLock;

const SECRET: &str = "5d0a1b2c3d4e4f508a6b7c8d9e0f1a2b";
/// One that does not look like an id.
const CLIENT_SECRET: &str = "abc8Q~n0t-a-real-one_but.shaped-like-it12";

/// Every provider with settings it takes.
static DESTINATIONS: LazyLock<Vec<Box<dyn Destination>>> = LazyLock::new(|| {
    let url = "https://collector.example.com/in";
    let all = [
        (
            "azure",
            json!({"cloud": "public", "tenant_id": "8d7a1c11-2b3c-4d5e-8f90-a1b2c3d4e5f6",
            "client_id": "0a1b2c3d-2b3c-4d5e-8f90-a1b2c3d4e5f6",
            "endpoint_url": "https://acme-x1y2.westeurope-1.ingest.monitor.azure.com",
            "dcr_id": "dcr-0123456789abcdef0123456789abcdef", "table_name": "Infisical"}),
            "client_secret",
        ),
        (
            "better_stack",
            json!({"url": "https://s1234567.eu-nbg-2.betterstackdata.com"}),
            "source_token",
        ),
        (
            "cribl",
            json!({"url": "https://default.main.acme.cribl.cloud:10080/crbl/_bulk"}),
            "token",
        ),
        ("custom", json!({"url": url}), ""),
        ("datadog", json!({"site": "datadoghq.eu"}), "api_key"),
        ("splunk", json!({"hostname": "splunk.example.com"}), "token"),
        ("sumo_logic", json!({}), "url"),
    ];
    all.into_iter()
        .map(|(id, details, secret)| {
            let Value::Object(details) = details else {
                unreachable!("written as an object above")
            };
            let value = match id {
                "sumo_logic" => {
                    "https://endpoint4.collection.sumologic.com/receiver/v1/http/ZaVnC4dhaV2"
                }
                "azure" => CLIENT_SECRET,
                _ => SECRET,
            };
            let secrets: Secrets = (!secret.is_empty())
                .then(|| (secret.to_owned(), value.into()))
                .into_iter()
                .collect();
            let provider = provider::find(id).expect("a provider");
            match provider.connect(&details, &secrets) {
                Ok(connected) => connected.destination,
                Err(errors) => panic!("{id}: {errors:?}"),
            }
        })
        .collect()
});

/// Whatever is answered: there is a verdict; it speaks of each event; a hold says what to do. (An
/// echoed secret is taken out by the client, before an answer is judged.)
pub fn provider_answer(data: &[u8]) {
    let [provider, status, events, header, body @ ..] = data else {
        return;
    };
    let destinations = &*DESTINATIONS;
    let destination = &destinations[usize::from(*provider) % destinations.len()];
    let events: Vec<Event> = (1..=u64::from(events % 8) + 1)
        .map(|seq| Event::new(seq, format!("{{\"n\":{seq}}}")))
        .collect();
    let texts = [
        "",
        "0",
        "7",
        "Wed, 21 Oct 2026 07:28:00 GMT",
        "text/html",
        "-1",
        "1e9",
        "\u{fe}",
    ];
    let response = Response {
        status: 200 + 2 * u16::from(*status),
        headers: [
            "retry-after",
            "content-type",
            "x-rate-limit-reset",
            "location",
        ]
        .into_iter()
        .map(|name| (name.into(), texts[usize::from(header % 8)].into()))
        .collect(),
        body: Bytes::copy_from_slice(body),
    };
    let verdict = destination.verdict(&events, &response);
    if let Some(acknowledge) = destination.acknowledge()
        && let Some(receipt) = acknowledge.receipt(&response)
    {
        let _ = acknowledge.acknowledged(&receipt, &response);
    }
    if let Some(sign_in) = destination.sign_in() {
        let _ = sign_in.token(&response);
    }
    let reason = match &verdict {
        Verdict::Accepted => {
            assert!((200..300).contains(&response.status), "{}", response.status);
            return;
        }
        Verdict::Partly { fates, reason } => {
            assert_eq!(fates.len(), events.len());
            for fate in fates {
                if let Fate::SetAside(reason) = fate {
                    assert!(!reason.summary.is_empty());
                }
            }
            reason
        }
        Verdict::Hold { reason } => {
            assert!(!reason.next_steps.is_empty(), "{reason:?}");
            reason
        }
        Verdict::Retry { reason, .. }
        | Verdict::Split { reason }
        | Verdict::SetAside { reason } => reason,
    };
    assert!(!reason.summary.is_empty() && !reason.code.is_empty());
}
