//! Filters to start from, as data.

use serde::Deserialize;
use std::sync::LazyLock;

use super::{Filter, FilterCondition, FilterPreset};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    preset: Vec<Preset>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Preset {
    id: String,
    name: String,
    help: String,
    conditions: Vec<FilterCondition>,
}

static PRESETS: LazyLock<Vec<FilterPreset>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../data/filter-presets.toml"))
        .expect("a test holds the presets to this");
    let preset = |preset: Preset| FilterPreset {
        id: preset.id,
        name: preset.name,
        help: preset.help,
        filter: Filter {
            conditions: preset.conditions,
        },
    };
    file.preset.into_iter().map(preset).collect()
});

pub fn presets() -> &'static [FilterPreset] {
    &PRESETS
}

pub fn preset(id: &str) -> Option<&'static FilterPreset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

#[cfg(test)]
mod tests {
    use super::super::{FilterField, types};
    use super::*;

    fn known_types() -> impl Iterator<Item = String> {
        types::known().into_iter().flat_map(|class| class.types)
    }

    fn taken(preset: &FilterPreset) -> Vec<String> {
        let compiled = preset.filter.compile().expect("presets are valid");
        known_types()
            .filter(|name| compiled.passes(format!(r#"{{"eventType":"{name}"}}"#).as_bytes()))
            .collect()
    }

    #[test]
    fn every_value_of_a_preset_takes_at_least_one_known_type() {
        for preset in presets() {
            for condition in &preset.filter.conditions {
                for value in &condition.values {
                    let only = FilterPreset {
                        filter: Filter {
                            conditions: vec![FilterCondition {
                                values: vec![value.clone()],
                                ..condition.clone()
                            }],
                        },
                        ..preset.clone()
                    };
                    assert!(!taken(&only).is_empty(), "{}: {value}", preset.id);
                }
            }
        }
    }

    #[test]
    fn presets_take_what_their_names_say() {
        let of = |id: &str| taken(preset(id).expect(id));
        let signals = of("security-signals");
        for name in [
            "login-identity-universal-auth-failed",
            "resource-auth-method-login-failed",
            "permission-denied",
            "reveal-secret",
            "trigger-honey-token",
        ] {
            assert!(signals.iter().any(|taken| taken == name), "{name}");
        }
        assert!(!signals.iter().any(|taken| taken == "user-login"));
        assert!(
            of("secret-access")
                .iter()
                .any(|taken| taken == "get-secrets")
        );
        assert_eq!(of("administration-only").len(), 474);
        let class = &preset("administration-only")
            .expect("known")
            .filter
            .conditions[0];
        assert_eq!(class.field, FilterField::EventClass);
    }
}
