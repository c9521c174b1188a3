//! Where a scanner for malware answers (clamd).

use std::path::PathBuf;

/// The address of a scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanner {
    Socket(PathBuf),
    /// Host and port.
    Tcp(String),
}

impl Scanner {
    /// A path, or a host with a port.
    pub fn parse(text: &str) -> Option<Self> {
        if text.starts_with('/') {
            return Some(Self::Socket(PathBuf::from(text)));
        }
        let (host, port) = text.rsplit_once(':')?;
        let is_host = !host.is_empty() && !host.contains(['/', ' ', '@']);
        (is_host && port.parse::<u16>().is_ok_and(|port| port > 0))
            .then(|| Self::Tcp(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanner_is_a_path_or_a_host_with_its_port() {
        let tcp = |text: &str| Some(Scanner::Tcp(text.to_owned()));
        for (text, expected) in [
            ("/run/clamav/clamd.ctl", Some(Scanner::Socket("/run/clamav/clamd.ctl".into()))),
            ("127.0.0.1:3310", tcp("127.0.0.1:3310")),
            ("[::1]:3310", tcp("[::1]:3310")),
            ("clamav:3310", tcp("clamav:3310")),
            ("clamav", None),
            (":3310", None),
            ("clamav:0", None),
            ("clamav:port", None),
            ("tcp://clamav:3310", None),
            ("", None),
        ] {
            assert_eq!(Scanner::parse(text), expected, "{text}");
        }
    }
}
