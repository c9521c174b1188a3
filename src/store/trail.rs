//! Where an act comes from, as the audit keeps it beside who did it.

use super::Session;
use super::keys::{hex, sha256};

/// How much of a hash stands for a session: enough to tell one from another, no more.
const DIGITS: usize = 12;

/// The session and the address behind a transaction; empty for what the clock starts.
#[derive(Debug, Clone, Default)]
pub struct Trail {
    /// The beginning of the hash that the table of sessions keeps of the token.
    pub(super) session: String,
    pub(super) address: String,
}

impl Session {
    /// The session of this token.
    pub(super) fn under(mut self, token: &[u8]) -> Self {
        self.trail.session = hex(&sha256(token)).chars().take(DIGITS).collect();
        self
    }

    /// The address that it asks from.
    pub fn address(&self) -> &str {
        &self.trail.address
    }

    /// The session as it asks from an address.
    #[must_use]
    pub fn from_address(mut self, address: std::net::IpAddr) -> Self {
        self.trail.address = address.to_string();
        self
    }
}
