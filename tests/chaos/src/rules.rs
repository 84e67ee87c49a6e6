//! Filters and redactions of a schedule's streams, and what they are to do to an event, worked out
//! here from its text alone: nothing of the engine is asked.
//!
//! An edit of a filter is noticed by the process that delivers a little later. Until it is certain
//! that it was, events may pass by the filter before or by the one after.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::LazyLock;

/// What no stream with a redaction may ever send: it begins every value that is to be redacted.
/// None of its letters but the first is left by any of them.
pub const CANARY: &str = "CANARY";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    Everything,
    Creations,
    NoReads,
    Management,
    Users,
    Network,
    /// Conditions of both kinds on several fields.
    Mixed,
}

impl Filter {
    pub const ALL: [Self; 7] = [
        Self::Everything,
        Self::Creations,
        Self::NoReads,
        Self::Management,
        Self::Users,
        Self::Network,
        Self::Mixed,
    ];

    pub fn draw(chance: &mut StdRng) -> Self {
        *Self::ALL.choose(chance).expect("there are some")
    }

    pub fn json(self) -> Value {
        let condition = |exclude: bool, field: &str, values: &[&str]| json!({ "field": field, "exclude": exclude, "values": values });
        let conditions = match self {
            Self::Everything => vec![],
            Self::Creations => vec![condition(false, "event_type", &["create-*"])],
            Self::NoReads => vec![condition(true, "event_type", &["get-*"])],
            Self::Management => vec![condition(false, "event_class", &["management"])],
            Self::Users => vec![condition(false, "actor_kind", &["user"])],
            Self::Network => vec![condition(false, "ip", &["10.0.0.0/8"])],
            Self::Mixed => vec![
                condition(
                    false,
                    "event_class",
                    &["management", "authentication", "data-access"],
                ),
                condition(false, "actor_kind", &["user", "identity"]),
                condition(true, "ip", &["203.0.113.0/24"]),
            ],
        };
        json!({ "conditions": conditions })
    }

    pub fn passes(self, event: &Facts) -> bool {
        match self {
            Self::Everything => true,
            Self::Creations => event.kind.starts_with("create-"),
            Self::NoReads => !event.kind.starts_with("get-"),
            Self::Management => event.class == "management",
            Self::Users => event.actor == "user",
            Self::Network => event.is_within(&[10]),
            Self::Mixed => {
                ["management", "authentication", "data-access"].contains(&event.class)
                    && ["user", "identity"].contains(&event.actor.as_str())
                    && !event.is_within(&[203, 0, 113])
            }
        }
    }
}

/// What filters look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    kind: String,
    class: &'static str,
    actor: String,
    address: Option<IpAddr>,
}

impl Facts {
    pub fn of(event: &Value) -> Self {
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let kind = text("eventType");
        Self {
            class: CLASSES.get(kind.as_str()).copied().unwrap_or("management"),
            kind,
            actor: text("actor"),
            address: text("ipAddress").parse().ok(),
        }
    }

    fn is_within(&self, network: &[u8]) -> bool {
        matches!(self.address, Some(IpAddr::V4(it)) if it.octets().starts_with(network))
    }
}

/// By event type.
static CLASSES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let table = include_str!("../../fixtures/event-types.tsv");
    let line = |line: &'static str| line.split_once('\t').map(|(class, kind)| (kind, class));
    table.lines().filter_map(line).collect()
});

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redaction {
    Mask,
    Hash,
    Remove,
    Much,
}

impl Redaction {
    pub const ALL: [Self; 4] = [Self::Mask, Self::Hash, Self::Remove, Self::Much];

    pub fn draw(chance: &mut StdRng) -> Self {
        *Self::ALL.choose(chance).expect("there are some")
    }

    pub fn json(self) -> Value {
        let rule = |path: &str, action: &str| json!({ "path": path, "action": action });
        let both = |action: &str| {
            vec![
                rule("actorMetadata.email", action),
                rule("metadata.people.*.mail", action),
            ]
        };
        let rules = match self {
            Self::Mask => both("mask"),
            Self::Hash => both("hash"),
            Self::Remove => both("remove"),
            Self::Much => vec![
                rule("*.email", "hash"),
                rule("metadata.people", "remove"),
                rule("metadata.padding", "mask"),
            ],
        };
        json!({ "rules": rules })
    }
}

/// An event without all that any of the redactions may change.
pub fn untouched(mut event: Value) -> Value {
    let mut forget = |object: &str, name: &str| {
        if let Some(object) = event.get_mut(object).and_then(Value::as_object_mut) {
            object.remove(name);
        }
    };
    forget("actorMetadata", "email");
    forget("metadata", "people");
    forget("metadata", "padding");
    event
}

/// The rules of one stream through its life.
pub struct Rules {
    filters: Vec<InForce>,
    pub redaction: Option<Redaction>,
    /// An edit came to nothing, or so it was said: the filter may be either.
    unsure: bool,
}

struct InForce {
    filter: Filter,
    /// Nothing that was offered from then on is passed by it.
    until: Option<usize>,
}

/// Whether an event is for a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passes {
    Always,
    Never,
    /// The filter was edited meanwhile.
    Either,
}

impl Rules {
    pub fn new(filter: Filter, redaction: Option<Redaction>) -> Self {
        let filters = vec![InForce {
            filter,
            until: None,
        }];
        Self {
            filters,
            redaction,
            unsure: false,
        }
    }

    /// The newest.
    pub fn filter(&self) -> Filter {
        self.filters.last().expect("there is one").filter
    }

    pub fn edited(&mut self, filter: Filter) {
        self.filters.push(InForce {
            filter,
            until: None,
        });
    }

    pub fn edited_perhaps(&mut self, filter: Filter) {
        self.unsure = true;
        self.edited(filter);
    }

    /// Whoever delivers from now on has read the newest filter; `offered` is how many were
    /// accepted before.
    pub fn read_anew(&mut self, accepted: usize) {
        if self.unsure {
            return;
        }
        if let Some((_, old)) = self.filters.split_last_mut() {
            for old in old {
                old.until.get_or_insert(accepted);
            }
        }
    }

    /// What becomes of an event that was offered when so many had been accepted.
    pub fn passes(&self, offered: usize, event: &Facts) -> Passes {
        let possible = self
            .filters
            .iter()
            .filter(|it| it.until.is_none_or(|until| offered < until));
        let (mut some_pass, mut some_do_not) = (false, false);
        for it in possible {
            let passes = it.filter.passes(event);
            some_pass |= passes;
            some_do_not |= !passes;
        }
        match (some_pass, some_do_not) {
            (true, true) => Passes::Either,
            (true, false) => Passes::Always,
            (false, _) => Passes::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use penstock_engine::{filter, redaction};

    fn fixture() -> impl Iterator<Item = &'static str> {
        include_str!("../../fixtures/events-1000.ndjson").lines()
    }

    #[test]
    fn what_is_worked_out_here_is_what_the_engine_does() {
        for wanted in Filter::ALL {
            let filter: filter::Filter =
                serde_json::from_value(wanted.json()).expect("it is a filter");
            let compiled = filter.compile().expect("it is sound");
            let passed = fixture().filter(|line| {
                let facts = Facts::of(&serde_json::from_str(line).expect("an event"));
                let passes = wanted.passes(&facts);
                assert_eq!(
                    compiled.passes(line.as_bytes()),
                    passes,
                    "{wanted:?}: {line}"
                );
                passes
            });
            assert!(passed.count() > 0, "{wanted:?}");
        }
    }

    #[test]
    fn a_redaction_leaves_no_canary_and_everything_else() {
        let event = format!(
            r#"{{"id":"1","actorMetadata":{{"email":"{CANARY}-1@x.test","name":"n"}},
                "metadata":{{"kind":"k","padding":"xxx","people":[{{"mail":"{CANARY}-2@x.test"}}]}}}}"#
        );
        for wanted in Redaction::ALL {
            let redaction: redaction::Redaction =
                serde_json::from_value(wanted.json()).expect("it is a redaction");
            let compiled = redaction
                .compile(redaction::Key::throwaway())
                .expect("it is sound");
            let left = compiled.splice(event.as_bytes()).expect("it changes");
            assert!(
                !String::from_utf8_lossy(&left).contains(CANARY),
                "{wanted:?}"
            );
            let value = |bytes| serde_json::from_slice::<Value>(bytes).expect("JSON");
            assert_eq!(
                untouched(value(&left)),
                untouched(value(event.as_bytes())),
                "{wanted:?}"
            );
        }
    }

    #[test]
    fn around_an_edit_an_event_may_pass_by_either_filter() {
        let event = Facts::of(&json!({ "eventType": "create-secret" }));
        let mut rules = Rules::new(Filter::Creations, None);
        assert_eq!(rules.passes(0, &event), Passes::Always);
        rules.edited(Filter::Users);
        assert_eq!(rules.passes(5, &event), Passes::Either);
        rules.read_anew(7);
        assert_eq!(rules.passes(6, &event), Passes::Either);
        assert_eq!(rules.passes(7, &event), Passes::Never);
    }
}
