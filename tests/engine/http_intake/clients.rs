//! One client that takes too much, and another that is not to notice. On Linux every address of
//! 127.0.0.0/8 is this machine, so a test can be two clients.

use super::*;
use penstock_engine::source::http_intake::Limits;
use tokio::net::TcpSocket;

/// A connection from another loopback address than the usual one.
async fn from(client: &str, address: SocketAddr) -> Raw {
    let socket = TcpSocket::new_v4().expect("a socket");
    let client = SocketAddr::new(client.parse().expect("an address"), 0);
    socket.bind(client).expect("an address of this machine");
    Raw(socket.connect(address).await.expect("it listens"))
}

fn limited(change: impl FnOnce(&mut Limits)) -> Options {
    let mut options = options();
    change(&mut options.own);
    options
}

const SMALL: &str = "Content-Length: 2\r\n";

#[tokio::test]
async fn a_connection_too_many_is_told_so_and_other_clients_are_not_concerned() {
    let journal = Journal::new();
    let running = start_with(limited(|own| own.connections = 2), &journal).await;
    let address = running.addr();
    let request = Raw::head(address, SMALL) + "{}";
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut raw = from("127.0.0.2", address).await;
        raw.say(&request).await;
        assert!(raw.hear().await.0.starts_with("HTTP/1.1 200"));
        held.push(raw);
    }
    let mut third = from("127.0.0.2", address).await;
    third.say(&request).await;
    let (head, body) = third.hear().await;
    assert!(head.starts_with("HTTP/1.1 429"), "{head}");
    assert!(
        head.to_ascii_lowercase().contains("retry-after: 1"),
        "{head}"
    );
    assert!(body.contains("more connections"), "{body}");
    assert!(third.closed().await);
    assert_eq!(answer(post(&running).body("{}")).await.0, 200);
    // Those that are open go on.
    held[0].say(&request).await;
    assert!(held[0].hear().await.0.starts_with("HTTP/1.1 200"));
    running.stop().await;
}

#[tokio::test]
async fn requests_beyond_the_rate_are_told_when_to_come_again() {
    let journal = Journal::new();
    let running = start_with(limited(|own| own.requests = Some(1)), &journal).await;
    let request = Raw::head(running.addr(), SMALL) + "{}";
    let mut flood = from("127.0.0.2", running.addr()).await;
    let mut taken = 0;
    let (head, body) = loop {
        flood.say(&request).await;
        let (head, body) = flood.hear().await;
        if !head.starts_with("HTTP/1.1 200") {
            break (head, body);
        }
        taken += 1;
    };
    assert!(head.starts_with("HTTP/1.1 429"), "{head}");
    assert!(
        head.to_ascii_lowercase().contains("retry-after: 1"),
        "{head}"
    );
    assert!(body.contains("more requests"), "{body}");
    assert_eq!(journal.events().len(), taken);
    assert_eq!(answer(post(&running).body("{}")).await.0, 200);
    let refused = journal.refused();
    assert!(
        refused.iter().any(|reason| reason.starts_with("429")),
        "{refused:?}"
    );
    running.stop().await;
}

#[tokio::test]
async fn a_client_that_announces_much_and_sends_nothing_leaves_others_their_memory() {
    let journal = Journal::new();
    let running = start(&journal).await;
    let mut held = Vec::new();
    for _ in 0..20 {
        let mut raw = from("127.0.0.2", running.addr()).await;
        raw.say(Raw::head(running.addr(), "Content-Length: 60000000\r\n") + "{")
            .await;
        held.push(raw);
    }
    let event = format!("{{\"text\":\"{}\"}}", "x".repeat(8 << 20));
    for _ in 0..3 {
        assert_eq!(answer(post(&running).body(event.clone())).await.0, 200);
    }
    drop(held);
    running.stop().await;
}

#[tokio::test]
async fn many_connections_too_many_at_once_are_dropped_and_the_intake_goes_on() {
    let journal = Journal::new();
    let running = start_with(limited(|own| own.connections = 1), &journal).await;
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(from("127.0.0.2", running.addr()).await);
    }
    assert_eq!(answer(post(&running).body("{}")).await.0, 200);
    running.stop().await;
}
