//! What may be typed about courts and their people.

use clap::{Args, Subcommand};

use super::Local;

#[derive(Debug, Subcommand)]
pub enum Unit {
    /// Add a court, a division or the petition bureau
    Add {
        #[command(flatten)]
        unit: Box<UnitToAdd>,
        #[command(flatten)]
        local: Local,
    },
    /// List all units with their codes
    List {
        #[command(flatten)]
        local: Local,
    },
}

#[derive(Debug, Args)]
pub struct UnitToAdd {
    /// The unit's code, as it stands in the numbers of visits; a division has letters: 01ZH
    pub code: String,
    /// The full name
    #[arg(long)]
    pub name: String,
    /// The name in lists and tables
    #[arg(long)]
    pub short_name: String,
    /// intermediate_court, base_court, tribunal, division or petition_bureau
    #[arg(long)]
    pub kind: String,
    /// Code of the unit above; only the first unit has none
    #[arg(long, value_name = "CODE")]
    pub under: Option<String>,
    /// As it stands in a 案号 after the year, for a court that has one
    #[arg(long)]
    pub court_code: Option<String>,
    /// A short name for the command line and for sign-in names, such as donghu [default: the code]
    #[arg(long)]
    pub account_name: Option<String>,
    /// Address of the hall, printed on receipts
    #[arg(long, default_value = "")]
    pub hall_address: String,
    /// Telephone of the hall, printed on receipts
    #[arg(long, default_value = "")]
    pub hall_phone: String,
}

#[derive(Debug, Subcommand)]
pub enum User {
    /// Add a person; roles and a password come with `grant` and `password`
    Add {
        /// The name to sign in with
        login: String,
        /// The person's name
        #[arg(long)]
        name: String,
        /// Short name of the person's court or division
        #[arg(long)]
        unit: String,
        #[command(flatten)]
        local: Local,
    },
    /// Grant a role at a unit
    Grant {
        #[command(flatten)]
        grant: RoleAt,
        /// Last day of the grant, for example 2026-12-31; without it the grant has no end
        #[arg(long, value_name = "DATE")]
        until: Option<chrono::NaiveDate>,
        #[command(flatten)]
        local: Local,
    },
    /// End a grant now; what was done under it stays
    EndGrant {
        #[command(flatten)]
        grant: RoleAt,
        #[command(flatten)]
        local: Local,
    },
    /// Record a post; it opens nothing, but rules ask for it: a 包案领导 is a leader of the court
    Post {
        /// The name to sign in with
        login: String,
        /// president, vice_president, enforcement_director, bureau_director, division_chief, officer
        #[arg(long)]
        kind: String,
        /// As it stands after the name, for example 副院长
        #[arg(long)]
        title: String,
        /// Short name of the court or division
        #[arg(long)]
        unit: String,
        #[command(flatten)]
        local: Local,
    },
    /// Make a leader of the intermediate court the contact point (联系点) of a court
    Contact {
        /// The name to sign in with
        login: String,
        /// Short name of the court
        #[arg(long)]
        unit: String,
        #[command(flatten)]
        local: Local,
    },
    /// Set a random first password and print it once; it must be changed when signing in
    Password {
        /// The name to sign in with
        login: String,
        #[command(flatten)]
        local: Local,
    },
    /// Take a person's second factor (动态口令) away; it is set up anew when signing in
    SecondFactorReset {
        /// The name to sign in with
        login: String,
        #[command(flatten)]
        local: Local,
    },
    /// List people with their units and roles
    List {
        /// Only the people of this unit
        #[arg(long)]
        unit: Option<String>,
        #[command(flatten)]
        local: Local,
    },
}

#[derive(Debug, Subcommand)]
pub enum Administrator {
    /// Add a person as an administrator, and print a first password once
    Add {
        /// The name to sign in with
        login: String,
        /// The person's name
        #[arg(long)]
        name: String,
        /// sysadmin, secadmin or auditor
        #[arg(long)]
        role: String,
        /// Short name of the court
        #[arg(long)]
        unit: String,
        #[command(flatten)]
        local: Local,
    },
}

/// A role that someone holds at a unit.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct RoleAt {
    /// The name to sign in with
    pub login: String,
    /// Identifier of the role: clerk, handler, leader, president, bureau, bureau_head, leading_group
    #[arg(long)]
    pub role: String,
    /// Short name of the court or division at which the role is held
    #[arg(long)]
    pub unit: String,
}

impl User {
    pub fn local(&self) -> &Local {
        match self {
            Self::Add { local, .. }
            | Self::Grant { local, .. }
            | Self::EndGrant { local, .. }
            | Self::Post { local, .. }
            | Self::Contact { local, .. }
            | Self::Password { local, .. }
            | Self::SecondFactorReset { local, .. }
            | Self::List { local, .. } => local,
        }
    }
}

impl Unit {
    pub fn local(&self) -> &Local {
        match self {
            Self::Add { local, .. } | Self::List { local } => local,
        }
    }
}
