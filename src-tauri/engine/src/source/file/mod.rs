//! A file that grows: one JSON object a line, read through rotations and restarts.
//!
//! Always holds: a line is in the journal exactly once, however the file is rotated and whenever
//! Penstock ends, as long as the file or a rotated copy of it is there. Each line is one event as it
//! stands; a line that is none is set aside with its place and the rest flows. However long a line
//! or large a file, memory is bounded. Lines that are written twice are two events.

mod directory;
mod follow;
mod generation;
mod history;
mod identity;
mod input;
mod line;
mod lines;
mod print;
mod problems;
mod reader;
mod survey;
mod tail;
mod taking;
mod trial;

use schemars::JsonSchema;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use self::follow::{Follower, Start};
use self::lines::Lines;
use self::reader::Place;
use self::tail::Tail;
use self::taking::Taking;
use super::{About, Batch, Kind, Pending, Running, Setup, SourceTest};
use crate::clock::Clock;
use crate::form::{Details, FieldError, Form, Guide, Saved};
use crate::problem::Problem;
use crate::secret::Secrets;

/// What a source of this kind is called.
pub const KIND: &str = "file";

static FORM: LazyLock<Form> = LazyLock::new(|| Form::of::<Settings>(&Guide::default()).local());

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// One JSON object a line. The file need not exist yet; rotated files beside it are found.
    #[schemars(title = "File", example = &"/var/log/audit.json")]
    path: PathBuf,
    /// Where the first look begins. Afterwards it always goes on where it was.
    #[schemars(title = "Start", extend("default" = "begin"))]
    #[serde(default)]
    start: From,
    /// Read the file once, to its end, and then stop: an import.
    #[schemars(title = "Read once", extend("x-group" = "advanced"))]
    #[serde(default)]
    once: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum From {
    /// Everything there is, rotated files first: nothing is left out.
    #[default]
    #[schemars(title = "At the beginning")]
    Begin,
    /// Only what is written from now on.
    #[schemars(title = "At the end")]
    End,
}

impl Settings {
    /// Of details as [`Kind::configure`] tidied them.
    fn of(details: &Details) -> Result<Self, Problem> {
        serde_json::from_value(details.clone().into()).map_err(|error| {
            Problem::new(
                "settings-invalid",
                "The settings of this file cannot be understood.",
            )
            .next("Enter the file's path again.")
            .detail(error.to_string())
        })
    }

    fn start(&self) -> Start {
        match (self.once, self.start) {
            (true, _) => Start::Once,
            (false, From::Begin) => Start::Begin,
            (false, From::End) => Start::End,
        }
    }
}

pub struct File;

impl Kind for File {
    fn id(&self) -> &'static str {
        KIND
    }

    fn about(&self) -> About {
        About {
            id: KIND.into(),
            name: "File".into(),
            tagline: "Penstock reads a file that grows, one JSON object a line.".into(),
            fields: FORM.all().cloned().collect(),
            guide: Guide::default(),
        }
    }

    fn configure(&self, details: &Details, secrets: &Secrets) -> Result<Saved, Vec<FieldError>> {
        let mut entries = FORM.read(details, secrets, &[]);
        entries.tidy("path", path);
        let (_, saved) = entries.finish::<Settings>()?;
        Ok(saved)
    }

    /// A path is meant from where it was typed, whatever folder Penstock runs in later.
    fn settle<'a>(
        &'a self,
        mut details: Details,
        _own: Option<&'a Details>,
        others: &'a [(String, Details)],
    ) -> Pending<'a, Result<Details, Problem>> {
        Box::pin(async move {
            let settings = Settings::of(&details)?;
            let path = std::path::absolute(&settings.path).unwrap_or(settings.path.clone());
            if let Some((name, _)) = others.iter().find(|(_, other)| {
                Settings::of(other)
                    .is_ok_and(|other| other.path == path && !other.once && !settings.once)
            }) {
                return Err(Problem::new(
                    "file-taken",
                    format!("The source {name:?} reads {} already.", path.display()),
                )
                .cause("Two sources on one file would bring each event twice.")
                .next(format!("Let streams take the events of {name:?}."))
                .field("path"));
            }
            details.insert("path".into(), path.display().to_string().into());
            Ok(details)
        })
    }

    fn test(
        &self,
        details: Details,
        _secrets: Secrets,
        _clock: Arc<dyn Clock>,
    ) -> Pending<'_, SourceTest> {
        Box::pin(async move {
            let tested = tokio::task::spawn_blocking(move || {
                let settings = Settings::of(&details)?;
                Ok(trial::trial(&settings.path, settings.start()))
            });
            match tested.await.expect("looking does not panic") {
                Ok(test) => test,
                Err(problem) => SourceTest {
                    headline: Problem::to_string(&problem),
                    facts: Vec::new(),
                    problem: Some(problem),
                    warning: None,
                },
            }
        })
    }

    fn start(&self, setup: Setup) -> Pending<'_, Result<Box<dyn Running>, Problem>> {
        Box::pin(async move {
            let settings = Settings::of(&setup.details)?;
            let start = settings.start();
            let follower = Follower::new(settings.path, start, setup.position.as_deref());
            let tail = Tail::start(follower, start, setup.journal, setup.clock);
            Ok(Box::new(tail) as Box<dyn Running>)
        })
    }
}

/// What the text of a whole log brings, in whatever pieces it comes: what is done with a file that
/// is followed, but for the file.
pub fn batch(path: &Path, pieces: &[&[u8]]) -> Batch {
    let (mut lines, mut taking) = (Lines::default(), Taking::new(path.to_owned()));
    let mut number = 0;
    let mut take = |line| {
        number += 1;
        taking.take(line, Place::Line(number));
    };
    for piece in pieces {
        lines.buffer().extend_from_slice(piece);
        lines.came(piece.len());
        while let Some(line) = lines.next() {
            take(line);
        }
    }
    if let Some(line) = lines.last() {
        take(line);
    }
    taking.finish(String::new())
}

/// A path as it is meant, from what a person or a file manager gives.
fn path(text: &str) -> Result<String, String> {
    let text = match text.strip_prefix("file://") {
        Some(_) => url::Url::parse(text)
            .ok()
            .and_then(|url| url.to_file_path().ok())
            .ok_or("This address leads to no file of this machine.")?
            .display()
            .to_string(),
        None => text.trim_matches('"').to_owned(),
    };
    if text.starts_with("~") {
        return Err("Enter the whole path, without ~, for example /home/me/audit.json.".into());
    }
    if text.contains('\0') || Path::new(&text).file_name().is_none() {
        return Err(
            "This is a folder. Enter the path of one file, for example /var/log/audit.json.".into(),
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn details(value: serde_json::Value) -> Details {
        value.as_object().expect("an object").clone()
    }

    fn valid(configured: Result<Saved, Vec<FieldError>>) -> Details {
        match configured {
            Ok(configured) => configured.details,
            Err(errors) => panic!("{errors:?}"),
        }
    }

    #[test]
    fn a_path_is_all_that_is_needed() {
        let configured = File.configure(
            &details(json!({"path": " /var/log/a.json "})),
            &Secrets::new(),
        );
        let saved = valid(configured);
        assert_eq!(saved["path"], "/var/log/a.json");
        assert_eq!(saved["start"], "begin");
        let settings = Settings::of(&saved).expect("understood");
        assert_eq!(settings.start(), Start::Begin);
    }

    #[test]
    fn what_is_no_path_of_a_file_is_explained() {
        for path in ["", "/", "/var/log/..", "~/audit.json", "file://elsewhere/a"] {
            let given = details(json!({"path": path}));
            let errors = File.configure(&given, &Secrets::new()).err().expect(path);
            assert_eq!(errors[0].field, "path", "{path}");
        }
        let given =
            details(json!({"path": "file:///var/log/a%20b.json", "once": "true", "start": "end"}));
        let saved = valid(File.configure(&given, &Secrets::new()));
        assert_eq!(saved["path"], "/var/log/a b.json");
        assert_eq!(
            Settings::of(&saved).expect("understood").start(),
            Start::Once
        );
    }

    #[tokio::test]
    async fn a_path_is_made_whole_and_no_file_is_followed_twice() {
        let given = |path: &str| details(json!({"path": path}));
        let settled = File
            .settle(given("audit.json"), None, &[])
            .await
            .expect("settled");
        let path = settled["path"].as_str().expect("a path");
        assert!(Path::new(path).is_absolute(), "{path}");
        let others = [(String::from("One"), settled.clone())];
        let problem = File
            .settle(given("audit.json"), None, &others)
            .await
            .expect_err("taken");
        assert_eq!(problem.code, "file-taken");
    }
}
