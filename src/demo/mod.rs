//! 云州市: an invented city with its courts and people, for trying the program and for its tests.
//! Everything in it is made up; its phone numbers begin with 0000.

mod city;
pub mod history;

use crate::domain::password::Policy;
use crate::domain::sign_in::{FREE_TRIES, LONGEST_HOURS, Rules, SecondFactor};
pub use city::{Person, found, people, settle};

/// What is asked of the invented people: no second factor, and no new password after a while.
pub const fn rules() -> Rules {
    let passwords = Policy { days: None, ..Policy::DENGBAO };
    Rules {
        passwords,
        second_factor: SecondFactor::Off,
        devices: 1,
        tries: FREE_TRIES,
        idle_minutes: 30,
        longest_hours: LONGEST_HOURS,
        demonstration: true,
    }
}
