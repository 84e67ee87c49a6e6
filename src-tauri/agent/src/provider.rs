//! `penstock provider`: where events can go.

use clap::Subcommand;
use penstock_engine::provider::{self, About, Field};

use crate::failure::Failure;
use crate::say::Say;
use crate::table::Table;

#[derive(Subcommand)]
pub enum Command {
    /// List every provider
    List,
    /// Show a provider's fields
    Show {
        /// As in `penstock provider list`
        id: String,
        /// Show the setup guide too
        #[arg(long)]
        guide: bool,
    },
}

impl Command {
    pub fn run(self, say: &Say) -> Result<(), Failure> {
        match self {
            Command::List => {
                let all = provider::abouts();
                say.table(&all, "There is no provider.", || {
                    let mut table = Table::new(["ID", "NAME", "KIND", "SENDS TO"]);
                    for about in all {
                        let kind = serde_json::to_value(about.category).unwrap_or_default();
                        let kind = kind.as_str().unwrap_or_default().to_owned();
                        table.row([
                            about.id.clone(),
                            about.name.clone(),
                            kind,
                            about.tagline.clone(),
                        ]);
                    }
                    table
                });
            }
            Command::Show { id, guide } => {
                let about = provider::about(&id)?;
                say.answer(about, || {
                    let mut text = format!("{}: {}\n", about.name, about.tagline);
                    for field in &about.fields {
                        text += &describe(field);
                    }
                    if guide {
                        text += &steps(about);
                    }
                    text
                });
            }
        }
        Ok(())
    }
}

fn describe(field: &Field) -> String {
    let mut marks = vec![field.label.clone()];
    if field.required {
        marks.push("required".into());
    }
    if field.secret {
        marks.push("secret".into());
    }
    let mut text = format!("\n{} ({})\n", field.name, marks.join(", "));
    for (label, value) in [
        ("", Some(&field.help)),
        ("Example: ", Some(&field.example)),
        ("Default: ", field.default.as_ref()),
        ("Pattern: ", field.pattern.as_ref()),
    ] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            text += &format!("  {label}{value}\n");
        }
    }
    for choice in &field.choices {
        text += &format!("  - {}: {}\n", choice.value, choice.label);
    }
    text
}

fn steps(about: &About) -> String {
    let mut text = format!("\nSetup guide\n{}\n", about.guide.intro);
    for (number, step) in about.guide.steps.iter().enumerate() {
        text += &format!("\n{}. {}\n", number + 1, step.title);
        for paragraph in &step.body {
            text += &format!("   {paragraph}\n");
        }
        for copy in &step.copy {
            text += &format!("   {}:\n", copy.label);
            for line in copy.text.lines() {
                text += &format!("     {line}\n");
            }
        }
        for link in &step.links {
            text += &format!("   {}: {}\n", link.label, link.url);
        }
    }
    text
}
