use serde_json::{Value, json};

use super::RedactionAction::{Hash, Mask, Remove};
use super::*;
use crate::event::Event;
use crate::secret::Secret;

fn key() -> Key {
    Key::new(&Secret::from("key"))
}

fn redaction(rules: &[(&str, RedactionAction)]) -> Redaction {
    let rule = |(path, action): &(&str, RedactionAction)| RedactionRule {
        path: (*path).into(),
        action: *action,
    };
    Redaction {
        rules: rules.iter().map(rule).collect(),
    }
}

fn redact(rules: &[(&str, RedactionAction)], text: &str) -> String {
    let compiled = redaction(rules).compile(key()).expect("valid");
    let event = compiled.event(&Event::new(1, text.to_owned()));
    String::from_utf8(event.bytes.to_vec()).expect("text")
}

#[test]
fn only_redacted_values_change_and_every_other_byte_stays() {
    let odd =
        r#" {"n" : 123456789012345678901234567890 ,"a":1e400, "e":"a@b.c" ,"t":"\u0000 é 🔐"} "#;
    assert_eq!(
        redact(&[("e", Mask)], odd),
        odd.replace("a@b.c", "a***@b.c")
    );
    assert_eq!(redact(&[("x", Mask), ("e.f", Remove)], odd), odd);
    assert_eq!(redact(&[], odd), odd);
}

#[test]
fn a_removed_member_takes_one_comma_with_it() {
    for (paths, before, after) in [
        (&["a"][..], r#"{"a":1,"b":2,"c":3}"#, r#"{"b":2,"c":3}"#),
        (&["b"], r#"{"a":1,"b":2,"c":3}"#, r#"{"a":1,"c":3}"#),
        (&["c"], r#"{"a":1,"b":2,"c":3}"#, r#"{"a":1,"b":2}"#),
        (&["a", "b"], r#"{"a":1,"b":2,"c":3}"#, r#"{"c":3}"#),
        (&["b", "c"], r#"{"a":1,"b":2,"c":3}"#, r#"{"a":1}"#),
        (&["a", "c"], r#"{"a":1,"b":2,"c":3}"#, r#"{"b":2}"#),
        (&["a", "b", "c"], r#"{"a":1,"b":2,"c":3}"#, "{}"),
        (&["a"], r#"{ "a" : {"x":[1]} , "b" : 2 }"#, r#"{ "b" : 2 }"#),
        (&["b"], r#"{ "a" : 1 , "b" : 2 }"#, r#"{ "a" : 1 }"#),
        (&["a"], r#"{ "a" : 1 }"#, "{  }"),
        (&["l.*"], r#"{"l":[1,"x",{"y":2}]}"#, r#"{"l":[]}"#),
        (
            &["l.*.y"],
            r#"{"l":[1,"x",{"y":2,"z":3}]}"#,
            r#"{"l":[1,"x",{"z":3}]}"#,
        ),
        (
            &["a.b", "c"],
            r#"{"a":{"b":1},"c":2,"d":3}"#,
            r#"{"a":{},"d":3}"#,
        ),
    ] {
        let rules: Vec<_> = paths.iter().map(|path| (*path, Remove)).collect();
        assert_eq!(redact(&rules, before), after, "{paths:?} of {before}");
    }
}

#[test]
fn every_duplicate_and_every_way_of_writing_a_key_is_redacted() {
    let text = r#"{"a":"one","\u0061":"two","a":"three","b":{"\u0061":"four"}}"#;
    assert_eq!(redact(&[("a", Remove)], text), r#"{"b":{"\u0061":"four"}}"#);
    assert_eq!(
        redact(&[("a", Mask), ("b.a", Mask)], text),
        r#"{"a":"o***","\u0061":"t***","a":"t***","b":{"\u0061":"f***"}}"#
    );
    assert_eq!(
        redact(&[(r"x\.y", Remove)], r#"{"x":{"y":1},"x.y":2}"#),
        r#"{"x":{"y":1}}"#
    );
}

#[test]
fn a_value_is_hashed_by_its_meaning_not_by_how_it_is_written() {
    let hash = key().hash("é@b.c");
    assert_eq!(
        redact(
            &[("a", Hash), ("b", Hash)],
            r#"{"a":"é@b.c","b":"\u00e9\u0040b.c"}"#
        ),
        format!(r#"{{"a":"{hash}","b":"{hash}"}}"#)
    );
}

#[test]
fn stars_and_lists_reach_what_they_stand_for() {
    let text = r#"{"m":{"x":{"value":"one","k":"kept"},"y":[{"value":"two"},[{"value":"three"}]],"z":"kept"},"value":"kept"}"#;
    assert_eq!(
        redact(&[("m.*.value", Mask)], text),
        text.replace("one", "o***")
            .replace("two", "t***")
            .replace("three", "t***")
    );
    let list = r#"{"l":[{"value":"one"},{"value":"two"}]}"#;
    let wanted = list.replace("one", "o***").replace("two", "t***");
    assert_eq!(redact(&[("l.*.value", Mask)], list), wanted);
    assert_eq!(redact(&[("l.value", Mask)], list), wanted);
    assert_eq!(
        redact(&[("m.*", Remove), ("m.z", Mask)], text),
        r#"{"m":{},"value":"kept"}"#,
        "of two rules for one value the stronger holds"
    );
}

#[test]
fn an_object_or_list_is_masked_or_hashed_value_by_value() {
    let text =
        r#"{"a":{"mail":"a@b.c","ip":["203.0.113.7",null,""],"n":5,"t":true,"deep":{"x":"y"}}}"#;
    assert_eq!(
        redact(&[("a", Mask), ("a.deep", Remove)], text),
        r#"{"a":{"mail":"a***@b.c","ip":["203.0.113.0/24",null,""],"n":"***","t":"***"}}"#
    );
    assert_eq!(
        redact(&[("a.n", Hash)], text),
        text.replace(":5", &format!(":\"{}\"", key().hash("5")))
    );
}

#[test]
fn what_cannot_be_read_as_text_does_not_leave_either() {
    let text = r#"{"a":"\ud800secret","b":1}"#;
    assert_eq!(redact(&[("a", Mask)], text), r#"{"a":"***","b":1}"#);
    assert!(!redact(&[("a", Hash)], text).contains("secret"));
    let deep = format!("{{\"a\":{}\"secret\"{}}}", "[".repeat(500), "]".repeat(500));
    assert!(!redact(&[("a.*.b", Mask), ("a", Hash)], &deep).contains("secret"));
    for odd in [
        "",
        "7",
        "[",
        "{\"a\":",
        "{\"a\":\"secret",
        "[{\"a\":\"secret\"}]",
    ] {
        let _ = redact(&[("a", Remove)], odd);
    }
}

#[test]
fn a_wrong_rule_is_named() {
    let errors = redaction(&[("a", Mask), ("b..c", Mask), ("a ", Hash)])
        .compile(key())
        .expect_err("wrong");
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["redaction.1", "redaction.2"]);
    let many = vec![("a", Mask); 51];
    assert!(redaction(&many).compile(key()).is_err());
}

#[test]
fn a_redaction_of_a_newer_version_is_not_read_as_something_less() {
    for text in [
        r#"{"rules":[{"path":"a","action":"encrypt"}]}"#,
        r#"{"rules":[{"path":"a","action":"mask","keep":2}]}"#,
        r#"{"rules":[],"salt":"x"}"#,
    ] {
        assert!(serde_json::from_str::<Redaction>(text).is_err(), "{text}");
    }
}

/// The rules, followed slowly over a parsed event.
fn slowly(value: &mut Value, steps: &[&str], action: RedactionAction) {
    fn leaves(value: &mut Value, action: RedactionAction) {
        match value {
            Value::Object(map) => map.values_mut().for_each(|value| leaves(value, action)),
            Value::Array(list) => list.iter_mut().for_each(|value| leaves(value, action)),
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            Value::String(text) if action == Mask => *text = values::mask(text),
            Value::String(text) => *text = key().hash(text),
            _ => *value = json!("***"),
        }
    }
    match value {
        Value::Array(list) => match steps {
            ["*"] if action == Remove => list.clear(),
            ["*"] => list.iter_mut().for_each(|value| leaves(value, action)),
            _ => list
                .iter_mut()
                .for_each(|value| slowly(value, steps, action)),
        },
        Value::Object(map) => match steps {
            [] => {}
            [last] if action == Remove => map.retain(|name, _| *last != "*" && name != last),
            [first, rest @ ..] => {
                for (name, value) in map.iter_mut() {
                    if *first == "*" || name == first {
                        if rest.is_empty() {
                            leaves(value, action);
                        } else {
                            slowly(value, rest, action);
                        }
                    }
                }
            }
        },
        _ => {}
    }
}

#[test]
fn real_events_are_redacted_exactly_by_the_rules() {
    let paths = [
        "actorMetadata.email",
        "actorMetadata.username",
        "actorMetadata.*",
        "ipAddress",
        "userAgent",
        "eventMetadata.note",
        "eventMetadata.data.*",
        "eventMetadata",
        "projectName",
        "absent.path",
    ];
    let mut random = 3_u64;
    let mut roll = |below: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random >> 33) as usize % below
    };
    let mut changed = 0;
    for line in include_str!("../../../../tests/fixtures/events-1000.ndjson").lines() {
        let path = paths[roll(paths.len())];
        // Numbers have a hash of how they are written, which a parsed event does not say.
        let action = [Mask, Remove][roll(2)];
        let mut wanted: Value = serde_json::from_str(line).expect("JSON");
        slowly(&mut wanted, &path.split('.').collect::<Vec<_>>(), action);
        let text = redact(&[(path, action)], line);
        let found: Value = serde_json::from_str(&text).expect("still JSON");
        assert_eq!(found, wanted, "{path} {action:?} {line}");
        changed += usize::from(text != line);
    }
    assert!(changed > 300, "{changed} changed");
}
