//! What a person is told when the keychain does not answer as it should.

use super::store::{Kind, Trouble};
use crate::problem::Problem;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    MacOs,
    Windows,
    /// Linux and its relatives: a keyring program behind the Secret Service interface.
    SecretService,
}

impl Platform {
    pub const fn here() -> Self {
        if cfg!(target_os = "macos") {
            Platform::MacOs
        } else if cfg!(windows) {
            Platform::Windows
        } else {
            Platform::SecretService
        }
    }
}

const WITHOUT_DESKTOP: &str =
    "On a machine without a desktop, set PENSTOCK_VAULT to env or directory instead.";
const GOES_ON: &str = "Then try again. Streams that deliver go on by themselves.";

pub fn problem(trouble: Trouble, platform: Platform) -> Problem {
    match trouble.kind {
        Kind::Missing => missing(platform),
        Kind::NoKeyring => Problem::new(
            "keychain-missing",
            "The keychain has no default keyring yet.",
        )
        .cause("A keyring program runs, but no keyring was ever made in it.")
        .next("Make one in Passwords and Keys (seahorse): a password keyring, set as default.")
        .next("Or log out and in again, which makes the login keyring on most desktops.")
        .next(GOES_ON),
        Kind::Locked => locked(platform),
        Kind::Denied => denied(platform),
        Kind::Incomplete => Problem::new(
            "keychain-incomplete",
            "A secret in the keychain is damaged: a part of it is missing.",
        )
        .cause("Its entries were changed or removed outside Penstock.")
        .next("Enter the secret again."),
        Kind::Failed => Problem::new("keychain-failed", "The keychain answered with an error.")
            .next("Try again. If it stays, restart the keychain program or log out and in again."),
    }
    .detail(trouble.detail)
}

fn missing(platform: Platform) -> Problem {
    let problem = Problem::new(
        "keychain-missing",
        "There is no keychain to keep secrets in.",
    )
    .short("No keychain");
    match platform {
        Platform::SecretService => problem
            .cause("No keyring program answers: none is installed or running, or Penstock was started outside the desktop session.")
            .next("Install a keyring program: gnome-keyring, KWallet, or KeePassXC with its Secret Service turned on.")
            .next("Start Penstock from the desktop session, or pass it that session's DBUS_SESSION_BUS_ADDRESS.")
            .next(WITHOUT_DESKTOP),
        Platform::MacOs => problem
            .cause("The login keychain is missing or damaged, or Penstock runs without a user session.")
            .next("Open Keychain Access and check that the login keychain is there and is the default.")
            .next(WITHOUT_DESKTOP),
        Platform::Windows => problem
            .cause("Credential Manager is not available to this account, as for services and some remote sessions.")
            .next("Run Penstock as a user who has signed in, and check that the service Credential Manager runs.")
            .next(WITHOUT_DESKTOP),
    }
}

fn locked(platform: Platform) -> Problem {
    let problem =
        Problem::new("keychain-locked", "The keychain is locked.").short("Keychain locked");
    match platform {
        Platform::SecretService => problem
            .cause("Nobody has unlocked it in this session, or the dialog that asks for its password was closed or could not be shown.")
            .next("Open Passwords and Keys (or your keyring program) and unlock the default keyring.")
            .next("Without a desktop: gnome-keyring-daemon --replace --unlock, with the password on standard input.")
            .next(GOES_ON),
        Platform::MacOs => problem
            .cause("The login keychain is locked and macOS could not ask for its password.")
            .next("Unlock it in Keychain Access, or with: security unlock-keychain")
            .next(GOES_ON),
        Platform::Windows => problem
            .cause("Windows keeps the credentials of this account locked until it has signed in.")
            .next("Sign in to Windows as this user.")
            .next(GOES_ON),
    }
}

fn denied(platform: Platform) -> Problem {
    let problem = Problem::new("keychain-denied", "The keychain does not let Penstock in.")
        .short("Keychain access denied");
    match platform {
        Platform::SecretService => problem
            .cause("The keyring program, or the sandbox Penstock runs in, refused the request.")
            .next("Allow Penstock in the keyring program. In KeePassXC: Database settings, Secret Service Integration.")
            .next("In Flatpak or Snap, allow access to org.freedesktop.secrets.")
            .next(GOES_ON),
        Platform::MacOs => problem
            .cause("Access was denied in the dialog macOS showed, or another user or app owns the entry.")
            .next("In Keychain Access, open the entry penstock, Access Control, and add Penstock.")
            .next(GOES_ON),
        Platform::Windows => problem
            .cause("Another user saved the secret, or a policy of your organisation forbids storing credentials.")
            .next("Run Penstock as the user who entered the secret.")
            .next("Or ask for the policy \"Do not allow storage of passwords and credentials\" to be lifted.")
            .next(GOES_ON),
    }
}

/// A dialog of the keychain stands open.
pub fn waiting() -> Problem {
    Problem::new("keychain-locked", "The keychain waits for your answer.")
        .cause("It asks for its password, or for permission, in a dialog that nobody has answered yet.")
        .next("Look for the dialog, perhaps behind other windows, and answer it.")
        .next(GOES_ON)
        .short("Keychain waits for you")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_locked_and_denied_differ_and_say_what_to_do_on_each_platform() {
        for platform in [Platform::SecretService, Platform::MacOs, Platform::Windows] {
            let told = |kind| {
                problem(
                    Trouble {
                        kind,
                        detail: "as the system said".into(),
                    },
                    platform,
                )
            };
            let told = [told(Kind::Missing), told(Kind::Locked), told(Kind::Denied)];
            assert_eq!(
                told.each_ref().map(|problem| problem.code.as_str()),
                ["keychain-missing", "keychain-locked", "keychain-denied"]
            );
            for problem in &told {
                assert!(problem.cause.is_some(), "{platform:?} {}", problem.code);
                assert!(
                    problem.next_steps.len() >= 2,
                    "{platform:?} {}",
                    problem.code
                );
                assert_eq!(problem.detail.as_deref(), Some("as the system said"));
            }
        }
    }
}
