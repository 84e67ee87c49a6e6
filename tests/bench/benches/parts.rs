//! The parts that every event passes, one by one: `cargo bench -p penstock-bench`, or with the
//! name of one, such as `cargo bench -p penstock-bench -- intake`.
//!
//! Each works on the 1,000 varied events of the fixtures; Criterion compares with the run before.

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use penstock_engine::event::Event;
use penstock_engine::filter::{Filter, FilterCondition, FilterField};
use penstock_engine::json;
use penstock_engine::provider::{self, Destination};
use penstock_engine::redaction::{Key, Redaction, RedactionAction, RedactionRule};
use penstock_engine::secret::{Secret, Secrets};
use penstock_engine::source::{file, http_intake};
use serde_json::{Value, json};
use std::hint::black_box;
use std::path::Path;

const TEXT: &str = include_str!("../../fixtures/events-1000.ndjson");

fn events() -> Vec<Event> {
    let lines = (1..).zip(TEXT.lines());
    lines.map(|(seq, line)| Event::new(seq, line)).collect()
}

/// From bytes to events.
fn reading(criterion: &mut Criterion) {
    let body = Bytes::from_static(TEXT.as_bytes());
    let mut group = criterion.benchmark_group("read 1,000 events");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("intake", |bench| {
        bench.iter(|| http_intake::events(body.clone()).expect("events"));
    });
    let pieces: Vec<&[u8]> = TEXT.as_bytes().chunks(64 << 10).collect();
    group.bench_function("file", |bench| {
        bench.iter(|| file::batch(Path::new("audit.log"), &pieces));
    });
    group.bench_function("members", |bench| {
        bench.iter(|| {
            let all = TEXT.lines().flat_map(|line| json::members(line.as_bytes()));
            all.map(|member| member.value.len()).sum::<usize>()
        });
    });
    group.finish();
}

/// What a stream's rules do.
fn rules(criterion: &mut Criterion) {
    let events = events();
    let condition = |field, value: &str| FilterCondition {
        field,
        exclude: false,
        values: vec![value.to_owned()],
    };
    let filter = Filter {
        conditions: vec![
            condition(FilterField::EventType, "*secret*"),
            condition(FilterField::Ip, "0.0.0.0/0"),
        ],
    };
    let filter = filter.compile().expect("valid conditions");
    let rule = |path: &str, action| RedactionRule {
        path: path.to_owned(),
        action,
    };
    let redaction = Redaction {
        rules: vec![
            rule("ipAddress", RedactionAction::Mask),
            rule("actorMetadata.email", RedactionAction::Hash),
            rule("eventMetadata.*.value", RedactionAction::Remove),
        ],
    };
    let key = Key::new(&Secret::from("0123456789abcdef0123456789abcdef"));
    let redaction = redaction.compile(key).expect("valid rules");
    let mut group = criterion.benchmark_group("rules on 1,000 events");
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("filter", |bench| {
        let passes = |event: &&Event| filter.passes(&event.bytes);
        bench.iter(|| events.iter().filter(passes).count());
    });
    group.bench_function("redaction", |bench| {
        bench.iter(|| {
            for event in &events {
                black_box(redaction.event(event));
            }
        });
    });
    group.finish();
}

/// From events to a request's body, for providers that want each event in a form of its own.
fn requests(criterion: &mut Criterion) {
    let events = events();
    let destinations = [
        destination("custom", json!({"url": "https://a.example/in"}), None),
        destination(
            "splunk",
            json!({"hostname": "splunk.example.com"}),
            Some(("token", "5d0a1b2c-3d4e-4f50-8a6b-7c8d9e0f1a2b")),
        ),
        destination(
            "datadog",
            json!({"site": "datadoghq.eu"}),
            Some(("api_key", "5d0a1b2c3d4e4f508a6b7c8d9e0f1a2b")),
        ),
        destination(
            "better_stack",
            json!({"url": "https://s1234567.eu-nbg-2.betterstackdata.com"}),
            Some(("source_token", "5d0a1b2c3d4e4f508a6b7c8d9e0f1a2b")),
        ),
    ];
    let mut group = criterion.benchmark_group("request of 1,000 events");
    group.throughput(Throughput::Elements(events.len() as u64));
    for (id, destination) in &destinations {
        group.bench_function(*id, |bench| {
            bench.iter(|| destination.request(&events, None));
        });
    }
    group.finish();
}

fn destination(
    id: &'static str,
    details: Value,
    secret: Option<(&str, &str)>,
) -> (&'static str, Box<dyn Destination>) {
    let Value::Object(details) = details else {
        unreachable!("written as an object")
    };
    let secrets: Secrets = secret
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Secret::from(value)))
        .collect();
    let provider = provider::find(id).expect("a provider");
    match provider.connect(&details, &secrets) {
        Ok(connected) => (id, connected.destination),
        Err(errors) => panic!("{id}: {errors:?}"),
    }
}

criterion_group!(parts, reading, rules, requests);
criterion_main!(parts);
