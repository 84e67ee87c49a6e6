//! Why a sample was refused, where the answer leaves it open.

use penstock_receiver::protocol::datadog::Settings;
use penstock_receiver::view::Fault;
use penstock_receiver::{Options, Receiver, Tls};
use serde_json::json;
use std::net::SocketAddr;

use crate::certificates::Authority;
use crate::loopback::Tunnel;
use crate::proofs::prove;
use crate::world::{World, draft};

/// The hosts at which Datadog's sites take logs and tell about keys.
const DATADOG: [&str; 10] = [
    "http-intake.logs.datadoghq.com",
    "http-intake.logs.datadoghq.eu",
    "api.datadoghq.com",
    "api.datadoghq.eu",
    "api.us3.datadoghq.com",
    "api.us5.datadoghq.com",
    "api.ap1.datadoghq.com",
    "api.ap2.datadoghq.com",
    "api.ddog-gov.com",
    "api.us2.ddog-gov.com",
];

/// All of Datadog behind a proxy, with a key of the European site.
async fn datadog(authority: &Authority) -> (Receiver, Tunnel) {
    let certified = authority.issue("datadoghq.com", |params| {
        let names = DATADOG
            .map(|name| rcgen::SanType::DnsName(name.to_owned().try_into().expect("a host name")));
        params.subject_alt_names.extend(names);
    });
    let mut options = Options {
        tls: Some(Tls {
            certificate: certified.pem(),
            key: certified.key_pem(),
            client_authorities: None,
        }),
        ..Options::default()
    };
    options.datadog.site = Some("datadoghq.eu".into());
    let receiver = Receiver::start(options).await.expect("a receiver");
    let base = receiver.base_url();
    let address = base.trim_start_matches("https://").parse::<SocketAddr>();
    let tunnel = Tunnel::socks(address.expect("an address"), false).await;
    (receiver, tunnel)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_datadog_key_at_the_wrong_site_is_told_from_a_wrong_key() {
    let authority = Authority::new();
    let (receiver, tunnel) = datadog(&authority).await;
    let world = World::start().await;
    let key = Settings::default().api_key;
    let unknown = "f".repeat(32);
    for (site, key, wanted) in [
        ("datadoghq.com", &key, Err("datadog-key-of-another-site")),
        ("datadoghq.com", &unknown, Err("datadog-key-unknown")),
        ("datadoghq.eu", &key, Ok(())),
    ] {
        receiver.clear();
        let details = json!({
            "site": site,
            "proxy": tunnel.url().replace("http://", "socks5h://"),
            "ca_certificate": authority.pem(),
        });
        let report = prove(
            &world,
            &draft("datadog", "D", details, json!({ "api_key": key })),
        )
        .await;
        match wanted {
            Ok(()) => assert!(report.accepted, "{report:#?}"),
            Err(code) => {
                let problem = report.problem.as_ref().expect("a problem");
                assert_eq!(problem.code, code, "{report:#?}");
                assert!(receiver.events().is_empty(), "asking leaves nothing behind");
            }
        }
        let shown = serde_json::to_string(&report).expect("JSON");
        assert!(!shown.contains(key.as_str()), "{shown}");
        if wanted == Err("datadog-key-of-another-site") {
            assert!(shown.contains("valid, but at datadoghq.eu"), "{shown}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_datadog_key_that_is_valid_is_not_blamed_for_a_refusal() {
    let world = World::start().await;
    world.receiver.set_fault(Fault::Status {
        status: 403,
        percent: 100,
        retry_after: None,
    });
    let key = Settings::default().api_key;
    let details = json!({ "site": world.receiver.base_url() });
    let report = prove(
        &world,
        &draft("datadog", "D", details, json!({ "api_key": key })),
    )
    .await;
    let problem = report.problem.expect("a problem");
    assert_eq!(problem.code, "datadog-key-valid-but-refused");
}
