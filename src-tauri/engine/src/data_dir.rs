//! Which folder holds the store and the logs: the same for the desktop and the command line.

use std::path::PathBuf;

use crate::problem::Problem;
use crate::variables::Variables;

/// As in `tauri.conf.json`.
const IDENTIFIER: &str = "dev.penstock.desktop";

/// `PENSTOCK_DATA_DIR`, else the platform's folder for the data of apps.
pub fn choose(variables: &Variables) -> Result<PathBuf, Problem> {
    let folder = |name: &str| {
        variables(name)
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
    };
    if let Some(chosen) = folder("PENSTOCK_DATA_DIR") {
        return std::path::absolute(&chosen).map_err(|error| {
            Problem::new(
                "data-dir-invalid",
                "PENSTOCK_DATA_DIR does not name a folder.",
            )
            .next("Set it to the full path of a folder, or leave it unset.")
            .detail(error.to_string())
        });
    }
    let apps = if cfg!(windows) {
        folder("APPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        // A relative path there is to be ignored, says the XDG specification.
        folder("XDG_DATA_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| folder("HOME").map(|home| home.join(".local/share")))
    };
    match apps {
        Some(apps) => Ok(apps.join(IDENTIFIER)),
        None => Err(Problem::new(
            "data-dir-unknown",
            "There is no folder to keep the data in.",
        )
        .cause("This user has no home folder, as is usual for services.")
        .next("Set PENSTOCK_DATA_DIR to a folder that only this user can read.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn chosen(variables: &'static [(&str, &str)]) -> Result<PathBuf, String> {
        let variables: Variables = Arc::new(move |name| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.into())
        });
        choose(&variables).map_err(|problem| problem.code)
    }

    #[test]
    fn the_variable_goes_before_the_platforms_folder() {
        let set = &[
            ("PENSTOCK_DATA_DIR", "/srv/penstock"),
            ("HOME", "/home/a"),
            ("APPDATA", "/home/a"),
        ];
        assert_eq!(
            chosen(set),
            Ok(std::path::absolute("/srv/penstock").expect("a path"))
        );
        assert_eq!(chosen(&[]), Err("data-dir-unknown".into()));
    }

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn the_folder_is_the_one_the_desktop_toolkit_uses() {
        const HOME: (&str, &str) = ("HOME", "/home/a");
        assert_eq!(
            chosen(&[HOME]),
            Ok("/home/a/.local/share/dev.penstock.desktop".into())
        );
        assert_eq!(
            chosen(&[HOME, ("XDG_DATA_HOME", "/data")]),
            Ok("/data/dev.penstock.desktop".into())
        );
        assert_eq!(
            chosen(&[
                HOME,
                ("XDG_DATA_HOME", "relative"),
                ("PENSTOCK_DATA_DIR", "")
            ]),
            Ok("/home/a/.local/share/dev.penstock.desktop".into())
        );
    }
}
