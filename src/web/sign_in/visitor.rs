//! From where, and at what, someone signs in: what they are shown of their own sessions.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::store::sign_in_attempts::place;
use crate::web::address::Address;
use crate::web::{App, AppError};

/// Whoever stands at the sign-in page.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub address: IpAddr,
    pub device: String,
}

impl Visitor {
    /// The address as it is kept.
    pub fn place(&self) -> String {
        place(self.address)
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let address = Address::from_request_parts(parts, app).await;
        let Address(address) = address.map_err(|_| AppError::Malformed)?;
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Ok(Self { address, device: device(agent.unwrap_or_default()) })
    }
}

/// What a browser says in front of its version, the most telling first, and what people call it.
const BROWSERS: &[(&str, &str)] = &[
    ("MicroMessenger/", "微信"),
    ("QQBrowser/", "QQ浏览器"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
    ("Trident/", "IE"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("HarmonyOS", "鸿蒙"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
];

/// 「Chrome 126　Windows」: enough to know one's own device by, and nothing that tells people apart.
fn device(agent: &str) -> String {
    let browser = BROWSERS.iter().find_map(|(mark, name)| {
        let (_, rest) = agent.split_once(mark)?;
        let version: String = rest.chars().take_while(char::is_ascii_digit).take(4).collect();
        Some(format!("{name} {version}").trim_end().to_owned())
    });
    let system = SYSTEMS.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}　{system}"),
        (Some(browser), None) => browser,
        (None, Some(system)) => system.to_owned(),
        (None, None) => "未知设备".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_and_not_traced() {
        for (agent, said) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/126.0.6478.127 Safari/537.36",
                "Chrome 126　Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari 17　iPhone",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                "Firefox 128　Linux",
            ),
            ("curl/8.5.0", "未知设备"),
            ("", "未知设备"),
        ] {
            assert_eq!(device(agent), said);
        }
    }
}
