//! The OS keychain for real: GNOME Keyring on a message bus of its own.
//!
//! Each test runs itself once more as a child inside `dbus-run-session`, in an empty home and with
//! the keyring in the state that the test is about, so that nobody's own keyring is touched.

use penstock_engine::problem::Problem;
use penstock_engine::secret::Secret;
use penstock_engine::vault::{Keychain, Owner, Vault};
use secret_service::EncryptionType;
use secret_service::blocking::SecretService;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Set in the child.
const INSIDE: &str = "PENSTOCK_TEST_INSIDE_SESSION";

/// Starts a keyring program, with the password of its keyring, and waits until it has its name on
/// the bus: the bus starts another one for whoever asks before.
const UNLOCKED: &str = r#"
printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true; do :; done
"#;

/// Ends the keyring program that has the name.
const ENDED: &str = r#"
pid=$(dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.GetConnectionUnixProcessID string:org.freedesktop.secrets | sed 's/.*uint32 //')
kill "$pid"
while kill -0 "$pid" 2>/dev/null; do :; done
"#;

/// Runs the test `name` again inside a session made ready by the shell command `prepare`. True
/// for the child, which then goes on with the test.
fn inside(name: &str, prepare: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let home = tempfile::tempdir().expect("a folder");
    let output = Command::new("dbus-run-session")
        .args([
            "--",
            "sh",
            "-c",
            &format!("{prepare}\nexec \"$0\" --exact \"$1\" --nocapture"),
        ])
        .arg(std::env::current_exe().expect("this test"))
        .arg(format!("keychain::{name}"))
        .env(INSIDE, "1")
        .envs(["HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"].map(|name| (name, home.path())))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .output()
        .expect("dbus-run-session, from the package dbus");
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success() && out.contains("1 passed"),
        "{out}\n{err}"
    );
    false
}

fn owner() -> Owner {
    Owner {
        id: "0190aa-stream".into(),
        name: "Splunk prod".into(),
    }
}

fn read(keychain: &Keychain) -> Result<Option<String>, Problem> {
    Ok(keychain
        .read(&owner(), "token")?
        .map(|secret| secret.expose().to_owned()))
}

/// Every call ends in the problem `code`, and the secret is in no file.
fn all_refused(code: &str) {
    let keychain = Keychain::new();
    let secret = Secret::from("hush-hush");
    for problem in [
        keychain.check().expect_err("check"),
        keychain.read(&owner(), "token").expect_err("read"),
        keychain
            .write(&owner(), "token", &secret)
            .expect_err("write"),
        keychain.delete(&owner(), "token").expect_err("delete"),
    ] {
        assert_eq!(problem.code, code, "{problem:?}");
        assert!(!problem.next_steps.is_empty(), "{problem:?}");
    }
    let home = std::env::var_os("HOME").expect("a home");
    let found = Command::new("grep")
        .args(["-r", "hush-hush"])
        .arg(home)
        .output()
        .expect("grep");
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
}

fn lock() {
    let service = SecretService::connect(EncryptionType::Plain).expect("a keyring program");
    service
        .get_default_collection()
        .expect("a keyring")
        .lock()
        .expect("locks");
}

/// A new keyring program takes the place of the one that runs, and is given the password.
fn start_anew() {
    let status = Command::new("sh")
        .args(["-ec", &format!("{ENDED}{UNLOCKED}")])
        .status();
    assert!(status.expect("a shell").success());
}

#[test]
fn secrets_are_kept_changed_and_taken_away() {
    if !inside("secrets_are_kept_changed_and_taken_away", UNLOCKED) {
        return;
    }
    let keychain = Keychain::new();
    assert_eq!(keychain.check(), Ok(()));
    assert_eq!(read(&keychain), Ok(None));
    assert_eq!(
        keychain.delete(&owner(), "token"),
        Ok(()),
        "fine where there is none"
    );
    let long = "-----BEGIN PRIVATE KEY-----\n".repeat(400);
    for secret in ["first", "second 💧", "", &long] {
        keychain
            .write(&owner(), "token", &secret.into())
            .expect("written");
        assert_eq!(read(&keychain), Ok(Some(secret.to_owned())));
        assert_eq!(
            read(&Keychain::new()),
            Ok(Some(secret.to_owned())),
            "as after a restart"
        );
    }
    assert_eq!(
        keychain
            .read(&owner(), "other")
            .expect("readable")
            .map(|_| ()),
        None
    );

    let service = SecretService::connect(EncryptionType::Plain).expect("a keyring program");
    let attributes = [("service", "penstock"), ("username", "0190aa-stream/token")].into();
    let found = service.search_items(attributes).expect("searched").unlocked;
    assert_eq!(found.len(), 1, "one entry, changed in place");
    assert_eq!(
        found[0].get_label().expect("a label"),
        "Penstock: Splunk prod (token)"
    );

    keychain.delete(&owner(), "token").expect("deleted");
    assert_eq!(read(&keychain), Ok(None));
}

#[test]
fn the_keychain_may_be_used_from_inside_an_async_runtime() {
    if !inside(
        "the_keychain_may_be_used_from_inside_an_async_runtime",
        UNLOCKED,
    ) {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let keychain = Arc::new(Keychain::new());
        keychain
            .write(&owner(), "token", &"hush".into())
            .expect("written");
        let reading = (0..20).map(|_| {
            let keychain = keychain.clone();
            tokio::task::spawn_blocking(move || read(&keychain))
        });
        for result in reading.collect::<Vec<_>>() {
            assert_eq!(result.await.expect("no panic"), Ok(Some("hush".into())));
        }
    });
}

#[test]
fn a_locked_keyring_is_a_problem_and_its_secrets_are_back_once_it_is_unlocked() {
    let name = "a_locked_keyring_is_a_problem_and_its_secrets_are_back_once_it_is_unlocked";
    if !inside(name, UNLOCKED) {
        return;
    }
    let keychain = Keychain::new();
    keychain
        .write(&owner(), "token", &"hush".into())
        .expect("written");
    lock();
    all_refused("keychain-locked");
    assert_eq!(read(&keychain).expect_err("locked").code, "keychain-locked");
    start_anew();
    assert_eq!(read(&keychain), Ok(Some("hush".into())));
    assert_eq!(keychain.check(), Ok(()));
}

#[test]
fn a_keyring_program_that_starts_anew_is_found_again() {
    if !inside(
        "a_keyring_program_that_starts_anew_is_found_again",
        UNLOCKED,
    ) {
        return;
    }
    let keychain = Keychain::new();
    keychain
        .write(&owner(), "token", &"hush".into())
        .expect("written");
    start_anew();
    assert_eq!(read(&keychain), Ok(Some("hush".into())));
}

#[test]
fn a_session_without_a_bus_has_no_keychain() {
    if inside(
        "a_session_without_a_bus_has_no_keychain",
        "export DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere",
    ) {
        all_refused("keychain-missing");
    }
}

#[test]
fn a_session_without_a_keyring_program_has_no_keychain() {
    let name = "a_session_without_a_keyring_program_has_no_keychain";
    if inside(name, &on_a_bus_that("", "")) {
        all_refused("keychain-missing");
    }
}

#[test]
fn a_sandbox_that_keeps_penstock_out_is_told_apart() {
    let name = "a_sandbox_that_keeps_penstock_out_is_told_apart";
    let deny = r#"<deny send_destination="org.freedesktop.secrets"/>"#;
    if inside(name, &on_a_bus_that(deny, UNLOCKED)) {
        all_refused("keychain-denied");
    }
}

/// Goes on on another bus, with a policy of its own, that starts no program by itself.
fn on_a_bus_that(policy: &str, prepare: &str) -> String {
    let config = format!(
        r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    {policy}
  </policy>
</busconfig>"#
    );
    format!(
        r#"cat >"$HOME/bus.conf" <<'END'
{config}
END
exec dbus-run-session --config-file="$HOME/bus.conf" -- sh -c '{prepare}
exec "$0" --exact "$1" --nocapture' "$0" "$1""#
    )
}
