//! From what is saved of a stream to a destination that is ready to use, and of a source to its
//! secrets.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::form::Field;
use crate::http::Client;
use crate::problem::Problem;
use crate::provider::{self, Destination, FieldError};
use crate::secret::Secrets;
use crate::source;
use crate::store::sources::SourceRow;
use crate::store::streams::StreamRow;
use crate::vault::{Owner, Vault};

/// The destination of a saved stream, its secrets read from the vault.
pub async fn stream(
    vault: Arc<dyn Vault>,
    stream: &StreamRow,
) -> Result<(Box<dyn Destination>, Client), Problem> {
    let row = stream.clone();
    let secrets = tokio::task::spawn_blocking(move || secrets(&*vault, &row))
        .await
        .map_err(|_| Problem::new("engine-stopped", "Penstock is closing."))??;
    let provider = provider::find(&stream.provider)?;
    let client = Client::new(&stream.details, &secrets).map_err(|errors| invalid(&errors))?;
    let connected = provider
        .connect(&stream.details, &secrets)
        .map_err(|errors| invalid(&errors))?;
    Ok((connected.destination, client))
}

/// Every secret of a stream that the vault has. Blocks.
pub fn secrets(vault: &dyn Vault, stream: &StreamRow) -> Result<Secrets, Problem> {
    let owner = Owner {
        id: stream.id.clone(),
        name: stream.name.clone(),
    };
    let fields = &provider::about(&stream.provider)?.fields;
    read(vault, &owner, fields, &stream.secrets)
}

/// Every secret of a source that the vault has, its intake token left out. Blocks.
pub fn source_secrets(vault: &dyn Vault, row: &SourceRow) -> Result<Secrets, Problem> {
    let owner = Owner {
        id: row.id.clone(),
        name: row.name.clone(),
    };
    let fields = source::find(&row.kind)?.about().fields;
    read(vault, &owner, &fields, &row.secrets)
}

fn read(
    vault: &dyn Vault,
    owner: &Owner,
    fields: &[Field],
    saved: &BTreeSet<String>,
) -> Result<Secrets, Problem> {
    let mut secrets = Secrets::new();
    for field in fields
        .iter()
        .filter(|field| field.secret)
        // Without secrets no keychain is needed; a vault that people fill may know more.
        .filter(|field| saved.contains(&field.name) || !vault.writable())
    {
        match vault.read(owner, &field.name)? {
            Some(secret) => {
                secrets.insert(field.name.clone(), secret);
            }
            None if saved.contains(&field.name) => {
                return Err(missing(vault, &field.label, &field.name));
            }
            None => {}
        }
    }
    Ok(secrets)
}

fn missing(vault: &dyn Vault, label: &str, field: &str) -> Problem {
    let problem = Problem::new(
        "secret-missing",
        format!("{label} is no longer in the {}.", vault.name()),
    )
    .short("Secret is missing")
    .field(field);
    if vault.writable() {
        problem
            .cause("It was deleted there, or this data folder came from another machine or user.")
            .next("Edit the stream or source and enter it again. Events wait safely meanwhile.")
    } else {
        problem
            .cause("Whatever starts Penstock does not give it this secret.")
            .next("Provide it again and start Penstock anew. Events wait safely meanwhile.")
    }
}

/// Field errors as one problem, for where there is no form to show them in.
pub fn invalid(errors: &[FieldError]) -> Problem {
    let first = errors.first();
    let summary = match (first, errors.len()) {
        (Some(error), 1) => format!("{}: {}", error.field, error.message),
        (Some(_), count) => format!("{count} fields need another value."),
        (None, _) => String::from("The settings are not complete."),
    };
    let mut problem = Problem::new("settings-invalid", summary).short("Settings are not valid");
    if let Some(error) = first {
        problem = problem.field(error.field.clone());
    }
    if errors.len() > 1 {
        for error in errors {
            problem = problem.next(format!("{}: {}", error.field, error.message));
        }
    } else {
        problem = problem.next("Correct the value and try again.");
    }
    problem
}
