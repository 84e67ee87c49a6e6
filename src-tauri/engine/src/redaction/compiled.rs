//! Rules made ready to redact events: the bytes of redacted values are replaced or cut out, all
//! others are copied as they are.

use bytes::Bytes;
use std::borrow::Cow;
use std::ops::Range;

use super::path::{self, Step};
use super::values::{Key, mask};
use super::{Redaction, RedactionAction as Action};
use crate::event::Event;
use crate::form::FieldError;
use crate::json;

const MOST_RULES: usize = 50;
/// A value that is nested deeper is replaced as a whole; nothing takes such events in.
const DEEPEST: usize = 128;
/// Bytes that one redacted value may be longer than it was.
const GROWTH: usize = 40;

/// A redaction that events can be put through.
#[derive(Debug, Clone)]
pub struct Compiled {
    root: Node,
    key: Key,
    rules: usize,
}

impl Redaction {
    /// What is wrong is named by its rule: `redaction.0` is the first.
    pub fn compile(&self, key: Key) -> Result<Compiled, Vec<FieldError>> {
        let mut root = Node::default();
        let mut errors = Vec::new();
        let mut wrong = |index: usize, message: String| {
            errors.push(FieldError {
                field: format!("redaction.{index}"),
                message,
            });
        };
        if self.rules.len() > MOST_RULES {
            wrong(
                MOST_RULES,
                format!("A redaction has at most {MOST_RULES} rules."),
            );
        }
        let mut paths = Vec::new();
        for (index, rule) in self.rules.iter().take(MOST_RULES).enumerate() {
            match path::read(&rule.path) {
                Ok(steps) if paths.contains(&steps) => {
                    wrong(
                        index,
                        format!("There is another rule for {}.", rule.path.trim()),
                    );
                }
                Ok(steps) => {
                    root.add(&steps, rule.action);
                    paths.push(steps);
                }
                Err(message) => wrong(index, message),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Compiled {
            root: root.settled(true),
            key,
            rules: paths.len(),
        })
    }

    /// Whether hashes are made, and so a key is needed that stays.
    pub fn needs_key(&self) -> bool {
        self.rules.iter().any(|rule| rule.action == Action::Hash)
    }
}

impl Compiled {
    pub fn is_empty(&self) -> bool {
        self.rules == 0
    }

    /// Bytes that an event grows by at most, unless lists or stars meet many short values.
    pub fn growth(&self) -> usize {
        self.rules * GROWTH
    }

    /// The event as it may leave.
    pub fn event(&self, event: &Event) -> Event {
        match self.splice(&event.bytes) {
            Some(bytes) => Event::new(event.seq, bytes),
            None => event.clone(),
        }
    }

    /// The text as it may leave; `None` where nothing in it is redacted.
    pub fn splice(&self, text: &[u8]) -> Option<Bytes> {
        if self.is_empty() {
            return None;
        }
        let mut walk = Walk {
            text,
            key: &self.key,
            out: Vec::new(),
            copied: 0,
            depth: 0,
        };
        let start = text.len() - text.trim_ascii_start().len();
        walk.value(start..text.len(), Some(&self.root), None);
        walk.finish()
    }
}

/// What the rules say of the values below one point of an event.
#[derive(Debug, Clone, Default)]
struct Node {
    action: Option<Action>,
    keys: Vec<(Box<[u8]>, Node)>,
    any: Option<Box<Node>>,
    /// For the elements of a list, where a star may mean them.
    element: Option<Box<Node>>,
}

impl Node {
    fn add(&mut self, steps: &[Step], action: Action) {
        let Some((first, rest)) = steps.split_first() else {
            self.action = self.action.max(Some(action));
            return;
        };
        match first {
            Step::Any => self.any.get_or_insert_default(),
            Step::Key(name) => self.key(name.as_bytes()),
        }
        .add(rest, action);
    }

    fn key(&mut self, name: &[u8]) -> &mut Self {
        let at = match self.keys.iter().position(|(known, _)| **known == *name) {
            Some(at) => at,
            None => {
                self.keys.push((name.into(), Self::default()));
                self.keys.len() - 1
            }
        };
        &mut self.keys[at].1
    }

    fn merge(&mut self, other: &Self) {
        self.action = self.action.max(other.action);
        for (name, child) in &other.keys {
            self.key(name).merge(child);
        }
        if let Some(any) = &other.any {
            self.any.get_or_insert_default().merge(any);
        }
    }

    /// With what stars say merged into what they stand for, so that one point is enough to walk
    /// from.
    fn settled(&self, lists: bool) -> Self {
        let with_any = |child: &Self| {
            let mut child = child.clone();
            if let Some(any) = &self.any {
                child.merge(any);
            }
            child
        };
        Self {
            action: self.action,
            keys: self
                .keys
                .iter()
                .map(|(name, child)| (name.clone(), with_any(child).settled(true)))
                .collect(),
            any: self.any.as_ref().map(|any| Box::new(any.settled(true))),
            element: (lists && self.any.is_some()).then(|| Box::new(with_any(self).settled(false))),
        }
    }

    fn below(&self, key: &[u8]) -> Option<&Self> {
        self.keys
            .iter()
            .find(|(name, _)| **name == *key)
            .map(|(_, child)| child)
            .or(self.any.as_deref())
    }
}

/// One event being copied.
struct Walk<'a> {
    text: &'a [u8],
    key: &'a Key,
    out: Vec<u8>,
    /// Up to here the text is in `out`, or was cut.
    copied: usize,
    depth: usize,
}

impl Walk<'_> {
    /// `above`: what holds for everything in the value.
    fn value(&mut self, range: Range<usize>, node: Option<&Node>, above: Option<Action>) {
        let action = above.max(node.and_then(|node| node.action));
        if node.is_none() && action.is_none() {
            return;
        }
        let nested = match self.text.get(range.start) {
            Some(b'{') => Self::object,
            Some(b'[') => Self::list,
            _ => {
                if let Some(action) = action {
                    self.scalar(range, action);
                }
                return;
            }
        };
        if self.depth == DEEPEST {
            self.replace(range, b"null");
            return;
        }
        self.depth += 1;
        nested(self, range, node, action);
        self.depth -= 1;
    }

    fn object(&mut self, range: Range<usize>, node: Option<&Node>, above: Option<Action>) {
        let text = self.text;
        let mut removal = Removal::default();
        for member in json::members(&text[range.clone()]) {
            let child = node.and_then(|node| node.below(&member.key_bytes()));
            let start = range.start + member.key_range().start - 1;
            let value = member.value_range();
            let value = range.start + value.start..range.start + value.end;
            let whole = start..value.end;
            if self.pass(&mut removal, whole, child, above) {
                self.value(value, child, above);
            }
        }
        self.end(removal);
    }

    fn list(&mut self, range: Range<usize>, node: Option<&Node>, above: Option<Action>) {
        let node = node.map(|node| node.element.as_deref().unwrap_or(node));
        let text = self.text;
        let mut removal = Removal::default();
        for element in json::elements(&text[range.clone()]) {
            let value = range.start + element.start..range.start + element.end;
            if self.pass(&mut removal, value.clone(), node, above) {
                self.value(value, node, above);
            }
        }
        self.end(removal);
    }

    /// Whether a member or element stays; if not, it is cut together with one comma.
    fn pass(
        &mut self,
        removal: &mut Removal,
        range: Range<usize>,
        node: Option<&Node>,
        above: Option<Action>,
    ) -> bool {
        let stays = above.max(node.and_then(|node| node.action)) != Some(Action::Remove);
        match (stays, &mut removal.first) {
            (true, first) => {
                if let Some(first) = first.take() {
                    self.cut(first.start..range.start);
                }
                removal.end = Some(range.end);
            }
            (false, Some(first)) => first.end = range.end,
            (false, none) => match removal.end {
                Some(end) => {
                    self.cut(end..range.end);
                    removal.end = Some(range.end);
                }
                None => *none = Some(range),
            },
        }
        stays
    }

    fn end(&mut self, removal: Removal) {
        if let Some(first) = removal.first {
            self.cut(first);
        }
    }

    fn scalar(&mut self, range: Range<usize>, action: Action) {
        let token = &self.text[range.clone()];
        let text = match token {
            b"null" | b"\"\"" => return,
            [b'"', ..] => json::text(token),
            // A number or a truth value has no part that could stay.
            _ if action == Action::Mask => Some(Cow::Borrowed("")),
            _ => std::str::from_utf8(token).ok().map(Cow::Borrowed),
        };
        let become_ = match (text, action) {
            (Some(text), Action::Mask) => mask(&text),
            (Some(text), _) => self.key.hash(&text),
            // Half a character, written as an escape.
            (None, Action::Mask) => mask(""),
            (None, _) => self.key.hash(&String::from_utf8_lossy(token)),
        };
        let quoted = serde_json::Value::from(become_).to_string();
        self.replace(range, quoted.as_bytes());
    }

    fn replace(&mut self, range: Range<usize>, with: &[u8]) {
        self.cut(range);
        self.out.extend_from_slice(with);
    }

    fn cut(&mut self, range: Range<usize>) {
        if self.out.capacity() == 0 {
            self.out.reserve(self.text.len() + GROWTH * 4);
        }
        self.out
            .extend_from_slice(&self.text[self.copied..range.start]);
        self.copied = range.end;
    }

    fn finish(mut self) -> Option<Bytes> {
        if self.copied == 0 {
            return None;
        }
        self.out.extend_from_slice(&self.text[self.copied..]);
        Some(Bytes::from(self.out))
    }
}

/// Members or elements that leave their object or list.
#[derive(Default)]
struct Removal {
    /// Those at the front, which leave with the comma after them.
    first: Option<Range<usize>>,
    /// Where the last one ended, once one stays; others leave with the comma before them.
    end: Option<usize>,
}
