use super::*;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};

const NOW: Millis = 1_768_464_000_020;

struct Pair {
    certificate: String,
    key: String,
}

fn pair(until: i32) -> Pair {
    let mut params = CertificateParams::new(vec![String::from("localhost")]).expect("a name");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_after = date_time_ymd(until, 1, 1);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate").pem();
    Pair {
        certificate,
        key: key.serialize_pem(),
    }
}

fn read(
    details: &[(&str, &str)],
    secrets: &[(&str, &str)],
) -> Result<Connection, (String, String)> {
    let details = details
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    let secrets = secrets
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Secret::from(*value)));
    Connection::read(&details.collect(), &secrets.collect(), NOW).map_err(|mut errors| {
        assert_eq!(errors.len(), 1, "{errors:?}");
        let error = errors.remove(0);
        (error.field, error.message)
    })
}

fn refused(field: &str, details: &[(&str, &str)], secrets: &[(&str, &str)]) -> String {
    match read(details, secrets) {
        Ok(_) => panic!("{details:?} was taken"),
        Err((at, message)) => {
            assert_eq!(at, field, "{message}");
            message
        }
    }
}

#[test]
fn every_field_that_is_read_is_in_the_form() {
    let names: Vec<String> = fields().into_iter().map(|field| field.name).collect();
    let expected = [
        "ca_certificate",
        "client_certificate",
        "client_key",
        "proxy",
        "proxy_user",
        "proxy_password",
        "timeout_seconds",
    ];
    assert_eq!(names, expected);
    let secret: Vec<String> = fields()
        .into_iter()
        .filter(|field| field.secret)
        .map(|field| field.name)
        .collect();
    assert_eq!(secret, ["client_key", "proxy_password"]);
    assert!(
        fields()
            .iter()
            .all(|field| field.group == FieldGroup::Connection && !field.required)
    );
}

#[test]
fn without_options_the_operating_system_decides() {
    let connection = read(&[], &[]).expect("no options are fine");
    assert!(connection.authorities.is_empty() && connection.identity.is_none());
    assert!(matches!(connection.proxy, Proxy::System));
    assert_eq!(connection.timeout, Duration::from_secs(30));
}

#[test]
fn a_certificate_is_understood_however_it_was_pasted() {
    let pem = pair(2050).certificate;
    let forms = [
        pem.clone(),
        pem.replace('\n', " "),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\\n"),
        pem.lines().collect::<String>(),
        format!("subject=/CN=localhost\n\n   {pem}\n{pem}"),
    ];
    for form in forms {
        let connection = read(&[("ca_certificate", &form)], &[]).map_err(|it| it.1);
        let count = connection.map(|it| it.authorities.len());
        assert!(matches!(count, Ok(1 | 2)), "{count:?}: {form}");
    }
}

#[test]
fn what_is_no_certificate_is_told_what_it_is() {
    let pair = pair(2050);
    let half = &pair.certificate[..pair.certificate.len() / 2];
    let request = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----";
    let cases = [
        (pair.key.as_str(), "private key"),
        (request, "request for a certificate"),
        (half, "damaged or incomplete"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            "damaged or incomplete",
        ),
        (
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
            "PUBLIC KEY",
        ),
        ("MIIBszCCAVmg", "not a certificate in PEM form"),
    ];
    for (text, telling) in cases {
        let message = refused("ca_certificate", &[("ca_certificate", text)], &[]);
        assert!(message.contains(telling), "{message}");
    }
}

#[test]
fn an_expired_certificate_is_refused_unless_a_valid_one_is_beside_it() {
    let (old, new) = (pair(2021), pair(2050));
    let message = refused(
        "ca_certificate",
        &[("ca_certificate", &old.certificate)],
        &[],
    );
    assert!(message.contains("expired on 2021-01-01"), "{message}");
    let both = format!("{}{}", old.certificate, new.certificate);
    assert!(read(&[("ca_certificate", &both)], &[]).is_ok());
    let message = refused(
        "client_certificate",
        &[("client_certificate", &old.certificate)],
        &[("client_key", &old.key)],
    );
    assert!(message.contains("expired on 2021-01-01"), "{message}");
}

#[test]
fn a_client_certificate_goes_with_its_own_key() {
    let (one, other) = (pair(2050), pair(2050));
    let details = [("client_certificate", one.certificate.as_str())];
    let taken = read(&details, &[("client_key", &one.key.replace('\n', " "))]);
    assert!(taken.is_ok_and(|connection| connection.identity.is_some()));
    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----";
    let old_locked = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----";
    let cases = [
        (other.key.as_str(), "does not belong"),
        (one.certificate.as_str(), "a certificate, not a private key"),
        (locked, "passphrase"),
        (old_locked, "passphrase"),
        ("hunter2", "not a private key"),
    ];
    for (key, telling) in cases {
        let message = refused("client_key", &details, &[("client_key", key)]);
        assert!(message.contains(telling), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
    refused("client_key", &details, &[]);
    refused("client_certificate", &[], &[("client_key", &one.key)]);
}

#[test]
fn proxies_are_understood_or_refused_with_advice() {
    let own = |text: &str| match read(&[("proxy", text)], &[]).map(|it| it.proxy) {
        Ok(Proxy::Own(url, None)) => url.to_string(),
        Ok(Proxy::System) => String::from("system"),
        Ok(Proxy::None) => String::from("none"),
        _ => panic!("{text} was refused"),
    };
    assert_eq!(
        own("proxy.example.com:3128"),
        "http://proxy.example.com:3128/"
    );
    assert_eq!(
        own(" https://proxy.example.com "),
        "https://proxy.example.com/"
    );
    assert_eq!(own("socks5h://10.0.0.1"), "socks5h://10.0.0.1:1080");
    assert_eq!(
        (own("system"), own("none"), own("")),
        ("system".into(), "none".into(), "system".into())
    );
    let cases = [
        ("http://joe:hunter2@proxy:3128", "own fields"),
        ("ftp://proxy:3128", "http, https, socks5 or socks5h"),
        ("socks://proxy", "socks5h://"),
        ("http://proxy:3128/pac", "ends with its port"),
        ("http://", "proxy address"),
        ("not a proxy", "proxy address"),
    ];
    for (text, telling) in cases {
        let message = refused("proxy", &[("proxy", text)], &[]);
        assert!(
            message.contains(telling) && !message.contains("hunter2"),
            "{message}"
        );
    }
    refused(
        "proxy_user",
        &[("proxy", "proxy:3128")],
        &[("proxy_password", "x")],
    );
    refused(
        "proxy",
        &[("proxy_user", "joe")],
        &[("proxy_password", "x")],
    );
}

#[test]
fn a_time_out_is_whole_seconds_up_to_ten_minutes() {
    let timeout = |text: &str| {
        read(&[("timeout_seconds", text)], &[])
            .ok()
            .map(|it| it.timeout.as_secs())
    };
    assert_eq!(
        (timeout("1"), timeout(" 600 "), timeout("")),
        (Some(1), Some(600), Some(30))
    );
    for text in ["0", "601", "-5", "1.5", "soon", "99999999999999999999"] {
        refused("timeout_seconds", &[("timeout_seconds", text)], &[]);
    }
    let details = Details::from_iter([(String::from("timeout_seconds"), Value::from(45))]);
    let connection = Connection::read(&details, &Secrets::new(), NOW).expect("a number is fine");
    assert_eq!(connection.timeout.as_secs(), 45);
}

#[test]
fn a_secret_over_plain_http_is_warned_of_unless_it_stays_on_this_computer() {
    for safe in [
        "https://splunk.example.com",
        "http://localhost:8088",
        "http://127.0.0.1/x",
        "http://[::1]:1/",
    ] {
        assert_eq!(warn_insecure(safe), None, "{safe}");
    }
    for open in [
        "http://splunk.example.com",
        "http://10.0.0.1:8088",
        "http://localhost.example.com",
    ] {
        assert!(warn_insecure(open).is_some(), "{open}");
    }
}
