//! The port, the view, what is kept, TLS.

use penstock_receiver::{Keep, Options, Tls};
use tokio::net::TcpStream;

use crate::client::{client, send, start};

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn it_listens_on_loopback_and_gives_its_port_back() {
    let first = start(Options::default()).await;
    let address = first.addr();
    assert!(address.ip().is_loopback());
    send(&first, "POST /custom", &[JSON], "{}")
        .await
        .expect("an answer");
    first.stop().await;
    TcpStream::connect(address)
        .await
        .expect_err("the port is closed");

    let again = start(Options {
        bind: address,
        ..Options::default()
    })
    .await;
    assert_eq!(again.addr(), address);
    drop(again);
    let third = start(Options::default()).await;
    send(&third, "POST /custom", &[JSON], "{}")
        .await
        .expect("others go on");
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let first = start(Options::default()).await;
    let options = Options {
        bind: first.addr(),
        ..Options::default()
    };
    let error = penstock_receiver::Receiver::start(options)
        .await
        .err()
        .expect("it is taken");
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn what_came_is_shown_newest_first_and_can_be_forgotten() {
    let receiver = start(Options::default()).await;
    let mut told = receiver.subscribe();
    let event = r#"[{"id":"a","eventType":"create-secret"},{"id":"b","eventType":"login"}]"#;
    send(&receiver, "POST /custom", &[JSON], event)
        .await
        .expect("an answer");
    assert!(told.has_changed().expect("it runs"));
    assert_eq!(told.borrow_and_update().events, 2);
    send(&receiver, "POST /custom?x=1", &[JSON], "nonsense")
        .await
        .expect("an answer");

    let view = receiver.view();
    assert_eq!((view.events, view.requests, view.arrivals.len()), (2, 2, 2));
    let [refused, taken] = &view.arrivals[..] else {
        panic!("two arrivals")
    };
    assert_eq!(
        (refused.id, refused.status, refused.body.as_str()),
        (2, 400, "nonsense")
    );
    assert_eq!((taken.id, taken.events, taken.body.as_str()), (1, 2, event));
    assert_eq!(taken.event_types, ["create-secret", "login"]);
    assert_eq!(taken.answer, r#"{"accepted":2}"#);
    assert_eq!(receiver.arrivals_since(1).len(), 1);

    receiver.clear();
    let view = receiver.view();
    assert_eq!((view.events, view.requests, view.arrivals.len()), (0, 0, 0));
    send(&receiver, "POST /custom", &[JSON], event)
        .await
        .expect("an answer");
    assert_eq!(receiver.arrivals_since(0)[0].id, 3);
}

#[tokio::test]
async fn every_event_is_held_with_how_often_it_came() {
    let receiver = start(Options::default()).await;
    for body in [
        r#"[{"id":"a"},{"id":"b","n":1e400}]"#,
        r#"[{"id":"b","n":1e400}]"#,
    ] {
        send(&receiver, "POST /custom", &[JSON], body)
            .await
            .expect("an answer");
    }
    let progress = receiver.wait_for_events(3).await;
    assert_eq!((progress.events, progress.distinct), (3, 2));
    let short = |event: &penstock_receiver::Taken| {
        (
            event.id.clone(),
            event.times,
            String::from_utf8_lossy(&event.event).into_owned(),
        )
    };
    let expected = [
        ("a".to_owned(), 1, r#"{"id":"a"}"#.to_owned()),
        ("b".to_owned(), 2, r#"{"id":"b","n":1e400}"#.to_owned()),
    ];
    assert_eq!(
        receiver.events().iter().map(short).collect::<Vec<_>>(),
        expected
    );
    assert_eq!(receiver.take_events().len(), 2);
    assert_eq!(
        (receiver.events().len(), receiver.progress().events),
        (0, 0)
    );
}

#[tokio::test]
async fn many_events_are_counted_without_their_bytes() {
    let options = Options {
        keep: Keep::Ids,
        ..Options::default()
    };
    let receiver = start(options).await;
    let batch = |from: usize| {
        let ids =
            (from..from + 1_000).map(|n| format!(r#"{{"id":"00000000-0000-4000-8000-{n:012}"}}"#));
        format!("[{}]", ids.collect::<Vec<_>>().join(","))
    };
    for from in (0..20_000).step_by(500) {
        send(&receiver, "POST /custom", &[JSON], batch(from))
            .await
            .expect("an answer");
    }
    let progress = receiver.progress();
    assert_eq!((progress.events, progress.distinct), (40_000, 20_500));
    let times = receiver
        .events()
        .iter()
        .filter(|event| event.times == 2)
        .count();
    assert_eq!(times, 19_500);
}

#[tokio::test]
async fn requests_are_kept_whole_where_asked() {
    let receiver = start(Options {
        keep_requests: 2,
        ..Options::default()
    })
    .await;
    for body in ["{}", "[]", "x"] {
        send(&receiver, "POST /custom?a=b", &[JSON], body)
            .await
            .expect("an answer");
    }
    let kept = receiver.requests();
    let short: Vec<_> = kept
        .iter()
        .map(|sent| (&sent.body[..], sent.status))
        .collect();
    assert_eq!(short, [(&b"[]"[..], 200), (b"x", 400)]);
    assert_eq!(
        (kept[0].method.as_str(), kept[0].target.as_str()),
        ("POST", "/custom?a=b")
    );
    assert!(
        kept[0]
            .headers
            .contains(&("content-type".into(), "application/json".into()))
    );
}

#[tokio::test]
async fn it_speaks_tls_with_the_certificate_it_is_given() {
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let tls = Tls {
        certificate: own.cert.pem(),
        key: own.signing_key.serialize_pem(),
        client_authorities: None,
    };
    let receiver = start(Options {
        tls: Some(tls),
        ..Options::default()
    })
    .await;
    assert!(receiver.base_url().starts_with("https://127.0.0.1:"));
    let trusting = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([reqwest::Certificate::from_pem(own.cert.pem().as_bytes()).expect("PEM")])
        .build()
        .expect("the client is built");
    let url = format!("{}/practice", receiver.base_url());
    let send = |client: &reqwest::Client| {
        client
            .post(&url)
            .header("content-type", "application/x-ndjson")
            .body("{}")
            .send()
    };
    assert_eq!(send(&trusting).await.expect("an answer").status(), 200);
    send(&client())
        .await
        .expect_err("an unknown certificate is not trusted");

    receiver.set_fault("reset=after".parse().expect("a fault"));
    send(&trusting).await.expect_err("the connection is cut");
    assert_eq!(receiver.progress().events, 2);
}

#[tokio::test]
async fn it_asks_for_a_client_certificate_where_told() {
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let client = rcgen::generate_simple_self_signed(["sender".to_owned()]).expect("a certificate");
    let tls = Tls {
        certificate: own.cert.pem(),
        key: own.signing_key.serialize_pem(),
        client_authorities: Some(client.cert.pem()),
    };
    let receiver = start(Options {
        tls: Some(tls),
        ..Options::default()
    })
    .await;
    let root = reqwest::Certificate::from_pem(own.cert.pem().as_bytes()).expect("PEM");
    let builder = || {
        reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([root.clone()])
    };
    let pem = client.cert.pem() + &client.signing_key.serialize_pem();
    let identity = reqwest::Identity::from_pem(pem.as_bytes()).expect("PEM");
    let known = builder()
        .identity(identity)
        .build()
        .expect("the client is built");
    let unknown = builder().build().expect("the client is built");
    let url = format!("{}/practice", receiver.base_url());
    let send = |client: &reqwest::Client| {
        client
            .post(&url)
            .header("content-type", "application/x-ndjson")
            .body("{}")
            .send()
    };
    assert_eq!(send(&known).await.expect("an answer").status(), 200);
    send(&unknown)
        .await
        .expect_err("a client without a certificate is refused");
    assert_eq!(receiver.progress().events, 1);
}

#[tokio::test]
async fn a_certificate_that_is_none_is_refused_in_words() {
    let tls = Tls {
        certificate: "x".into(),
        key: "y".into(),
        client_authorities: None,
    };
    let options = Options {
        tls: Some(tls),
        ..Options::default()
    };
    let error = penstock_receiver::Receiver::start(options)
        .await
        .err()
        .expect("it is refused");
    assert!(
        error
            .to_string()
            .starts_with("The receiver's certificate or key cannot be used")
    );
}
