//! Where the intake listens, and which `Host` names are its own.

use hyper::http::uri::Authority;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::TcpListener;

use crate::problem::Problem;

/// Reads `127.0.0.1:8787`; `localhost` is taken for the loopback address.
pub fn parse(listen: &str, beyond_loopback: bool) -> Result<SocketAddr, Problem> {
    let text = listen.trim();
    let address = match text.strip_prefix("localhost:") {
        Some(port) => port
            .parse()
            .ok()
            .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        None => text.parse().ok(),
    };
    let Some(address) = address else {
        return Err(Problem::new(
            "intake-listen-invalid",
            format!("The intake cannot listen on {text:?}: it is not an address and a port."),
        )
        .next("Enter an address of this machine and a port, for example 127.0.0.1:8787.")
        .field("listen"));
    };
    if !address.ip().is_loopback() && !beyond_loopback {
        return Err(Problem::new(
            "intake-beyond-loopback",
            format!("The intake would be reachable from other machines on {address}."),
        )
        .cause("The address is not a loopback address, and listening beyond loopback is not allowed for this source.")
        .next(format!("Listen on 127.0.0.1:{}, so that only programs on this machine can send.", address.port()))
        .next("Or allow it with the setting beyond_loopback=true. Choose a certificate with the setting tls then, or the token crosses the network unencrypted.")
        .field("listen"));
    }
    Ok(address)
}

pub async fn bind(address: SocketAddr) -> Result<TcpListener, Problem> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) => Err(not_bound(address, &error, free_port(address.ip()).await)),
    }
}

/// A port free at the moment.
async fn free_port(ip: IpAddr) -> Option<u16> {
    let listener = TcpListener::bind((ip, 0)).await.ok()?;
    Some(listener.local_addr().ok()?.port())
}

fn not_bound(address: SocketAddr, error: &std::io::Error, free: Option<u16>) -> Problem {
    let port = address.port();
    let other = free.map(|free| {
        let free = SocketAddr::new(address.ip(), free);
        format!("Or listen on {free}, which is free at the moment.")
    });
    let problem = match error.kind() {
        ErrorKind::AddrInUse => Problem::new(
            "intake-port-taken",
            format!("Port {port} on {} is taken.", address.ip()),
        )
        .cause("Another program listens there, perhaps another Penstock.")
        .next(format!("See which program it is: {}", who_listens(port)))
        .next("End that program, then resume the source.")
        .short(format!("Port {port} taken")),
        ErrorKind::PermissionDenied => Problem::new(
            "intake-port-forbidden",
            format!("The system does not let Penstock listen on port {port}."),
        )
        .cause("Ports below 1024 are kept for the system's own services.")
        .next("Listen on a port above 1024.")
        .short(format!("Port {port} not allowed")),
        ErrorKind::AddrNotAvailable => Problem::new(
            "intake-address-unknown",
            format!("This machine has no address {}.", address.ip()),
        )
        .next("Listen on 127.0.0.1, or on an address this machine has.")
        .short("No such address"),
        _ => Problem::new(
            "intake-not-listening",
            format!("The intake cannot listen on {address}."),
        )
        .short("Not listening"),
    };
    let problem = problem.detail(error.to_string()).field("listen");
    match other {
        Some(other) => problem.next(other),
        None => problem,
    }
}

/// The command that shows who has a port.
fn who_listens(port: u16) -> String {
    if cfg!(target_os = "linux") {
        format!("ss -ltnp 'sport = :{port}'")
    } else if cfg!(windows) {
        format!("netstat -ano | findstr :{port}")
    } else {
        format!("lsof -nP -iTCP:{port} -sTCP:LISTEN")
    }
}

/// The address a sender on this machine uses.
pub fn url(scheme: &str, address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!(
        "{scheme}://{}/v1/events",
        SocketAddr::new(ip, address.port())
    )
}

/// The host names a request may be meant for. A web page can point a name of its own at this
/// machine (DNS rebinding), but not change the name that the browser then sends.
#[derive(Debug, Clone)]
pub struct OwnHosts {
    address: SocketAddr,
    /// Further names, as a person allowed them: `collector.example.com`, with any port.
    names: Vec<String>,
}

impl OwnHosts {
    pub fn new(address: SocketAddr, names: &[String]) -> Self {
        let names = names
            .iter()
            .map(|name| name.trim().to_ascii_lowercase())
            .collect();
        Self { address, names }
    }

    pub fn contain(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else {
            return false;
        };
        if host.contains('@') {
            return false;
        }
        let name = authority.host().to_ascii_lowercase();
        if self.names.contains(&name) {
            return true;
        }
        if authority.port_u16().unwrap_or(80) != self.address.port() {
            return false;
        }
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            // An address is no name, so nobody can rebind it.
            Ok(ip) => ip.is_loopback() || !self.address.ip().is_loopback(),
            Err(_) => name == "localhost",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_with_a_port_is_taken_and_loopback_unless_allowed() {
        assert_eq!(parse(" 127.0.0.1:8787 ", false).map(|a| a.port()), Ok(8787));
        assert_eq!(
            parse("localhost:8787", false).map(|a| a.to_string()),
            Ok("127.0.0.1:8787".into())
        );
        assert!(parse("[::1]:8787", false).is_ok());
        for listen in [
            "",
            "8787",
            "127.0.0.1",
            "example.com:80",
            "127.0.0.1:99999",
            "http://127.0.0.1:1",
        ] {
            assert_eq!(
                parse(listen, true).expect_err(listen).code,
                "intake-listen-invalid"
            );
        }
        assert_eq!(
            parse("0.0.0.0:8787", false).expect_err("beyond").code,
            "intake-beyond-loopback"
        );
        assert!(parse("0.0.0.0:8787", true).is_ok());
    }

    #[test]
    fn a_taken_port_is_explained_and_another_offered() {
        let address = SocketAddr::from(([127, 0, 0, 1], 8787));
        let problem = not_bound(address, &ErrorKind::AddrInUse.into(), Some(40_000));
        assert_eq!(problem.code, "intake-port-taken");
        let steps = problem.next_steps.join("\n");
        assert!(steps.contains(&who_listens(8787)), "{steps}");
        assert!(steps.contains("127.0.0.1:40000"), "{steps}");
    }

    #[test]
    fn own_hosts_are_loopback_names_with_the_port_and_nothing_else() {
        let hosts = OwnHosts::new(SocketAddr::from(([127, 0, 0, 1], 8787)), &[]);
        for own in [
            "127.0.0.1:8787",
            "localhost:8787",
            "LocalHost:8787",
            "[::1]:8787",
        ] {
            assert!(hosts.contain(own), "{own}");
        }
        for foreign in [
            "evil.example:8787",
            "localhost",
            "localhost:80",
            "127.0.0.1:1",
            "10.0.0.1:8787",
            "localhost.evil.example:8787",
            "localhost@evil.example:8787",
            "evil@localhost:8787",
            "",
            ":8787",
        ] {
            assert!(!hosts.contain(foreign), "{foreign}");
        }
    }

    #[test]
    fn beyond_loopback_addresses_and_allowed_names_are_own_too() {
        let hosts = OwnHosts::new(
            SocketAddr::from(([0, 0, 0, 0], 8787)),
            &["Collector.example.com".into()],
        );
        for own in [
            "10.0.0.1:8787",
            "localhost:8787",
            "collector.example.com",
            "collector.example.com:443",
        ] {
            assert!(hosts.contain(own), "{own}");
        }
        assert!(!hosts.contain("evil.example:8787"));
    }

    #[test]
    fn the_url_names_an_address_that_can_be_reached() {
        assert_eq!(
            url("http", SocketAddr::from(([0, 0, 0, 0], 1))),
            "http://127.0.0.1:1/v1/events"
        );
        assert_eq!(
            url("https", "[::1]:1".parse().expect("valid")),
            "https://[::1]:1/v1/events"
        );
    }
}
