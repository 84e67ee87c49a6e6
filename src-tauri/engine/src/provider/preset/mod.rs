//! Providers that are plain HTTP: a sheet in `guides/presets/` and no code.
//!
//! A preset has a form of its own and says how its fields become those of [`super::custom`]. What
//! it sends, and how it judges answers, is custom's; the words are its own.

mod recipe;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

pub(crate) use self::recipe::Recipe;
use super::sheet::Sheet;
use super::{About, Connected, Details, FieldError, Provider, custom};
use crate::form::Form;
use crate::secret::Secrets;

pub(crate) struct Preset {
    /// Read once and kept as long as the program runs, as those of other providers are.
    sheet: &'static Sheet,
    form: Form,
}

static ALL: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let files = include!(concat!(env!("OUT_DIR"), "/presets.rs"));
    let mut presets: Vec<Preset> = files.iter().map(|text| Preset::load(text)).collect();
    presets.sort_by(|a, b| a.sheet.name.cmp(&b.sheet.name));
    presets
});

/// Every preset, by name.
pub(crate) fn all() -> &'static [Preset] {
    &ALL
}

impl Preset {
    fn load(text: &str) -> Self {
        let sheet: &'static Sheet = Box::leak(Box::new(Sheet::load(text)));
        let recipe = sheet
            .preset
            .as_ref()
            .expect("a sheet in presets/ says what it is made of");
        let form = Form::with(recipe.fields(), &sheet.guide);
        Self { sheet, form }
    }

    fn recipe(&self) -> &Recipe {
        self.sheet
            .preset
            .as_ref()
            .expect("checked when it was loaded")
    }
}

impl Provider for Preset {
    fn id(&self) -> &str {
        &self.sheet.id
    }

    fn about(&self) -> About {
        self.sheet.about(&self.form.fields)
    }

    fn connect(&self, details: &Details, secrets: &Secrets) -> Result<Connected, Vec<FieldError>> {
        let recipe = self.recipe();
        let mut entries = self.form.read(details, secrets, &[]);
        recipe.tidy(&mut entries);
        let mut saved = entries.check()?;
        let made = recipe.make(&saved.details, &saved.secrets);
        let connected = custom::connect(self.sheet, made.envelope, &made.details, &made.secrets)
            .map_err(|errors| {
                errors
                    .into_iter()
                    .map(|error| recipe.of_the_form(error))
                    .collect::<Vec<_>>()
            })?;
        let warnings = connected
            .warnings
            .into_iter()
            .map(|warning| recipe.of_the_form(warning));
        saved.warnings.extend(warnings);
        Ok(Connected {
            destination: connected.destination,
            details: saved.details,
            secrets: saved.secrets,
            warnings: saved.warnings,
        })
    }
}
