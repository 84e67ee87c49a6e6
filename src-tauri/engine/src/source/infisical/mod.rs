//! Infisical's own audit log, read through its API.
//!
//! Always holds: an event that Infisical lists is journalled, and once; where to go on from and
//! the ids that may come again are saved with the events, so a restart at any moment changes
//! nothing. Windows are pinned and read oldest first; within a window pages are cut by offset,
//! and no order of ids is relied on. What the reading itself writes into the log is left out if
//! so wished, and counted.
//!
//! `course` says which window is next, `paging` how to get all of it, `pace` how fast; `flat`
//! turns rows into streamed events and `own` knows whose they are; `api` speaks to Infisical,
//! `trouble` judges its refusals and `problems` words them; `poller` puts it together.

mod api;
mod course;
mod flat;
mod own;
mod pace;
mod page;
mod paging;
mod poller;
mod position;
mod problems;
mod settings;
mod site;
mod start;
mod test_connection;
mod trouble;

use std::sync::Arc;

pub use self::flat::flatten;

use self::api::Api;
use self::position::Position;
use self::settings::{FORM, SHEET, Settings};
use super::{About, Kind, Pending, Running, Setup, SourceTest};
use crate::clock::Clock;
use crate::connect::invalid;
use crate::form::{Details, FieldError, Saved};
use crate::http::Client;
use crate::problem::Problem;
use crate::secret::Secrets;

const KIND: &str = "infisical";

pub struct Infisical;

impl Kind for Infisical {
    fn id(&self) -> &'static str {
        KIND
    }

    fn about(&self) -> About {
        About {
            id: KIND.into(),
            name: SHEET.name.clone(),
            tagline: SHEET.tagline.clone(),
            fields: FORM.all().cloned().collect(),
            guide: SHEET.guide.clone(),
        }
    }

    fn configure(&self, details: &Details, secrets: &Secrets) -> Result<Saved, Vec<FieldError>> {
        let (_, saved) = Settings::read(details, secrets)?;
        Client::new(&saved.details, &saved.secrets)?;
        Ok(saved)
    }

    fn test(
        &self,
        details: Details,
        secrets: Secrets,
        clock: Arc<dyn Clock>,
    ) -> Pending<'_, SourceTest> {
        Box::pin(async move {
            match connect(&details, &secrets, clock) {
                Ok((settings, api)) => test_connection::run(api, settings.start).await,
                Err(problem) => test_connection::failed(problem),
            }
        })
    }

    fn start(&self, setup: Setup) -> Pending<'_, Result<Box<dyn Running>, Problem>> {
        Box::pin(async move {
            let position = match &setup.position {
                None => None,
                Some(text) => {
                    Some(Position::parse(text).ok_or_else(problems::position_unreadable)?)
                }
            };
            let clock = Arc::clone(&setup.clock);
            let (settings, api) = connect(&setup.details, &setup.secrets, clock)?;
            let polling = poller::start(api, &settings, position, setup);
            Ok(Box::new(polling) as Box<dyn Running>)
        })
    }
}

fn connect(
    details: &Details,
    secrets: &Secrets,
    clock: Arc<dyn Clock>,
) -> Result<(Settings, Api), Problem> {
    let (settings, _) = Settings::read(details, secrets).map_err(|errors| {
        let missing = |field: &str| errors.iter().all(|error| error.field == field);
        match missing("client_secret") || missing("client_id") {
            true => problems::nothing_to_sign_in_with(),
            false => invalid(&errors),
        }
    })?;
    let client = Client::new(details, secrets).map_err(|errors| invalid(&errors))?;
    let api = Api::new(client, settings.site.clone(), settings.login.clone(), clock);
    Ok((settings, api))
}
