//! Filters and redaction: events a second on one core, in this process, and a preview's time.

use penstock_engine::clock::SystemClock;
use penstock_engine::engine::{Engine, Options};
use penstock_engine::filter::{Filter, FilterCondition, FilterField};
use penstock_engine::redaction::{Key, Redaction, RedactionAction, RedactionRule};
use penstock_engine::secret::Secret;
use penstock_engine::vault::memory::Memory;
use penstock_engine::view::{EventsAsk, PreviewAsk};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use super::{Figures, thousands};
use crate::agent::Agent;
use crate::{load, process};

const ROUNDS: usize = 1000;

/// As many rules as anybody writes, on the events that are posted elsewhere.
pub async fn rules() -> Figures {
    let body = load::body(0);
    let events: Vec<&[u8]> = body.trim_ascii().split(|byte| *byte == b'\n').collect();
    let (filter, redaction) = (fifty_conditions(), five_paths());
    let compiled = filter.compile().expect("valid conditions");
    let passed = events.iter().filter(|it| compiled.passes(it)).count();
    let key = Key::new(&Secret::from("0123456789abcdef0123456789abcdef"));
    let rules = redaction.compile(key).expect("valid rules");
    let mut figures = vec![
        (
            format!("filter of 50 conditions, {passed} of 1,000 events pass, on one core"),
            rate(&events, |event| compiled.passes(event)),
        ),
        (
            String::from("redaction of 5 paths, two of them hashed, on one core"),
            rate(&events, |event| rules.splice(event)),
        ),
    ];
    figures.extend(newest_events(filter, redaction).await);
    figures
}

/// By processor time, so that other work on the machine does not count.
fn rate<T>(events: &[&[u8]], work: impl Fn(&[u8]) -> T) -> String {
    let started = process::thread_seconds();
    for _ in 0..ROUNDS {
        for event in events {
            black_box(work(black_box(event)));
        }
    }
    let elapsed = process::thread_seconds() - started;
    let rate = (events.len() * ROUNDS) as f64 / elapsed;
    format!("{} events/s", thousands(rate as u64))
}

/// What the window asks of the newest events of a journal: a preview of both, and searches that
/// find nothing.
async fn newest_events(filter: Filter, redaction: Redaction) -> Figures {
    let mut agent = Agent::new();
    let intake = agent.intake();
    agent.run();
    load::post(&intake, 20, 1).await;
    let engine = Engine::open(Options {
        data_dir: agent.folder().to_owned(),
        vault: Arc::new(Memory::default()),
        clock: Arc::new(SystemClock),
    });
    let engine = engine.await.expect("the engine opens beside the agent");
    let ask = PreviewAsk {
        filter,
        redaction,
        limit: 50,
        ..PreviewAsk::default()
    };
    let preview = spread(async || {
        let preview = engine.preview(ask.clone()).await.expect("a preview");
        assert_eq!(preview.looked_at, 10_000);
    });
    let mut figures = vec![(
        String::from("preview over the newest 10,000 events"),
        preview.await,
    )];
    for text in ["no such event", "ÜBERSICHT", "ЖУРНАЛ событий"] {
        let search = spread(async || {
            let ask = EventsAsk {
                search: Some(text.to_owned()),
                limit: 100,
                ..EventsAsk::default()
            };
            let page = engine.events(ask).await.expect("a page");
            assert_eq!((page.rows.len(), page.more), (0, false), "{page:?}");
            assert_eq!((page.looked_back_to, page.last_seq), (1, 20_000));
        });
        figures.push((
            format!("search for \"{text}\" over the newest 20,000 events"),
            search.await,
        ));
    }
    figures
}

/// How long something takes, of twenty times.
async fn spread(mut work: impl AsyncFnMut()) -> String {
    let mut waits = Vec::new();
    for _ in 0..20 {
        let started = Instant::now();
        work().await;
        waits.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    waits.sort_by(f64::total_cmp);
    format!("median {:.0} ms, longest {:.0} ms", waits[10], waits[19])
}

/// Every field is looked at, and no condition settles anything early for most events.
fn fifty_conditions() -> Filter {
    use FilterField as Field;
    let included: &[(Field, &str)] = &[
        (
            Field::EventClass,
            "management data-access authentication authorization",
        ),
        (
            Field::ActorKind,
            "user identity service kmipClient acmeProfile platform",
        ),
        (
            Field::UserAgentKind,
            "web cli k8-operator terraform other InfisicalPythonSDK InfisicalNodeSDK",
        ),
    ];
    let excluded: &[(Field, &str)] = &[
        (
            Field::EventType,
            "login-*-nothing *-rocket launch-* create-moon delete-moon fly-to-moon *moon*base* get-moon",
        ),
        (
            Field::Actor,
            "nobody@example.com *@example.org mallory root bot-* *-deleted",
        ),
        (Field::Project, "no-project *-archive sandbox-* lab"),
        (Field::Environment, "sandbox test-* lab"),
        (Field::SecretPath, "/sandbox/* /tmp /lab/*"),
        (
            Field::Ip,
            "192.0.2.0/24 198.51.100.1-198.51.100.9 2001:db8:dead::/48 100.64.0.0/10 172.16.0.0/12 \
             169.254.0.0/16 fe80::/10 127.0.0.0/8 ::1",
        ),
    ];
    let mut conditions = Vec::new();
    for (exclude, fields) in [(false, included), (true, excluded)] {
        for (field, values) in fields {
            conditions.extend(values.split_whitespace().map(|value| FilterCondition {
                field: *field,
                exclude,
                values: vec![value.to_owned()],
            }));
        }
    }
    assert_eq!(conditions.len(), 50);
    Filter { conditions }
}

fn five_paths() -> Redaction {
    use RedactionAction::{Hash, Mask, Remove};
    let rules = [
        ("actorMetadata.email", Hash),
        ("actorMetadata.username", Hash),
        ("ipAddress", Mask),
        ("userAgent", Remove),
        ("eventMetadata.secretKey", Mask),
    ];
    let rules = rules.map(|(path, action)| RedactionRule {
        path: path.to_owned(),
        action,
    });
    Redaction {
        rules: rules.into(),
    }
}
