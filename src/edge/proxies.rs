//! The proxies whose word about an address is taken, and which of their words.

use std::net::IpAddr;

use crate::domain::network::Network;

/// Addresses and networks. Nobody is believed unless named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Network>);

impl Proxies {
    /// Reads a setting: `10.0.0.1, 10.1.0.0/16, fd00::/8`.
    pub fn parse(text: &str) -> Option<Self> {
        let names = text.split([',', ' ']).filter(|name| !name.is_empty());
        names.map(Network::parse).collect::<Option<_>>().map(Self)
    }

    /// Whether this address is one of theirs.
    pub fn include(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }

    /// Who speaks: the peer itself; or if that is a trusted proxy, the right-most address of
    /// `X-Forwarded-For` that is none. Each proxy adds its peer at the right, so whatever a
    /// browser claims stands further left and is not read.
    pub fn speaker<'a>(&self, peer: IpAddr, forwarded: impl Iterator<Item = &'a str>) -> IpAddr {
        let peer = peer.to_canonical();
        let hops: Vec<&str> = forwarded.flat_map(|line| line.split(',')).map(str::trim).collect();
        let mut speaker = peer;
        for hop in hops.into_iter().rev() {
            if !self.include(speaker) {
                break;
            }
            // What can't be read ends the chain: the proxy that passed it on speaks.
            let Some(address) = read(hop) else { break };
            speaker = address;
        }
        speaker
    }
}

/// An address as proxies write it: bare, with a port, or in brackets.
fn read(hop: &str) -> Option<IpAddr> {
    let bare = hop.parse().ok();
    let with_port = || hop.parse::<std::net::SocketAddr>().ok().map(|it| it.ip());
    let in_brackets = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare.or_else(with_port).or_else(in_brackets).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaker(trusted: &str, peer: &str, forwarded: &[&str]) -> String {
        let proxies = Proxies::parse(trusted).unwrap();
        proxies.speaker(peer.parse().unwrap(), forwarded.iter().copied()).to_string()
    }

    /// S95.
    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_word() {
        for (trusted, peer, forwarded, expected) in [
            ("", "10.0.0.1", &["1.2.3.4"][..], "10.0.0.1"),
            ("10.0.0.2", "10.0.0.1", &["1.2.3.4"][..], "10.0.0.1"),
            ("10.0.0.1", "10.0.0.1", &["1.2.3.4"][..], "1.2.3.4"),
            ("10.0.0.1", "10.0.0.1", &[][..], "10.0.0.1"),
            // A browser's claim stands left of what the proxy saw.
            ("10.0.0.1", "10.0.0.1", &["6.6.6.6, 1.2.3.4"][..], "1.2.3.4"),
            ("10.0.0.1", "10.0.0.1", &["6.6.6.6", "1.2.3.4"][..], "1.2.3.4"),
            // Two proxies in a row; and all of them trusted.
            ("10.0.0.0/8", "10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.9.9.9"][..], "1.2.3.4"),
            ("10.0.0.0/8", "10.0.0.1", &["10.2.2.2, 10.9.9.9"][..], "10.2.2.2"),
            // What is no address.
            ("10.0.0.1", "10.0.0.1", &["unknown"][..], "10.0.0.1"),
            ("10.0.0.1", "10.0.0.1", &["1.2.3.4, <script>"][..], "10.0.0.1"),
            ("10.0.0.1", "10.0.0.1", &["1.2.3.4,"][..], "10.0.0.1"),
            ("10.0.0.1", "10.0.0.1", &["999.1.1.1"][..], "10.0.0.1"),
            // Ports, brackets, IPv6 and IPv4 written as IPv6.
            ("10.0.0.1", "10.0.0.1", &["1.2.3.4:5678"][..], "1.2.3.4"),
            ("fd00::/8", "fd00::1", &["[2001:db8::7]:443"][..], "2001:db8::7"),
            ("fd00::/8", "fd00::1", &["[2001:db8::7]"][..], "2001:db8::7"),
            ("fd00::/8", "fe80::1", &["2001:db8::7"][..], "fe80::1"),
            ("10.0.0.1", "::ffff:10.0.0.1", &["::ffff:1.2.3.4"][..], "1.2.3.4"),
        ] {
            assert_eq!(
                speaker(trusted, peer, forwarded),
                expected,
                "{trusted} {peer} {forwarded:?}"
            );
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in
            ["10.0.0.0/33", "fd00::/129", "proxy.example", "10.0.0.1/", "/8", "10.0.0.1;::1"]
        {
            assert_eq!(Proxies::parse(text), None, "{text}");
        }
        assert_eq!(Proxies::parse(""), Some(Proxies::default()));
        assert!(Proxies::parse("0.0.0.0/0, ::/0").is_some());
    }
}
