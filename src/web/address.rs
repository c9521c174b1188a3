//! Who is speaking: the address behind a request.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;

use super::App;
use crate::edge::Proxies;

/// The address of whoever sent a request: of the peer, or of whom a trusted proxy speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address(pub IpAddr);

/// The header in which proxies write down their peers.
const FORWARDED: &str = "x-forwarded-for";

impl Address {
    /// Read from a request once, at the door.
    pub fn of(request: &Request, proxies: &Proxies) -> Self {
        let lines = request.headers().get_all(FORWARDED);
        // A line that is no text ends the chain like a hop that is no address.
        let lines = lines.iter().map(|line| line.to_str().unwrap_or("?"));
        Self(proxies.speaker(peer(request.extensions()), lines))
    }

    /// The address as the door noted it.
    pub fn noted(request: &Request) -> IpAddr {
        let noted = request.extensions().get::<Self>().copied();
        noted.map_or_else(|| peer(request.extensions()), |Self(address)| address)
    }
}

/// The other end of the connection; without a connection, ourselves.
pub fn peer(extensions: &axum::http::Extensions) -> IpAddr {
    let connection = extensions.get::<ConnectInfo<SocketAddr>>();
    connection.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.ip().to_canonical())
}

impl FromRequestParts<App> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        let known = parts.extensions.get::<Self>().copied();
        Ok(known.unwrap_or_else(|| Self(peer(&parts.extensions))))
    }
}
