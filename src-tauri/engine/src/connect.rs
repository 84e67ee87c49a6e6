//! From what is saved of a stream to a destination, a filter and a redaction that are ready to
//! use, and of a source to its secrets.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::filter;
use crate::form::Field;
use crate::http::Client;
use crate::problem::Problem;
use crate::provider::{self, Destination, FieldError};
use crate::redaction;
use crate::secret::Secrets;
use crate::source;
use crate::store::sources::SourceRow;
use crate::store::streams::StreamRow;
use crate::vault::{Owner, Vault};

/// A saved stream, ready to deliver.
pub struct Stream {
    pub destination: Box<dyn Destination>,
    pub client: Client,
    pub filter: filter::Compiled,
    pub redaction: redaction::Compiled,
}

/// A saved stream with its secrets read from the vault.
pub async fn stream(vault: Arc<dyn Vault>, stream: &StreamRow) -> Result<Stream, Problem> {
    let filter = filter(stream)?;
    let row = stream.clone();
    let (secrets, redaction) = tokio::task::spawn_blocking(move || {
        Ok::<_, Problem>((secrets(&*vault, &row)?, redaction(&*vault, &row)?))
    })
    .await
    .map_err(|_| Problem::new("engine-stopped", "Penstock is closing."))??;
    let provider = provider::find(&stream.provider)?;
    let client = Client::new(&stream.details, &secrets).map_err(|errors| invalid(&errors))?;
    let connected = provider
        .connect(&stream.details, &secrets)
        .map_err(|errors| invalid(&errors))?;
    Ok(Stream {
        destination: connected.destination,
        client,
        filter,
        redaction,
    })
}

/// The filter of a saved stream. One that cannot be read lets nothing through.
pub fn filter(stream: &StreamRow) -> Result<filter::Compiled, Problem> {
    let filter = stream.filter.as_ref();
    let filter = filter.ok_or_else(|| not_understood("filter", "Nothing leaves unfiltered"))?;
    filter.compile().map_err(|errors| invalid(&errors))
}

/// The redaction of a saved stream, with its key from the vault. Blocks.
pub fn redaction(vault: &dyn Vault, stream: &StreamRow) -> Result<redaction::Compiled, Problem> {
    let redaction = stream.redaction.as_ref();
    let redaction =
        redaction.ok_or_else(|| not_understood("redaction", "Nothing leaves unredacted"))?;
    let key = if redaction.needs_key() {
        let owner = Owner::from(stream);
        let secret = vault.read(&owner, KEY_FIELD)?.filter(|key| !key.is_empty());
        let secret = secret.ok_or_else(|| key_missing(vault, stream))?;
        redaction::Key::new(&secret)
    } else {
        redaction::Key::throwaway()
    };
    redaction.compile(key).map_err(|errors| invalid(&errors))
}

/// The name under which the vault keeps the key of a stream's hashes.
pub const KEY_FIELD: &str = "redaction_key";

impl From<&StreamRow> for Owner {
    fn from(row: &StreamRow) -> Self {
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
        }
    }
}

impl From<&SourceRow> for Owner {
    fn from(row: &SourceRow) -> Self {
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
        }
    }
}

pub fn not_understood(what: &str, promise: &str) -> Problem {
    Problem::new(
        format!("{what}-not-understood"),
        format!("The stream's {what} was saved by a newer Penstock."),
    )
    .cause(format!(
        "It has a part that this version does not know. {promise}; events wait safely."
    ))
    .next("Install the newest Penstock.")
    .next(format!("Or give the stream another {what}."))
    .short(format!("Unknown {what}"))
    .field(what)
}

pub fn key_missing(vault: &dyn Vault, stream: &StreamRow) -> Problem {
    let problem = Problem::new(
        "redaction-key-missing",
        format!(
            "The key of the stream's hashes is not in the {}.",
            vault.name()
        ),
    )
    .short("Redaction key is missing")
    .field("redaction");
    if vault.writable() {
        return problem
            .cause("It was deleted there, or this data folder came from another machine or user.")
            .next("Put it back from a backup. Events wait safely meanwhile.")
            .next(format!(
                "Or make a new one: `penstock stream redact {:?} --new-key`. The same person then gets another hash than before.",
                stream.name
            ));
    }
    let place = vault.place(&stream.into(), KEY_FIELD);
    problem
        .cause("Whatever starts Penstock does not give it this secret.")
        .next(match place {
            Some(place) => format!("Provide any long random text as {place}, always the same one."),
            None => String::from("Provide it again and start Penstock anew."),
        })
}

/// Every secret of a stream that the vault has. Blocks.
pub fn secrets(vault: &dyn Vault, stream: &StreamRow) -> Result<Secrets, Problem> {
    let fields = &provider::about(&stream.provider)?.fields;
    read(vault, &stream.into(), fields, &stream.secrets)
}

/// Every secret of a source that the vault has, its intake token left out. Blocks.
pub fn source_secrets(vault: &dyn Vault, row: &SourceRow) -> Result<Secrets, Problem> {
    let fields = &source::about(&row.kind)?.fields;
    read(vault, &row.into(), fields, &row.secrets)
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
