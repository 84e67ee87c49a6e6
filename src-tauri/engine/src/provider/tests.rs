//! What holds for every provider.

use regex::Regex;
use serde_json::json;
use std::collections::BTreeSet;

use super::sheet::Class;
use super::testing::{connected, refused, sheets};
use super::{FieldGroup, FieldKind, about, all, find};

#[test]
fn every_provider_can_be_found_by_its_id_and_is_told_about_in_full() {
    let mut ids = BTreeSet::new();
    for provider in all() {
        let about = about(provider.id()).expect("it is registered");
        assert_eq!(about.id, provider.id());
        assert!(ids.insert(about.id.clone()), "{} twice", about.id);
        assert!(find(&about.id).is_ok());
        assert!(
            !about.name.is_empty() && !about.tagline.is_empty(),
            "{}",
            about.id
        );
        assert_eq!(about.monogram.chars().count(), 2, "{}", about.id);
        assert!(
            about.hue <= 360 && !about.after_accepted.is_empty(),
            "{}",
            about.id
        );
    }
    assert_eq!(
        find("nope").err().map(|problem| problem.code).as_deref(),
        Some("provider-unknown")
    );
}

#[test]
fn every_field_is_explained_and_its_example_fits() {
    for provider in all() {
        for field in provider.about().fields {
            let name = format!("{}.{}", provider.id(), field.name);
            assert!(field.label != field.name, "{name} has no label");
            let explained = !field.help.is_empty() || !field.choices.is_empty();
            assert!(explained, "{name} has no help");
            if field.required && field.kind != FieldKind::Pem {
                assert!(!field.example.is_empty(), "{name} has no example");
            }
            if let Some(pattern) = &field.pattern {
                let pattern = Regex::new(pattern).expect("pattern");
                assert!(
                    pattern.is_match(&field.example),
                    "{name}: {}",
                    field.example
                );
            }
            for choice in &field.choices {
                assert!(
                    !choice.value.is_empty() && !choice.label.is_empty(),
                    "{name}: {choice:?}"
                );
            }
            if field.kind == FieldKind::Choice {
                let default = field.default.expect("a choice starts with one chosen");
                assert!(
                    field.choices.iter().any(|choice| choice.value == default),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn every_guide_leads_to_each_field_that_must_be_filled_in() {
    for provider in all() {
        let about = provider.about();
        assert!(
            !about.guide.intro.is_empty() && !about.guide.steps.is_empty(),
            "{}",
            about.id
        );
        let mut led_to = BTreeSet::new();
        for step in &about.guide.steps {
            assert!(
                !step.title.is_empty() && !step.body.is_empty(),
                "{}: {step:?}",
                about.id
            );
            for name in &step.fields {
                let known = about.fields.iter().any(|field| &field.name == name);
                assert!(known, "{}: step {:?} names {name}", about.id, step.title);
                led_to.insert(name.clone());
            }
            for link in &step.links {
                assert!(link.url.starts_with("https://"), "{}: {link:?}", about.id);
            }
        }
        for field in about.fields {
            if field.group == FieldGroup::Main {
                assert!(
                    led_to.contains(&field.name),
                    "{}: no step for {}",
                    about.id,
                    field.name
                );
            }
        }
    }
}

#[test]
fn every_required_field_that_is_missing_is_named_with_where_to_find_it() {
    for provider in all() {
        let errors = refused(provider.id(), json!({}), json!({}));
        for field in provider
            .about()
            .fields
            .iter()
            .filter(|field| field.required)
        {
            let named = errors.iter().any(|error| {
                error.starts_with(&format!("{}: ", field.name)) && error.contains("of the guide")
            });
            assert!(
                named || field.default.is_some(),
                "{}.{}: {errors:?}",
                provider.id(),
                field.name
            );
        }
        assert!(
            !errors.is_empty(),
            "{} connects with nothing",
            provider.id()
        );
    }
}

#[test]
fn a_field_that_does_not_exist_is_refused_with_those_that_do() {
    let errors = refused(
        "custom",
        json!({ "url": "https://a.example", "uri": "x" }),
        json!({ "pass": "x" }),
    );
    assert_eq!(errors.len(), 2, "{errors:?}");
    for (error, name) in errors.iter().zip(["uri", "pass"]) {
        assert!(
            error.starts_with(&format!("{name}: There is no field called \"{name}\"")),
            "{error}"
        );
        assert!(error.contains("url, headers, format"), "{error}");
    }
}

#[test]
fn a_secret_among_the_settings_is_refused_and_so_is_a_setting_among_the_secrets() {
    let errors = refused(
        "custom",
        json!({ "headers": "[]" }),
        json!({ "url": "https://a.example" }),
    );
    assert!(
        errors
            .iter()
            .any(|it| it.starts_with("headers: ") && it.contains("--secrets")),
        "{errors:?}"
    );
    assert!(
        errors
            .iter()
            .any(|it| it.starts_with("url: ") && it.contains("--set")),
        "{errors:?}"
    );
}

#[test]
fn values_mean_the_same_as_text_and_as_json() {
    let as_text = connected(
        "custom",
        json!({ "url": " https://a.example ", "gzip": "TRUE", "max_events": " 50 ", "format": "NDJSON" }),
        json!({}),
    );
    let as_json = connected(
        "custom",
        json!({ "url": "https://a.example", "gzip": true, "max_events": 50, "format": "ndjson" }),
        json!({}),
    );
    assert_eq!(as_text.details, as_json.details);
    assert_eq!(as_json.details["gzip"], json!(true));
    assert_eq!(as_json.details["max_events"], json!(50));
    assert_eq!(as_json.destination.limits().events, 50);
}

#[test]
fn what_is_saved_connects_to_the_same_place_again() {
    let first = connected(
        "custom",
        json!({ "url": "a.example/x" }),
        json!({ "headers": [{ "key": "X-A", "value": "b" }] }),
    );
    let again = find("custom")
        .expect("custom")
        .connect(&first.details, &first.secrets)
        .unwrap_or_else(|errors| panic!("{errors:?}"));
    assert_eq!(first.details, again.details);
    assert_eq!(
        first.secrets["headers"].expose(),
        again.secrets["headers"].expose()
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_refused_in_words() {
    for (name, value, said) in [
        ("gzip", json!("maybe"), "either true or false"),
        ("max_events", json!("many"), "whole number from 1 to 100000"),
        ("max_events", json!(0), "whole number from 1 to 100000"),
        ("max_events", json!("1.5"), "whole number"),
        ("format", json!("xml"), "one of array, ndjson, single"),
        ("url", json!(["a"]), "single value"),
        ("url", json!("https://a.example/\nx"), "line break"),
        ("accepted_statuses", json!("fine"), "not a status"),
    ] {
        let mut details = json!({ "url": "https://a.example" });
        details[name] = value;
        let errors = refused("custom", details, json!({}));
        assert_eq!(errors.len(), 1, "{name}: {errors:?}");
        assert!(
            errors[0].starts_with(&format!("{name}: ")) && errors[0].contains(said),
            "{errors:?}"
        );
    }
}

#[test]
fn every_row_of_a_table_of_answers_can_be_acted_on() {
    for sheet in sheets() {
        let fields = find(&sheet.id)
            .expect("a provider for each sheet")
            .about()
            .fields;
        for answer in &sheet.answers {
            let row = format!(
                "{}: {:?} {:?} {}",
                sheet.id, answer.status, answer.vendor, answer.code
            );
            if answer.verdict == Class::Accepted {
                assert!(answer.summary.is_empty(), "{row}: nobody reads it");
                continue;
            }
            assert!(
                !answer.summary.is_empty() && !answer.short.is_empty(),
                "{row}"
            );
            let kebab = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
            assert!(
                answer.code.chars().all(kebab) && !answer.code.is_empty(),
                "{row}"
            );
            if answer.verdict == Class::Hold && answer.code != "reply-unknown" {
                assert!(!answer.cause.is_empty() && !answer.next.is_empty(), "{row}");
            }
            if let Some(field) = &answer.field {
                assert!(
                    fields.iter().any(|it| &it.name == field),
                    "{row}: no field {field}"
                );
            }
            if let Some(step) = answer.step {
                assert!(
                    (1..=sheet.guide.steps.len()).contains(&(step as usize)),
                    "{row}: no step {step}"
                );
            }
            if let Some(link) = &answer.link {
                assert!(link.starts_with("https://"), "{row}: {link}");
            }
            for text in answer.next.iter().chain([&answer.summary, &answer.cause]) {
                assert!(
                    text.is_empty() || text.ends_with(['.', '?']),
                    "{row}: {text}"
                );
                assert!(!text.contains('!'), "{row}: {text}");
            }
        }
    }
}
