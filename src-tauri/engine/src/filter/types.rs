//! The known event types of Infisical by class. The set is open: any other type is taken as it
//! comes and counts as [`Class::Management`], as Infisical itself has it.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use super::EventTypes;
use super::texts::Words;

/// One line a type: class and type, with a tab between them.
const TABLE: &str = include_str!("../../data/event-types.tsv");

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    Management,
    DataAccess,
    Authentication,
    Authorization,
}

impl Class {
    pub const ALL: [Self; 4] = [
        Self::Management,
        Self::DataAccess,
        Self::Authentication,
        Self::Authorization,
    ];

    pub fn id(self) -> &'static str {
        match self {
            Self::Management => "management",
            Self::DataAccess => "data-access",
            Self::Authentication => "authentication",
            Self::Authorization => "authorization",
        }
    }

    fn named(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.id() == id)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Management => "Management",
            Self::DataAccess => "Data access",
            Self::Authentication => "Authentication",
            Self::Authorization => "Authorization",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Management => {
                "Something was made, changed or deleted. Types not listed here count as this."
            }
            Self::DataAccess => "Something was read, listed, revealed or used.",
            Self::Authentication => "Logins and enrolments, failed ones included.",
            Self::Authorization => "Somebody was denied a permission.",
        }
    }

    /// The class of an event type.
    pub fn of(event_type: &[u8]) -> Self {
        CLASSES.get(event_type).copied().unwrap_or(Self::Management)
    }
}

static CLASSES: LazyLock<HashMap<&'static [u8], Class, BuildHasherDefault<Words>>> =
    LazyLock::new(|| {
        lines()
            .map(|(class, event_type)| (event_type.as_bytes(), class))
            .collect()
    });

fn lines() -> impl Iterator<Item = (Class, &'static str)> {
    TABLE.lines().filter_map(|line| {
        let (class, event_type) = line.split_once('\t')?;
        Some((Class::named(class)?, event_type))
    })
}

/// The known types, sorted by class and name.
pub fn known() -> Vec<EventTypes> {
    Class::ALL
        .into_iter()
        .map(|class| {
            let mut types: Vec<String> = lines()
                .filter(|(of, _)| *of == class)
                .map(|(_, event_type)| event_type.to_owned())
                .collect();
            types.sort_unstable();
            EventTypes {
                class: class.id().to_owned(),
                name: class.name().to_owned(),
                help: class.help().to_owned(),
                types,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_684_types_have_a_class_and_any_other_counts_as_management() {
        assert_eq!(TABLE.lines().count(), 684);
        let counts: Vec<usize> = known().iter().map(|class| class.types.len()).collect();
        assert_eq!(counts, [474, 172, 37, 1]);
        assert_eq!(Class::of(b"get-secrets"), Class::DataAccess);
        assert_eq!(Class::of(b"permission-denied"), Class::Authorization);
        assert_eq!(Class::of(b"create-moon-base"), Class::Management);
    }

    #[test]
    fn the_table_is_the_one_that_the_tests_go_by() {
        let fixture = include_str!("../../../../tests/fixtures/event-types.tsv");
        assert_eq!(TABLE, fixture);
    }
}
