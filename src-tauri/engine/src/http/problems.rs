//! The words for what can go wrong between Penstock and a server.

use super::target::Target;
use crate::problem::Problem;

pub(super) fn address_invalid(shown_url: &str) -> Problem {
    Problem::new(
        "address-invalid",
        format!("Penstock cannot send to the address {shown_url:?}."),
    )
    .next("Enter an address that begins with https:// or http:// and has a host name.")
    .short("Address not usable")
}

pub(super) fn request_invalid(part: &str, name: &str) -> Problem {
    Problem::new(
        "request-invalid",
        format!("The {part} {name:?} cannot be sent over HTTP."),
    )
    .cause("It contains a line break or a character that HTTP does not allow there.")
    .next("Edit the stream and enter the value again, without line breaks.")
    .short(format!("Unusable {part}"))
}

pub(super) fn host_not_found(target: &Target, text: &str) -> Problem {
    let host = target.looked_up();
    let whose = if is_proxy(target, &host) {
        "proxy"
    } else {
        "host"
    };
    Problem::new(
        "host-not-found",
        format!("The {whose} {host} was not found."),
    )
    .cause(
        "The name is misspelt, or it is known only inside another network, or this computer is \
             offline.",
    )
    .next(format!(
        "Compare the name with the one in your provider's console: {host}."
    ))
    .next("If it is an internal name, connect to the network or VPN that knows it.")
    .detail(text)
    .short("Host not found")
}

pub(super) fn lookup_failed(target: &Target, text: &str) -> Problem {
    Problem::new(
        "host-lookup-failed",
        format!("No name server answered for {}.", target.looked_up()),
    )
    .cause("This computer is offline, or its name server (DNS) is down.")
    .next("Check this computer's network connection, and try again; a stream does so by itself.")
    .detail(text)
    .short("DNS does not answer")
}

pub(super) fn refused(target: &Target) -> Problem {
    Problem::new(
        "connection-refused",
        format!("{} refused the connection.", target.place()),
    )
    .cause(format!(
        "The host is there, but nothing listens on port {} or a firewall turns it away.",
        target.port
    ))
    .next(format!(
        "Check that the port is right ({}) and that the service runs.",
        target.port
    ))
    .next("If a firewall stands between, let this computer through.")
    .short("Connection refused")
}

pub(super) fn unreachable(target: &Target, text: &str) -> Problem {
    Problem::new(
        "network-unreachable",
        format!("There is no way to {} from this network.", target.place()),
    )
    .cause("This computer is offline, or the address belongs to a network it is not connected to.")
    .next("Check the network connection, or connect to the VPN that leads there.")
    .detail(text)
    .short("Network unreachable")
}

pub(super) fn connect_timeout(target: &Target) -> Problem {
    if let Some(proxy) = target.proxy_place() {
        return proxy_unreachable(target, &format!("{proxy} did not answer in time."));
    }
    Problem::new(
        "connect-timeout",
        format!("{} did not answer while connecting.", target.place()),
    )
    .cause("A firewall drops the connection without a word, or the host or port is wrong.")
    .next(format!("Check host and port: {}.", target.place()))
    .next("Ask whether this computer may reach it, or whether traffic has to go through a proxy.")
    .short("Timed out while connecting")
}

pub(super) fn answer_timeout(target: &Target) -> Problem {
    let seconds = target.timeout.as_secs();
    Problem::new(
        "answer-timeout",
        format!(
            "{} took the request but did not answer within {seconds} s.",
            target.place()
        ),
    )
    .cause("The server is overloaded or slow.")
    .next("Wait a little and try again; a stream does so by itself.")
    .next("If it goes on, raise the time-out under Connection, or ask the provider.")
    .short(format!("No answer in {seconds} s"))
}

pub(super) fn reset(target: &Target, text: &str) -> Problem {
    Problem::new(
        "connection-reset",
        format!("{} cut the connection before it answered.", target.place()),
    )
    .cause("The server restarted or gave up, or a firewall or load balancer cut in.")
    .next("Wait a little and try again; a stream does so by itself.")
    .next("If it goes on, look into the server's log for the time of this try.")
    .detail(text)
    .short("Connection reset")
}

pub(super) fn closed(target: &Target, text: &str) -> Problem {
    Problem::new(
        "connection-closed",
        format!(
            "{} closed the connection without an answer.",
            target.place()
        ),
    )
    .cause("The server restarted, or what listens on this port is not the service that you expect.")
    .next(format!("Check that the port is right: {}.", target.port))
    .next("If it goes on, look into the server's log for the time of this try.")
    .detail(text)
    .short("Closed without an answer")
}

pub(super) fn answer_garbled(target: &Target, text: &str) -> Problem {
    Problem::new(
        "answer-garbled",
        format!("What {} answered is not HTTP.", target.place()),
    )
    .cause("Another kind of service listens on this port.")
    .next(format!("Check that the port is right: {}.", target.port))
    .detail(text)
    .short("Not an HTTP answer")
}

pub(super) fn answer_too_large(target: &Target) -> Problem {
    Problem::new(
        "answer-too-large",
        format!(
            "The answer's headers from {} are too large.",
            target.place()
        ),
    )
    .cause("Another kind of service, or a misconfigured proxy, answers at this address.")
    .next(format!("Check the address: {}.", target.place()))
    .short("Answer too large")
}

pub(super) fn failed(target: &Target, text: &str) -> Problem {
    Problem::new(
        "connection-failed",
        format!("The connection to {} failed.", target.place()),
    )
    .next("Wait a little and try again; a stream does so by itself.")
    .detail(text)
    .short("Connection failed")
}

pub(super) fn proxy_unreachable(target: &Target, text: &str) -> Problem {
    Problem::new("proxy-unreachable", format!("The proxy {} could not be reached.", proxy(target)))
        .cause("Its address is wrong, it is down, or this computer may not reach it.")
        .next("Check the proxy under Connection; `none` goes without one, `system` takes the operating system's.")
        .field("proxy")
        .detail(text)
        .short("Proxy unreachable")
}

pub(super) fn proxy_password(target: &Target) -> Problem {
    Problem::new(
        "proxy-password",
        format!("The proxy {} asks for a user and password.", proxy(target)),
    )
    .cause("None are set, or it does not accept those that are.")
    .next("Enter proxy user and proxy password under Connection, with the proxy's address.")
    .field("proxy_user")
    .short("407 Proxy wants a password")
}

pub(super) fn proxy_refused(target: &Target, text: &str) -> Problem {
    Problem::new(
        "proxy-refused",
        format!(
            "The proxy {} would not connect to {}.",
            proxy(target),
            target.place()
        ),
    )
    .cause("Its rules do not allow this host or port, or it cannot reach it either.")
    .next(format!(
        "Ask the proxy's administrator to allow {}.",
        target.place()
    ))
    .field("proxy")
    .detail(text)
    .short("Proxy refused")
}

fn proxy(target: &Target) -> String {
    target
        .proxy_place()
        .unwrap_or_else(|| String::from("on the way"))
}

fn is_proxy(target: &Target, host: &str) -> bool {
    target.proxy.as_ref().and_then(url::Url::host_str) == Some(host)
}
