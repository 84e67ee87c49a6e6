//! The words for what can go wrong with Infisical.

use url::Url;

use super::site::Site;
use crate::clock::Millis;
use crate::problem::Problem;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    SignIn,
    List,
    Details,
}

/// Steps of the guide.
const IDENTITY: u32 = 1;
const ROLE: u32 = 2;
const SECRET: u32 = 3;
const SITE: u32 = 4;

fn worded(problem: Problem, text: &str) -> Problem {
    match text {
        "" => problem,
        text => problem.detail(text).evidence(text),
    }
}

pub(super) fn web_page(site: &Site, status: u16) -> Problem {
    Problem::new(
        "infisical-web-page",
        format!("{} answered with a web page instead of data.", site.place()),
    )
    .cause(
        "A proxy or a network's sign-in page stands between, or the address belongs to something else.",
    )
    .next(format!(
        "Open {} in a browser on this computer and see what comes.",
        site.base()
    ))
    .next("Check the site. If traffic has to go through a proxy, enter it under Connection.")
    .field("site")
    .guide_step(SITE)
    .short(format!("{status} Web page, no data"))
}

pub(super) fn not_infisical(site: &Site, status: u16) -> Problem {
    Problem::new(
        "infisical-not-infisical",
        format!(
            "What {} answered does not come from Infisical.",
            site.place()
        ),
    )
    .cause("Another service answers at this address.")
    .next("Check the site: us, eu, or the address of your own Infisical.")
    .field("site")
    .guide_step(SITE)
    .short(format!("{status} Not from Infisical"))
}

pub(super) fn redirected(site: &Site, location: Option<&str>) -> Problem {
    // What follows the host may hold a token.
    let target = location
        .and_then(|it| site.base().join(it).ok())
        .filter(Url::has_host)
        .map(|url| url.origin().ascii_serialization());
    let problem = match &target {
        Some(target) => Problem::new(
            "infisical-redirected",
            format!("{} sends on to {target}.", site.place()),
        )
        .next(format!(
            "If {target} is your Infisical, enter it as the site."
        )),
        None => Problem::new(
            "infisical-redirected",
            format!("{} sends on to another address.", site.place()),
        )
        .next("Open the site in a browser and enter the address at which you end up."),
    };
    problem
        .cause("Penstock follows no redirect, so that the credentials go nowhere but to the site you entered.")
        .next("If it is a sign-in page of your network, let this computer through.")
        .field("site")
        .guide_step(SITE)
        .short("Redirected")
}

pub(super) fn not_found(site: &Site) -> Problem {
    Problem::new(
        "infisical-not-found",
        format!("{} has no audit-log API.", site.place()),
    )
    .cause("The address is not that of an Infisical, or that Infisical is too old: the API is there since 2024.")
    .next("Check the site: us, eu, or the address of your own Infisical, without a path.")
    .next("Update your own Infisical if it is older.")
    .field("site")
    .guide_step(SITE)
    .short("404 No such API")
}

pub(super) fn too_many(text: &str) -> Problem {
    let problem = Problem::new("infisical-rate-limit", "Infisical asks for fewer requests.")
        .cause("All programs behind this network address share one limit.")
        .next("Nothing to do: the source waits as long as Infisical asks, and goes on by itself.")
        .short("429 Too many requests");
    worded(problem, text)
}

pub(super) fn took_too_long(text: &str) -> Problem {
    let problem = Problem::new(
        "infisical-too-slow",
        "Infisical could not look through its audit log in time.",
    )
    .cause("Its database is busy.")
    .next("Nothing to do at first: the source asks for shorter stretches of time by itself.")
    .next("If it goes on with your own Infisical, look at the load of its database.")
    .short("504 Took too long");
    worded(problem, text)
}

pub(super) fn failed_there(site: &Site, status: u16, text: &str) -> Problem {
    let problem = Problem::new(
        "infisical-failed",
        format!("{} answered that something went wrong there.", site.place()),
    )
    .cause("Infisical, or what stands before it, has trouble of its own.")
    .next("Wait a little and try again; the source does so by itself.")
    .next("If it goes on, look at Infisical's status page, or into the log of your own Infisical.")
    .short(format!("{status} Infisical failed"));
    worded(problem, text)
}

pub(super) fn plan(text: &str) -> Problem {
    let problem = Problem::new(
        "infisical-plan",
        "The organisation's plan does not include audit logs.",
    )
    .cause("Infisical records audit logs on paid plans only, and for your own Infisical with a licence.")
    .next("Ask Infisical for a plan that includes audit logs, or add the licence to your own Infisical.")
    .next("Events from before that were not recorded and cannot be read later.")
    .short("Plan without audit logs");
    worded(problem, text)
}

pub(super) fn nothing_there() -> Problem {
    Problem::new(
        "infisical-no-events",
        "Infisical has no audit event of the last three months, not even of this sign-in.",
    )
    .cause(
        "Most likely the organisation's plan does not include audit logs, or they are switched off on the server.",
    )
    .next("Open Audit Logs in the organisation and see whether there is anything.")
    .next("In an organisation that was just made, events show after some seconds: test again.")
    .short("No audit events at all")
}

pub(super) fn token_expired(text: &str) -> Problem {
    let problem = Problem::new(
        "infisical-token-expired",
        "The access token has expired or is not valid.",
    )
    .next("Enter a fresh access token, or better a client ID and client secret: with those Penstock signs in again by itself.")
    .field("access_token")
    .guide_step(SECRET)
    .short("403 Token expired");
    worded(problem, text)
}

pub(super) fn token_refused(text: &str) -> Problem {
    let problem = Problem::new(
        "infisical-token-refused",
        "Infisical does not take the access token.",
    )
    .cause("It was revoked, its number of uses is used up, or it belongs to another site.")
    .next("Check that the machine identity still exists, and that the site is right.")
    .next("Create a new client secret (or access token) for it and enter it.")
    .guide_step(SECRET)
    .short("401 Token refused");
    worded(problem, text)
}

pub(super) fn credentials_refused(site: &Site, status: u16, text: &str) -> Problem {
    let elsewhere = match site.other_region() {
        Some(other) => format!(
            "If the organisation is in the other region, enter {other} as the site: an identity exists in one region only."
        ),
        None => format!(
            "Check that the identity belongs to the Infisical at {}.",
            site.place()
        ),
    };
    let problem = Problem::new(
        "infisical-credentials-refused",
        format!("{} does not know this client ID with this client secret.", site.place()),
    )
    .cause("One of them is mistyped, the secret was revoked or has expired, or the machine identity was deleted.")
    .next("Compare the client ID with the one under Universal Auth of the machine identity.")
    .next("Create a new client secret there and enter it.")
    .next(elsewhere)
    .field("client_secret")
    .guide_step(SECRET)
    .short(format!("{status} Credentials refused"));
    worded(problem, text)
}

pub(super) fn locked(text: &str) -> Problem {
    let problem = Problem::new(
        "infisical-locked",
        "Infisical has locked sign-in for this machine identity for a while.",
    )
    .cause("Too many sign-ins with a wrong client secret, from here or from elsewhere.")
    .next("Check the client secret, then wait some minutes, or unlock Universal Auth at the identity.")
    .field("client_secret")
    .guide_step(SECRET)
    .short("Identity locked");
    worded(problem, text)
}

pub(super) fn address_not_trusted(text: &str) -> Problem {
    let problem = Problem::new(
        "infisical-address-not-trusted",
        "The machine identity may not be used from this computer's network address.",
    )
    .cause("Its Universal Auth has a list of trusted IP addresses.")
    .next("Add this network's address to the trusted IPs for client secrets and for access tokens.")
    .guide_step(IDENTITY)
    .short("Address not trusted");
    worded(problem, text)
}

pub(super) fn no_permission(text: &str) -> Problem {
    let problem = Problem::new(
        "infisical-permission",
        "The machine identity may not read the organisation's audit logs.",
    )
    .cause("Its organisation role lacks the permission Audit Logs: Read. A role in a project does not give it.")
    .next("In Infisical open Organization, Access Control, Roles, and give a role the permission Audit Logs: Read.")
    .next("Give that role to the machine identity, in the organisation.")
    .guide_step(ROLE)
    .short("403 May not read logs");
    worded(problem, text)
}

pub(super) fn refused(status: u16, text: &str) -> Problem {
    let problem = Problem::new(
        "infisical-refused",
        "Infisical did not understand what Penstock asked for.",
    )
    .cause("This Infisical is older or newer than what Penstock knows.")
    .next("Update Penstock and your own Infisical. If it stays, report what is shown under Detail.")
    .short(format!("{status} Not understood"));
    worded(problem, text)
}

pub(super) fn too_large(limit: usize) -> Problem {
    Problem::new(
        "infisical-event-too-large",
        format!("One audit event is larger than {} MiB.", limit >> 20),
    )
    .cause("Something wrote far more into an event than events hold, or the answer is not Infisical's.")
    .next("Look at the newest events in Infisical. Penstock waits here and loses nothing.")
    .short("Event too large")
}

pub(super) fn repeats() -> Problem {
    Problem::new(
        "infisical-repeats",
        "Infisical gives the same events again and again, whatever Penstock asks for.",
    )
    .cause("A cache or proxy on the way answers in Infisical's place, or Infisical ignores the offset.")
    .next("Let nothing between this computer and Infisical cache answers.")
    .next("Nothing was lost: Penstock took each event once and tries again by itself.")
    .short("Same events again")
}

/// `ahead`: how far this computer is ahead of Infisical.
pub(super) fn clock_off(ahead: Millis) -> Problem {
    let minutes = (ahead.abs() + 30_000) / 60_000;
    let length = if minutes >= 120 {
        format!("{} hours", minutes / 60)
    } else {
        format!("{minutes} minutes")
    };
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    Problem::new(
        "clock-off",
        format!("This computer's clock is {length} {side} Infisical's."),
    )
    .cause("The clock or the time zone of this computer is set wrong.")
    .next("Let the operating system set the clock by itself (NTP).")
    .next("Events keep flowing meanwhile: Penstock reads by Infisical's clock.")
    .short("Clock is off")
}

pub(super) fn position_unreadable() -> Problem {
    Problem::new(
        "infisical-position-unreadable",
        "Where this source stands cannot be read.",
    )
    .cause("A newer Penstock wrote it, or the data folder is damaged.")
    .next("Update Penstock. Or delete the source and make it anew with a start date: nothing that was taken is lost.")
    .short("Position unreadable")
}

pub(super) fn nothing_to_sign_in_with() -> Problem {
    Problem::new(
        "infisical-credentials-missing",
        "There is nothing to sign in to Infisical with.",
    )
    .next("Edit the source and enter client ID and client secret of a machine identity.")
    .field("client_secret")
    .guide_step(SECRET)
    .short("Credentials missing")
}
