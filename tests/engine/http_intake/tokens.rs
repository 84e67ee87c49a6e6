//! Rotation of an intake's token while senders send.

use super::*;
use crate::world::World;
use penstock_engine::view::SourceCreated;

#[tokio::test]
async fn the_old_token_ends_at_its_time_and_the_new_one_goes_on() {
    let (journal, hands) = (Journal::new(), Arc::new(Hands::default()));
    let mut given = options();
    given.tokens = vec![digest("pst_new", None), digest(TOKEN, Some(1_000))];
    let running = http_intake::start(given, Arc::new(Appending(journal)), hands.clone())
        .await
        .expect("a free port");
    let status = async |token: &str| {
        let request = client().post(running.url()).bearer_auth(token).body("{}");
        answer(request).await.0
    };
    assert_eq!((status(TOKEN).await, status("pst_new").await), (200, 200));
    hands.0.store(1_000, Ordering::SeqCst);
    assert_eq!((status(TOKEN).await, status("pst_new").await), (401, 200));
    running.stop().await;
}

/// One event on an open connection; the answer's status line.
async fn send(raw: &mut Raw, address: SocketAddr, token: &str) -> String {
    raw.say(format!(
        "POST /v1/events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Length: 2\r\n\r\n{{}}"
    ))
    .await;
    let (head, _) = raw.hear().await;
    head.lines().next().unwrap_or_default().to_owned()
}

fn address(source: &SourceCreated) -> SocketAddr {
    let listen = source.listen.as_deref().expect("it listens");
    listen.parse().expect("an address")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_refused_while_a_token_is_rotated_with_an_overlap() {
    let world = World::start().await;
    let source = world.intake("Intake").await;
    let (at, old) = (address(&source), source.token.clone().expect("a token"));
    // Over one connection all the time: the intake is not started anew.
    let mut raw = Raw::open(at).await;
    assert!(send(&mut raw, at, &old).await.contains("200"));
    let new = world
        .engine
        .rotate_token("Intake", 3_600_000)
        .await
        .expect("rotated");
    for token in [old.as_str(), new.expose()] {
        assert!(send(&mut raw, at, token).await.contains("200"));
    }
    let view = world.engine.source("Intake").await.expect("it is there");
    assert!(view.old_token_until.is_some());
    // The next rotation ends the overlap of the one before; without overlap both end.
    let newest = world
        .engine
        .rotate_token("Intake", 0)
        .await
        .expect("rotated");
    for (token, status) in [
        (old.as_str(), "401"),
        (new.expose(), "401"),
        (newest.expose(), "200"),
    ] {
        assert!(send(&mut raw, at, token).await.contains(status), "{status}");
    }
    let view = world.engine.source("Intake").await.expect("it is there");
    assert_eq!(view.old_token_until, None);
    let problem = world
        .engine
        .rotate_token("Intake", i64::MAX)
        .await
        .expect_err("too long");
    assert_eq!(problem.code, "overlap-too-long");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_intakes_have_their_own_tokens() {
    let world = World::start().await;
    let (one, other) = (world.intake("One").await, world.intake("Other").await);
    let token = |source: &SourceCreated| source.token.clone().expect("a token");
    for (source, token, status) in [
        (&one, token(&one), "200"),
        (&one, token(&other), "401"),
        (&other, token(&other), "200"),
    ] {
        let mut raw = Raw::open(address(source)).await;
        assert!(
            send(&mut raw, address(source), &token)
                .await
                .contains(status)
        );
    }
}
