//! A filter made ready to test events: one walk over an event's top level, no tree.

use std::borrow::Cow;

use super::addresses::{self, Addresses, Range};
use super::texts::Texts;
use super::types::Class;
use super::{Filter, FilterCondition, FilterField};
use crate::form::FieldError;
use crate::json::{self, Member};

/// More than anybody writes, and little enough to test quickly.
const MOST_CONDITIONS: usize = 200;
const MOST_VALUES: usize = 2000;
const LONGEST_VALUE: usize = 1000;

const FIELDS: usize = 9;

/// A filter that can be asked about events.
#[derive(Debug, Clone, Default)]
pub struct Compiled {
    texts: [Sides<Option<Texts>>; FIELDS],
    addresses: Sides<Addresses>,
    /// By [`Class`]: whether it is among the values.
    classes: Sides<[bool; 4]>,
    /// Fields with including conditions, and those with any, as bits.
    including: u16,
    asked: u16,
    /// The members that have to be looked at, as bits of [`Part`].
    parts: u16,
}

#[derive(Debug, Clone, Default)]
struct Sides<T> {
    include: T,
    exclude: T,
}

impl Filter {
    /// What is wrong is named by its condition: `filter.0` is the first.
    pub fn compile(&self) -> Result<Compiled, Vec<FieldError>> {
        let mut compiled = Compiled::default();
        let mut ranges: Sides<Vec<Range>> = Sides::default();
        let mut errors = Vec::new();
        let mut wrong = |index: usize, message: String| {
            errors.push(FieldError {
                field: format!("filter.{index}"),
                message,
            });
        };
        if self.conditions.len() > MOST_CONDITIONS {
            wrong(
                MOST_CONDITIONS,
                format!("A filter has at most {MOST_CONDITIONS} conditions."),
            );
        }
        for (index, condition) in self.conditions.iter().take(MOST_CONDITIONS).enumerate() {
            if let Err(message) = compiled.add(condition, &mut ranges) {
                wrong(index, message);
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        compiled.addresses = Sides {
            include: Addresses::new(ranges.include),
            exclude: Addresses::new(ranges.exclude),
        };
        Ok(compiled)
    }
}

impl Compiled {
    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.asked == 0
    }

    fn add(
        &mut self,
        condition: &FilterCondition,
        ranges: &mut Sides<Vec<Range>>,
    ) -> Result<(), String> {
        let field = condition.field;
        if condition.values.is_empty() {
            return Err(String::from("Give at least one value."));
        }
        if condition.values.len() > MOST_VALUES {
            return Err(format!("A condition has at most {MOST_VALUES} values."));
        }
        for value in &condition.values {
            let value = value.trim();
            if value.is_empty() {
                return Err(String::from("A value is empty."));
            }
            if value.len() > LONGEST_VALUE {
                return Err(format!("A value is longer than {LONGEST_VALUE} bytes."));
            }
            match field {
                FilterField::Ip => {
                    let range = Range::read(value)?;
                    pick(ranges, condition.exclude).push(range);
                }
                FilterField::EventClass => {
                    let classes = classes(value)?;
                    let all = pick(&mut self.classes, condition.exclude);
                    for (known, meant) in all.iter_mut().zip(classes) {
                        *known |= meant;
                    }
                }
                _ => {
                    let value = match field {
                        FilterField::SecretPath => without_last_slash(value),
                        _ => value,
                    };
                    pick(&mut self.texts[field as usize], condition.exclude)
                        .get_or_insert_with(|| Texts::new(field == FilterField::SecretPath))
                        .add(value);
                }
            }
        }
        let bit = bit(field);
        self.asked |= bit;
        if !condition.exclude {
            self.including |= bit;
        }
        self.parts |= Part::needed(field);
        Ok(())
    }

    /// Whether an event, as it came, passes. Where a key stands twice, the first counts.
    pub fn passes(&self, event: &[u8]) -> bool {
        let mut met = 0_u16;
        let mut left = self.parts;
        if left == 0 {
            return true;
        }
        for member in json::members(event) {
            let Some(part) = Part::of(&member) else {
                continue;
            };
            if left & part as u16 == 0 {
                continue;
            }
            left &= !(part as u16);
            if !self.look(part, &member, &mut met) {
                return false;
            }
            if left == 0 {
                break;
            }
        }
        met & self.including == self.including
    }

    /// Notes which fields are met by a member; `false` where the event is out already.
    fn look(&self, part: Part, member: &Member<'_>, met: &mut u16) -> bool {
        match part {
            Part::EventType => {
                let Some(text) = text_of(member) else {
                    return true;
                };
                self.single(FilterField::EventType, &text, met) && self.class(&text, met)
            }
            Part::Actor => self.whole(FilterField::ActorKind, member, met),
            Part::UserAgentType => self.whole(FilterField::UserAgentKind, member, met),
            Part::ProjectId | Part::ProjectName => {
                let Some(text) = text_of(member) else {
                    return true;
                };
                self.one_of(FilterField::Project, &text, met)
            }
            Part::ActorMetadata => json::members(member.value)
                .filter(|inner| names_actor(&inner.key_bytes()))
                .filter_map(|inner| text_of(&inner))
                .all(|text| self.one_of(FilterField::Actor, &text, met)),
            Part::EventMetadata => self.metadata(member.value, met),
            Part::IpAddress => self.address(member, met),
        }
    }

    fn whole(&self, field: FilterField, member: &Member<'_>, met: &mut u16) -> bool {
        text_of(member).is_none_or(|text| self.single(field, &text, met))
    }

    /// A field that has one value: one that does not meet an including condition settles it.
    fn single(&self, field: FilterField, text: &[u8], met: &mut u16) -> bool {
        self.one_of(field, text, met) && (self.including & bit(field) & !*met) == 0
    }

    /// A field that may have several values.
    fn one_of(&self, field: FilterField, text: &[u8], met: &mut u16) -> bool {
        let sides = &self.texts[field as usize];
        if sides.exclude.as_ref().is_some_and(|it| it.met_by(text)) {
            return false;
        }
        if sides.include.as_ref().is_some_and(|it| it.met_by(text)) {
            *met |= bit(field);
        }
        true
    }

    fn class(&self, event_type: &[u8], met: &mut u16) -> bool {
        let field = bit(FilterField::EventClass);
        if self.asked & field == 0 {
            return true;
        }
        let class = Class::of(event_type) as usize;
        if self.classes.include[class] {
            *met |= field;
        }
        !self.classes.exclude[class] && (self.including & field & !*met) == 0
    }

    fn metadata(&self, metadata: &[u8], met: &mut u16) -> bool {
        for inner in json::members(metadata) {
            let key = inner.key_bytes();
            let field = if key.ends_with(b"nvironment") {
                FilterField::Environment
            } else if key.ends_with(b"ecretPath") || *key == *b"folderPath" {
                FilterField::SecretPath
            } else {
                continue;
            };
            let Some(text) = text_of(&inner) else {
                continue;
            };
            let text = match std::str::from_utf8(&text) {
                Ok(path) if field == FilterField::SecretPath => without_last_slash(path).as_bytes(),
                _ => &text,
            };
            if self.asked & bit(field) != 0 && !self.one_of(field, text, met) {
                return false;
            }
        }
        true
    }

    fn address(&self, member: &Member<'_>, met: &mut u16) -> bool {
        let text = text_of(member);
        let address = text
            .as_deref()
            .and_then(|text| addresses::read(std::str::from_utf8(text).ok()?));
        let Some(address) = address else {
            return true;
        };
        if self.addresses.include.has(address) {
            *met |= bit(FilterField::Ip);
        }
        !self.addresses.exclude.has(address)
    }
}

fn bit(field: FilterField) -> u16 {
    1 << field as u16
}

fn pick<T>(sides: &mut Sides<T>, exclude: bool) -> &mut T {
    if exclude {
        &mut sides.exclude
    } else {
        &mut sides.include
    }
}

fn classes(value: &str) -> Result<[bool; 4], String> {
    let mut texts = Texts::new(false);
    texts.add(value);
    let meant = Class::ALL.map(|class| texts.met_by(class.id().as_bytes()));
    if meant.contains(&true) {
        return Ok(meant);
    }
    let known = Class::ALL.map(Class::id).join(", ");
    Err(format!("There is no class {value}. Choose from {known}."))
}

/// `/prod/` and `/prod` are the same folder.
fn without_last_slash(path: &str) -> &str {
    match path.strip_suffix('/') {
        Some(rest) if !rest.is_empty() => rest,
        _ => path,
    }
}

/// A member's text; an empty one counts as absent, as some servers write it for `null`.
fn text_of<'a>(member: &Member<'a>) -> Option<Cow<'a, [u8]>> {
    member.text_bytes().filter(|text| !text.is_empty())
}

/// Whether a key of `actorMetadata` says who it was. The set of ids is open.
fn names_actor(key: &[u8]) -> bool {
    match key {
        [.., b'I', b'd'] => key != b"oauthClientId",
        _ => matches!(key, b"email" | b"username" | b"name"),
    }
}

/// The members of an event that conditions look at, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    EventType = 1,
    Actor = 2,
    ActorMetadata = 4,
    ProjectId = 8,
    ProjectName = 16,
    EventMetadata = 32,
    UserAgentType = 64,
    IpAddress = 128,
}

impl Part {
    fn of(member: &Member<'_>) -> Option<Self> {
        let key = member.key_bytes();
        // Length and first letter leave one name to compare with.
        let (part, name) = match (key.len(), key.first()?) {
            (9, b'e') => (Self::EventType, "eventType"),
            (5, b'a') => (Self::Actor, "actor"),
            (13, b'a') => (Self::ActorMetadata, "actorMetadata"),
            (9, b'p') => (Self::ProjectId, "projectId"),
            (11, b'p') => (Self::ProjectName, "projectName"),
            (13, b'e') => (Self::EventMetadata, "eventMetadata"),
            (13, b'u') => (Self::UserAgentType, "userAgentType"),
            (9, b'i') => (Self::IpAddress, "ipAddress"),
            _ => return None,
        };
        (*key == *name.as_bytes()).then_some(part)
    }

    fn needed(field: FilterField) -> u16 {
        match field {
            FilterField::EventType | FilterField::EventClass => Self::EventType as u16,
            FilterField::ActorKind => Self::Actor as u16,
            FilterField::Actor => Self::ActorMetadata as u16,
            FilterField::Project => Self::ProjectId as u16 | Self::ProjectName as u16,
            FilterField::Environment | FilterField::SecretPath => Self::EventMetadata as u16,
            FilterField::UserAgentKind => Self::UserAgentType as u16,
            FilterField::Ip => Self::IpAddress as u16,
        }
    }
}
