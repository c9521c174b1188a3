//! The address under which browsers know the program.

/// `https://anjie.court.example`, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    secure: bool,
    host: String,
    port: u16,
}

impl PublicUrl {
    /// Reads a setting; a path, a name to sign in with or another scheme is refused.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('/').to_ascii_lowercase();
        let (secure, authority) = match text.split_once("://") {
            Some(("https", authority)) => (true, authority),
            Some(("http", authority)) => (false, authority),
            _ => return None,
        };
        let (host, port) = split(authority, secure)?;
        Some(Self { secure, host, port })
    }

    /// Whether browsers speak TLS with whatever stands in front.
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether a `Host` header, or the authority of a request, is this program's.
    pub fn is_host(&self, authority: &str) -> bool {
        let asked = split(&authority.to_ascii_lowercase(), self.secure);
        asked.is_some_and(|(host, port)| host == self.host && port == self.port)
    }

    /// Whether an `Origin` header is this program's.
    pub fn is_origin(&self, origin: &str) -> bool {
        Self::parse(origin).is_some_and(|it| it == *self)
    }
}

/// Host and port; the port of the scheme where none is named.
fn split(authority: &str, secure: bool) -> Option<(String, u16)> {
    let usual = if secure { 443 } else { 80 };
    // The colons of an IPv6 address stand inside its brackets.
    let end_of_name = authority.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match authority.get(end_of_name..)?.rsplit_once(':') {
        Some((rest, port)) => {
            (authority.get(..end_of_name + rest.len())?, port.parse().ok().filter(|it| *it > 0)?)
        }
        None => (authority, usual),
    };
    let known = |letter: char| letter.is_ascii_alphanumeric() || ".-_[]:".contains(letter);
    (!host.is_empty() && host.chars().all(known)).then(|| (host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_the_scheme_may_be_left_out_and_letters_may_be_large() {
        let url = PublicUrl::parse("https://Anjie.Court.example/").unwrap();
        assert!(url.is_secure());
        for host in ["anjie.court.example", "ANJIE.court.example:443"] {
            assert!(url.is_host(host), "{host}");
        }
        for host in
            ["anjie.court.example:80", "evil.example", "", "anjie.court.example@evil", ":443"]
        {
            assert!(!url.is_host(host), "{host}");
        }
        assert!(url.is_origin("https://anjie.court.example"));
        for origin in ["http://anjie.court.example", "null", "https://evil.example", ""] {
            assert!(!url.is_origin(origin), "{origin}");
        }
    }

    #[test]
    fn a_port_and_an_address_are_names_too() {
        let url = PublicUrl::parse("http://[::1]:8080").unwrap();
        assert!(url.is_host("[::1]:8080") && !url.is_host("[::1]") && !url.is_secure());
        assert!(PublicUrl::parse("http://10.0.0.1").unwrap().is_host("10.0.0.1:80"));
    }

    #[test]
    fn a_setting_that_is_no_such_address_is_refused() {
        for text in [
            "",
            "anjie.example",
            "ftp://anjie",
            "https://",
            "https://a/b",
            "https://a b",
            "https://user@a",
            "https://a:0",
            "https://a:99999",
            "https://a?b",
            "https://a#b",
        ] {
            assert_eq!(PublicUrl::parse(text), None, "{text}");
        }
    }
}
