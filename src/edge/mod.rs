//! Where the program meets the network: under which address browsers know it, which proxies it
//! believes, how patient it is, whom it asks about files. Pure.

mod proxies;
mod public_url;
mod scanner;

pub use proxies::Proxies;
pub use public_url::PublicUrl;
pub use scanner::Scanner;

use crate::limits::Limits;

/// What the settings say about the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The address in the browsers; without it any `Host` is answered.
    pub public: Option<PublicUrl>,
    pub proxies: Proxies,
    pub limits: Limits,
    /// Who looks for malware in files; without it nobody does.
    pub scanner: Option<Scanner>,
}

impl Default for Edge {
    fn default() -> Self {
        let (proxies, limits) = (Proxies::default(), Limits::PRODUCTION);
        Self { public: None, proxies, limits, scanner: None }
    }
}
