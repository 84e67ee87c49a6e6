//! Redaction to start from, as data.

use serde::Deserialize;
use std::sync::LazyLock;

use super::{RedactionRule, RedactionTemplate};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    template: Vec<Template>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    id: String,
    name: String,
    help: String,
    rules: Vec<RedactionRule>,
}

static TEMPLATES: LazyLock<Vec<RedactionTemplate>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../data/redaction-templates.toml"))
        .expect("a test holds the templates to this");
    let template = |template: Template| RedactionTemplate {
        id: template.id,
        name: template.name,
        help: template.help,
        rules: template.rules,
    };
    file.template.into_iter().map(template).collect()
});

pub fn templates() -> &'static [RedactionTemplate] {
    &TEMPLATES
}

pub fn template(id: &str) -> Option<&'static RedactionTemplate> {
    TEMPLATES.iter().find(|template| template.id == id)
}

#[cfg(test)]
mod tests {
    use super::super::{Key, Redaction};
    use super::*;

    #[test]
    fn every_template_is_valid_and_changes_a_real_event() {
        let events = include_str!("../../../../tests/fixtures/events-1000.ndjson");
        for template in templates() {
            let redaction = Redaction {
                rules: template.rules.clone(),
            };
            let compiled = redaction.compile(Key::throwaway()).expect("valid");
            let changed = events
                .lines()
                .filter(|line| compiled.splice(line.as_bytes()).is_some());
            assert!(changed.count() > 100, "{}", template.id);
        }
    }
}
