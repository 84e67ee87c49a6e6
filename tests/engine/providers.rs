//! Every provider against the practice receiver, which judges as strictly as the real one: the
//! bytes on the wire are right, and an answer leads to what it should.

use penstock_engine::provider::{self, About};
use penstock_engine::view::{Status, StreamView};
use penstock_receiver::view::{Fault, Protocol};
use serde_json::{Map, Value};

use crate::world::{World, lines, post};

const FIXTURE: &str = include_str!("../fixtures/events-1000.ndjson");

/// What to type into a provider's form, secrets apart.
fn form(protocol: &Protocol) -> (Value, Value) {
    let about = about(&protocol.provider);
    let mut details = Map::new();
    let mut secrets = Map::new();
    for (name, value) in &protocol.values {
        let secret = about
            .fields
            .iter()
            .any(|field| &field.name == name && field.secret);
        let place = if secret { &mut secrets } else { &mut details };
        place.insert(name.clone(), value.clone().into());
    }
    (details.into(), secrets.into())
}

fn about(id: &str) -> About {
    provider::about(id).expect("the provider exists").clone()
}

async fn stream(world: &World, protocol: &Protocol) -> StreamView {
    let (details, secrets) = form(protocol);
    world
        .stream_of(&protocol.provider, &protocol.name, details, secrets)
        .await
}

/// Runs `test` against a world of its own for each protocol of the receiver.
async fn for_each(test: impl AsyncFn(&World, &Protocol)) {
    let count = World::start().await.receiver.view().protocols.len();
    assert!(count >= 8, "{count}");
    for at in 0..count {
        let world = World::start().await;
        let protocol = world.receiver.view().protocols[at].clone();
        test(&world, &protocol).await;
        world.engine.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_events_arrive_once_at_every_provider() {
    for_each(async |world, protocol| {
        let source = world.intake("Intake").await;
        stream(world, protocol).await;
        let answer = post(&source, FIXTURE).await;
        assert_eq!(
            answer.text().await.expect("an answer"),
            r#"{"accepted":1000}"#
        );
        let status = world
            .until(|status| {
                status.streams[0].waiting == 0 || status.streams[0].status == Status::Failing
            })
            .await;
        let stream = &status.streams[0];
        let about = format!("{}: {:?}", protocol.provider, stream.last_problem);
        assert_eq!((stream.delivered, stream.set_aside), (1000, 0), "{about}");
        let taken = world.taken();
        assert_eq!(taken.len(), 1000, "{about}");
        assert!(taken.iter().all(|event| event.times == 1), "{about}");
        for arrival in world.receiver.view().arrivals {
            assert_eq!(arrival.refusal, None, "{about}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_events_that_no_provider_takes_are_set_aside_with_its_reason() {
    for_each(async |world, protocol| {
        let source = world.intake("Intake").await;
        stream(world, protocol).await;
        world.receiver.set_fault(Fault::Partial {
            marker: String::from("poison"),
        });
        let mut body = lines("e", 1000);
        for n in [0, 499, 999] {
            body = body.replace(&format!("\"e-{n}\""), &format!("\"poison-{n}\""));
        }
        post(&source, body).await;
        let status = world.drained().await;
        let stream = &status.streams[0];
        let about = format!("{}: {:?}", protocol.provider, stream.last_problem);
        assert_eq!((stream.delivered, stream.set_aside), (997, 3), "{about}");
        let taken = world.taken();
        assert_eq!(taken.len(), 997, "{about}");
        assert!(taken.iter().all(|event| event.times == 1), "{about}");
        let kept = world
            .engine
            .set_aside(&stream.id, None, 10)
            .await
            .expect("they are listed");
        for event in kept {
            assert!(event.event.contains("poison"), "{about}: {event:?}");
            assert!(event.reason.cause.is_some(), "{about}: {event:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_100_kb_is_met_at_every_provider_and_nothing_arrives_twice() {
    for_each(async |world, protocol| {
        let source = world.intake("Intake").await;
        stream(world, protocol).await;
        world.receiver.set_fault(Fault::Limit { bytes: 100_000 });
        post(&source, FIXTURE).await;
        let status = world.drained().await;
        let stream = &status.streams[0];
        let about = format!("{}: {:?}", protocol.provider, stream.last_problem);
        assert_eq!((stream.delivered, stream.set_aside), (1000, 0), "{about}");
        assert!(
            world.taken().iter().all(|event| event.times == 1),
            "{about}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_is_refused_holds_the_stream_and_names_its_field() {
    for_each(async |world, protocol| {
        let (details, mut secrets) = form(protocol);
        let wrong = [
            ("token", "11111111-2222-3333-4444-555555555555"),
            ("api_key", "ffffffffffffffffffffffffffffffff"),
            ("client_secret", "abc8Q~notTheRightOne_0123456789abcdefghij"),
            ("source_token", "notTheRightOne"),
        ];
        let Some((field, value)) = wrong
            .into_iter()
            .find(|(field, _)| secrets.get(field).is_some())
        else {
            return;
        };
        secrets[field] = value.into();
        let source = world.intake("Intake").await;
        world
            .stream_of(&protocol.provider, "Wrong", details, secrets)
            .await;
        post(&source, lines("e", 10)).await;
        let status = world
            .until(|status| status.streams[0].status == Status::Failing)
            .await;
        let stream = &status.streams[0];
        let problem = stream.last_problem.clone().expect("a problem");
        assert_eq!(problem.field.as_deref(), Some(field), "{problem:?}");
        assert!(
            problem.guide_step.is_some() && !problem.next_steps.is_empty(),
            "{problem:?}"
        );
        assert!(!format!("{stream:?}").contains(value), "{stream:?}");
        assert_eq!((stream.delivered, stream.waiting), (0, 10));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn azure_signs_in_once_for_many_batches_and_again_once_signed_out() {
    let world = World::start().await;
    let protocols = world.receiver.view().protocols;
    let azure = protocols
        .iter()
        .find(|it| it.provider == "azure")
        .expect("azure");
    let source = world.intake("Intake").await;
    stream(&world, azure).await;
    let sign_ins = || {
        let arrivals = world.receiver.arrivals_since(0);
        arrivals
            .iter()
            .filter(|it| it.path.ends_with("/oauth2/v2.0/token"))
            .count()
    };
    for round in 0..20 {
        post(&source, lines(&format!("r{round}"), 5)).await;
        world
            .until(|status| status.streams[0].delivered == (round + 1) * 5)
            .await;
    }
    assert_eq!(sign_ins(), 1);
    world.receiver.sign_everyone_out();
    post(&source, lines("late", 5)).await;
    let status = world
        .until(|status| status.streams[0].delivered == 105)
        .await;
    assert_eq!(status.streams[0].set_aside, 0);
    assert_eq!(sign_ins(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_that_the_receiver_fills_in_is_one_of_the_form() {
    for protocol in World::start().await.receiver.view().protocols {
        let about = about(&protocol.provider);
        for (name, _) in &protocol.values {
            assert!(
                about.fields.iter().any(|field| &field.name == name),
                "{}.{name}",
                about.id
            );
        }
        let missing: Vec<_> = about
            .fields
            .iter()
            .filter(|field| field.required && field.default.is_none())
            .filter(|field| !protocol.values.iter().any(|(name, _)| name == &field.name))
            .map(|field| field.name.as_str())
            .collect();
        assert!(missing.is_empty(), "{}: {missing:?}", about.id);
    }
}
