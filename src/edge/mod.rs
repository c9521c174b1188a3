//! Where the program meets the network: under which address browsers know it, which proxies it
//! believes, how patient it is. Pure.

mod proxies;
mod public_url;

pub use proxies::Proxies;
pub use public_url::PublicUrl;

use crate::limits::Limits;

/// What the settings say about the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The address in the browsers; without it any `Host` is answered.
    pub public: Option<PublicUrl>,
    pub proxies: Proxies,
    pub limits: Limits,
}

impl Default for Edge {
    fn default() -> Self {
        Self { public: None, proxies: Proxies::default(), limits: Limits::PRODUCTION }
    }
}
