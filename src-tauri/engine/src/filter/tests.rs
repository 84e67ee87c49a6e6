use super::*;

fn condition(field: FilterField, exclude: bool, values: &[&str]) -> FilterCondition {
    FilterCondition {
        field,
        exclude,
        values: values.iter().map(ToString::to_string).collect(),
    }
}

fn only(field: FilterField, values: &[&str]) -> FilterCondition {
    condition(field, false, values)
}

fn not(field: FilterField, values: &[&str]) -> FilterCondition {
    condition(field, true, values)
}

fn passes(conditions: &[FilterCondition], event: &str) -> bool {
    let filter = Filter {
        conditions: conditions.to_vec(),
    };
    filter
        .compile()
        .expect("a valid filter")
        .passes(event.as_bytes())
}

const EVENT: &str = r#"{"id":"1","actor":"user","actorMetadata":{"email":"Ava@example.com",
    "userId":"u-1","username":"ava","oauthClientId":"o-1"},"ipAddress":"203.0.113.7",
    "eventType":"get-secrets","eventMetadata":{"environment":"prod","secretPath":"/app/db/",
    "nested":{"environment":"dev"}},"userAgent":"cli/1","userAgentType":"cli",
    "projectId":"p-1","projectName":"Payments"}"#;

#[test]
fn each_field_is_read_where_events_have_it() {
    use FilterField::*;
    for (field, meets, misses) in [
        (EventType, "get-secrets", "get-secret"),
        (EventType, "GET-*", "create-*"),
        (EventClass, "data-access", "management"),
        (EventClass, "data*", "auth*"),
        (ActorKind, "user", "identity"),
        (Actor, "ava@EXAMPLE.com", "ben@example.com"),
        (Actor, "u-1", "u-2"),
        (Actor, "ava", "av"),
        (Actor, "*@example.com", "o-1"),
        (Project, "p-1", "p-2"),
        (Project, "payments", "infra"),
        (Environment, "prod", "dev"),
        (SecretPath, "/app/db", "/app"),
        (SecretPath, "/app/*", "/App/*"),
        (SecretPath, "/app/db/", "/app/db/x"),
        (UserAgentKind, "cli", "web"),
        (Ip, "203.0.113.0/24", "203.0.114.0/24"),
    ] {
        assert!(passes(&[only(field, &[meets])], EVENT), "{field:?} {meets}");
        assert!(
            !passes(&[only(field, &[misses])], EVENT),
            "{field:?} {misses}"
        );
        assert!(
            !passes(&[not(field, &[meets])], EVENT),
            "{field:?} not {meets}"
        );
        assert!(
            passes(&[not(field, &[misses])], EVENT),
            "{field:?} not {misses}"
        );
    }
}

#[test]
fn both_ends_of_a_move_are_looked_at() {
    use FilterField::*;
    let event = r#"{"eventType":"move-secrets","eventMetadata":{"sourceEnvironment":"dev",
        "sourceSecretPath":"/a","destinationEnvironment":"prod","destinationSecretPath":"/b"}}"#;
    for (field, values) in [(Environment, ["dev", "prod"]), (SecretPath, ["/a", "/b"])] {
        for value in values {
            assert!(passes(&[only(field, &[value])], event));
            assert!(!passes(&[not(field, &[value])], event));
        }
    }
}

#[test]
fn values_of_one_field_are_alternatives_and_fields_are_all_needed() {
    use FilterField::*;
    let types = only(EventType, &["create-secret", "get-secrets"]);
    assert!(passes(std::slice::from_ref(&types), EVENT));
    // Two conditions on one field are alternatives as well.
    let other = only(EventType, &["delete-secret"]);
    assert!(passes(&[other.clone(), types.clone()], EVENT));
    assert!(passes(
        &[types.clone(), only(Environment, &["prod"])],
        EVENT
    ));
    assert!(!passes(
        &[types.clone(), only(Environment, &["dev"])],
        EVENT
    ));
    assert!(!passes(&[types.clone(), not(Actor, &["ava"])], EVENT));
    assert!(passes(&[types, not(Actor, &["ben"])], EVENT));
    assert!(!passes(&[other, not(Actor, &["ben"])], EVENT));
}

#[test]
fn the_empty_filter_lets_everything_through() {
    for event in [EVENT, "{}", "[]", "7", "", "{\"a\":"] {
        assert!(passes(&[], event), "{event}");
    }
}

#[test]
fn an_event_without_the_field_meets_no_condition_on_it() {
    use FilterField::*;
    let odd = [
        "{}",
        r#"{"n":1}"#,
        r#"{"eventType":null,"actor":7,"actorMetadata":"ava","eventMetadata":[1],
            "ipAddress":"unknown","projectId":{},"userAgentType":""}"#,
        r#"{"eventType":"","actorMetadata":{"email":null,"userId":4},"eventMetadata":
            {"environment":["prod"],"secretPath":null},"ipAddress":""}"#,
        r#"{"event":{"type":"get-secrets"},"actor":{"type":"user"}}"#,
    ];
    for event in odd {
        for field in [
            EventType,
            EventClass,
            ActorKind,
            Actor,
            Project,
            Environment,
            SecretPath,
            UserAgentKind,
        ] {
            assert!(!passes(&[only(field, &["*"])], event), "{field:?} {event}");
            assert!(passes(&[not(field, &["*"])], event), "{field:?} {event}");
        }
        assert!(
            !passes(&[only(Ip, &["0.0.0.0/0", "::/0"])], event),
            "{event}"
        );
        assert!(passes(&[not(Ip, &["0.0.0.0/0", "::/0"])], event), "{event}");
    }
}

#[test]
fn an_unknown_type_can_be_asked_for_and_counts_as_management() {
    let event = r#"{"eventType":"launch-rocket"}"#;
    assert!(passes(
        &[only(FilterField::EventType, &["launch-rocket"])],
        event
    ));
    assert!(passes(
        &[only(FilterField::EventClass, &["management"])],
        event
    ));
    assert!(!passes(
        &[not(FilterField::EventClass, &["management"])],
        event
    ));
}

#[test]
fn escapes_are_undone_and_of_two_same_keys_the_first_counts() {
    let event =
        r#"{"event\u0054ype":"get\u002dsecrets","eventType":"other","projectName":"\u00dcber"}"#;
    assert!(passes(
        &[only(FilterField::EventType, &["get-secrets"])],
        event
    ));
    assert!(!passes(&[only(FilterField::EventType, &["other"])], event));
    assert!(passes(&[only(FilterField::Project, &["über"])], event));
}

#[test]
fn a_wrong_condition_is_named_and_nothing_is_compiled() {
    use FilterField::*;
    for (wrong, says) in [
        (only(EventType, &[]), "at least one"),
        (only(EventType, &["get-secrets", "  "]), "empty"),
        (only(Ip, &["10.0.0"]), "10.0.0"),
        (only(EventClass, &["managment"]), "management"),
        (only(Actor, &[&"x".repeat(1001)]), "longer"),
    ] {
        let filter = Filter {
            conditions: vec![only(EventType, &["x"]), wrong],
        };
        let errors = filter.compile().expect_err(says);
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].field, "filter.1");
        assert!(errors[0].message.contains(says), "{}", errors[0].message);
    }
}

#[test]
fn a_filter_of_a_newer_version_is_not_read_as_something_less() {
    for text in [
        r#"{"conditions":[{"field":"weather","values":["rain"]}]}"#,
        r#"{"conditions":[{"field":"ip","values":["::1"],"until":"2027"}]}"#,
        r#"{"conditions":[],"rate":7}"#,
        r#"{"conditions":[{"field":"ip"}]}"#,
    ] {
        assert!(serde_json::from_str::<Filter>(text).is_err(), "{text}");
    }
    let text = r#"{"conditions":[{"field":"secret_path","values":["/"]}]}"#;
    let filter: Filter = serde_json::from_str(text).expect("a filter");
    assert!(!filter.conditions[0].exclude);
}

/// The rule of the module's doc, followed slowly over a parsed event.
fn slowly(conditions: &[FilterCondition], event: &serde_json::Value) -> bool {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let values = |field: FilterField| -> Vec<String> {
        let mut found = match field {
            FilterField::EventType => vec![text(&event["eventType"])],
            // Every type of the fixture is a known one.
            FilterField::EventClass => include_str!("../../data/event-types.tsv")
                .lines()
                .filter_map(|line| line.split_once('\t'))
                .filter(|(_, known)| event["eventType"] == *known)
                .map(|(class, _)| class.to_owned())
                .collect(),
            FilterField::ActorKind => vec![text(&event["actor"])],
            FilterField::Actor => [
                "email",
                "username",
                "name",
                "userId",
                "identityId",
                "serviceId",
                "clientId",
                "profileId",
            ]
            .map(|key| text(&event["actorMetadata"][key]))
            .into(),
            FilterField::Project => vec![text(&event["projectId"]), text(&event["projectName"])],
            FilterField::Environment => vec![text(&event["eventMetadata"]["environment"])],
            FilterField::SecretPath => ["secretPath", "folderPath"]
                .map(|key| text(&event["eventMetadata"][key]))
                .into(),
            FilterField::UserAgentKind => vec![text(&event["userAgentType"])],
            FilterField::Ip => vec![text(&event["ipAddress"])],
        };
        found.retain(|text| !text.is_empty());
        found
    };
    let met = |condition: &&FilterCondition| {
        values(condition.field)
            .iter()
            .any(|value| condition.values.contains(value))
    };
    let excluded = conditions.iter().filter(|it| it.exclude).any(|it| met(&it));
    let included = conditions.iter().filter(|it| !it.exclude).all(|it| {
        conditions
            .iter()
            .filter(|other| !other.exclude && other.field == it.field)
            .any(|other| met(&other))
    });
    included && !excluded
}

#[test]
fn real_events_pass_exactly_by_the_rule() {
    use FilterField::*;
    let lines: Vec<&str> = include_str!("../../../../tests/fixtures/events-1000.ndjson")
        .lines()
        .collect();
    let parsed: Vec<serde_json::Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let values: &[(FilterField, &[&str])] = &[
        (
            EventType,
            &["get-secrets", "create-secret", "get-kms", "reveal-secret"],
        ),
        (EventClass, &["data-access", "management", "authentication"]),
        (ActorKind, &["user", "identity", "service"]),
        (
            Actor,
            &[
                "o'brien@example.com",
                "张伟@example.com",
                "ava.lindqvist",
                "j.okafor-machine",
            ],
        ),
        (Project, &["infra", "Überwachung", "payments-api"]),
        (Environment, &["prod", "dev"]),
        (SecretPath, &["/", "/a/b"]),
        (UserAgentKind, &["web", "cli"]),
        (Ip, &["10.2.3.4", "203.0.113.7"]),
    ];
    let mut random = 7_u64;
    let mut roll = |below: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random >> 33) as usize % below
    };
    let (mut passed, mut kept) = (0, 0);
    for _ in 0..60 {
        let conditions: Vec<FilterCondition> = (0..=roll(3))
            .map(|_| {
                let (field, values) = values[roll(values.len())];
                let count = 1 + roll(values.len());
                condition(field, roll(3) == 0, &values[..count])
            })
            .collect();
        let filter = Filter { conditions };
        let compiled = filter.compile().expect("a valid filter");
        for (line, event) in lines.iter().zip(&parsed) {
            let wanted = slowly(&filter.conditions, event);
            let found = compiled.passes(line.as_bytes());
            assert_eq!(found, wanted, "{filter:?}\n{line}");
            if wanted { passed += 1 } else { kept += 1 }
        }
    }
    assert!(
        passed > 1000 && kept > 1000,
        "{passed} passed, {kept} did not"
    );
}

#[test]
fn text_that_breaks_off_anywhere_does_no_harm() {
    let filter = Filter {
        conditions: vec![
            only(FilterField::Actor, &["*"]),
            not(FilterField::Environment, &["x"]),
            only(FilterField::Ip, &["::/0"]),
        ],
    };
    let compiled = filter.compile().expect("valid");
    for cut in 0..EVENT.len() {
        let _ = compiled.passes(&EVENT.as_bytes()[..cut]);
    }
}
