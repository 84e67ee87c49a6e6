//! Redaction and filters over any JSON: what is to be redacted does not leave, the rest does.

use bytes::Bytes;
use penstock_engine::event::Event;
use penstock_engine::filter::{Filter, FilterCondition, FilterField};
use penstock_engine::redaction::{Compiled, Key, Redaction, RedactionAction, RedactionRule};
use penstock_engine::secret::Secret;
use serde_json::Value;
use std::sync::LazyLock;

const PATHS: [&str; 4] = ["a", "actorMetadata.email", "eventMetadata.*", "b.*.c"];

static REMOVES: LazyLock<Compiled> = LazyLock::new(|| compiled(RedactionAction::Remove));
static HASHES: LazyLock<Compiled> = LazyLock::new(|| compiled(RedactionAction::Hash));

fn compiled(action: RedactionAction) -> Compiled {
    let rule = |path: &str| RedactionRule {
        path: path.to_owned(),
        action,
    };
    let redaction = Redaction {
        rules: PATHS.map(rule).into(),
    };
    let compiled = redaction.compile(Key::new(&Secret::from("key")));
    compiled.expect("valid rules")
}

/// Removing is what removing from a parsed tree is; of hashed values only hashes are left.
pub fn redaction(data: &[u8]) {
    let event = Event::new(1, Bytes::copy_from_slice(data));
    let (removed, hashed) = (REMOVES.event(&event), HASHES.event(&event));
    for field in [FilterField::EventType, FilterField::Actor, FilterField::Ip] {
        let _ = passes(field, data);
    }
    // Only objects of valid JSON are journalled.
    let Ok(Value::Object(mut wanted)) = serde_json::from_slice(data) else {
        return;
    };
    let parsed = |event: &Event| -> Value {
        serde_json::from_slice(&event.bytes).expect("what is redacted is JSON still")
    };
    let hashed = parsed(&hashed);
    for path in PATHS {
        let steps: Vec<&str> = path.split('.').collect();
        below(&hashed, &steps, &mut |value| only_hashes(value));
    }
    wanted.remove("a");
    let mut wanted = Value::Object(wanted);
    for path in &PATHS[1..] {
        let steps: Vec<&str> = path.split('.').collect();
        remove(&mut wanted, &steps);
    }
    assert_eq!(parsed(&removed), wanted);
}

fn passes(field: FilterField, event: &[u8]) -> bool {
    let value = if field == FilterField::Ip {
        "::/0"
    } else {
        "*a*"
    };
    let filter = Filter {
        conditions: vec![FilterCondition {
            field,
            exclude: false,
            values: vec![value.to_owned()],
        }],
    };
    filter.compile().expect("a valid filter").passes(event)
}

/// Every value at a path; lists are walked through, and a star is any key or element.
fn below(value: &Value, steps: &[&str], each: &mut impl FnMut(&Value)) {
    let Some((first, rest)) = steps.split_first() else {
        each(value);
        return;
    };
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| *first == "*" || key == first)
            .for_each(|(_, value)| below(value, rest, each)),
        Value::Array(list) => list.iter().for_each(|value| {
            below(value, steps, each);
            if *first == "*" {
                below(value, rest, each);
            }
        }),
        _ => {}
    }
}

fn only_hashes(value: &Value) {
    match value {
        Value::Object(map) => map.values().for_each(only_hashes),
        Value::Array(list) => list.iter().for_each(only_hashes),
        Value::Null => {}
        Value::String(text) => assert!(
            text.is_empty() || (text.starts_with("h:") && text.len() == 34),
            "{text}"
        ),
        other => panic!("{other} is no hash"),
    }
}

fn remove(value: &mut Value, steps: &[&str]) {
    match (value, steps) {
        (Value::Array(list), ["*"]) => list.clear(),
        (Value::Array(list), _) => {
            for value in list {
                remove(value, steps);
                if let ["*", rest @ ..] = steps {
                    remove(value, rest);
                }
            }
        }
        (Value::Object(map), [last]) => map.retain(|key, _| *last != "*" && key != last),
        (Value::Object(map), [first, rest @ ..]) => map
            .iter_mut()
            .filter(|(key, _)| *first == "*" || key == first)
            .for_each(|(_, value)| remove(value, rest)),
        _ => {}
    }
}
