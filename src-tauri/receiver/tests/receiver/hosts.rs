//! Real host names, pointed at the receiver.

use penstock_receiver::Options;

use crate::client::{send, start};

#[tokio::test]
async fn a_vendors_host_name_leads_to_its_protocol() {
    let receiver = start(Options::default()).await;
    for (host, provider) in [
        ("http-intake.logs.datadoghq.eu", "datadog"),
        ("x-abcd.westeurope-1.ingest.monitor.azure.com", "azure"),
        ("login.microsoftonline.com", "azure"),
        ("http-inputs-acme.splunkcloud.com:443", "splunk"),
        ("default.main.acme.cribl.cloud:10080", "cribl"),
        ("s123.eu-nbg-2.betterstackdata.com", "better_stack"),
        ("endpoint4.collection.de.sumologic.com", "sumo_logic"),
        ("logs.example.com", "custom"),
    ] {
        send(&receiver, "POST /x", &[("host", host)], "")
            .await
            .expect("an answer");
        assert_eq!(receiver.arrivals_since(0)[0].provider, provider, "{host}");
    }
}

#[tokio::test]
async fn it_stands_in_behind_a_proxy_that_it_is_itself() {
    let receiver = start(Options::default()).await;
    let proxy = reqwest::Proxy::http(receiver.base_url()).expect("an address");
    let client = reqwest::Client::builder()
        .proxy(proxy)
        .tls_certs_only([])
        .build();
    let answer = client
        .expect("the client is built")
        .post("http://http-intake.logs.datadoghq.eu/api/v2/logs")
        .header("dd-api-key", "0123456789abcdef0123456789abcdef")
        .header("content-type", "application/json")
        .body("[{}]")
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), receiver.progress().events),
        (202, 1)
    );
}

#[tokio::test]
async fn the_form_of_each_protocol_names_this_receiver() {
    let receiver = start(Options::default()).await;
    let view = receiver.view();
    let ids: Vec<_> = view
        .protocols
        .iter()
        .map(|protocol| protocol.provider.as_str())
        .collect();
    let all = [
        "splunk",
        "datadog",
        "azure",
        "cribl",
        "better_stack",
        "sumo_logic",
        "custom",
        "practice",
    ];
    assert_eq!(ids, all);
    for protocol in &view.protocols {
        let base = receiver.base_url();
        let here = protocol
            .values
            .iter()
            .filter(|(_, value)| value.starts_with(&base));
        assert_eq!(here.count(), 1, "{}", protocol.provider);
    }
}
