//! The list of cases, and the page of a case with its sections.

mod file;
mod form;
mod list;
mod pages;
mod reveal;
mod sections;
mod words;

pub use file::Tab;
pub use pages::shown_name;
pub use words::source;

use super::handling::INSIDERS;
use super::routes::{Table, Who};
use crate::domain::staff::Role::{
    Bureau, BureauHead, Clerk, ContactLeader, EnforcementOffice, Handler, Leader, LeadingGroup,
    President, Reviewer,
};

pub const READERS: Who = Who::Staff(&[
    Clerk,
    Handler,
    Leader,
    President,
    Bureau,
    BureauHead,
    LeadingGroup,
    ContactLeader,
    EnforcementOffice,
    Reviewer,
]);
pub(super) const KEEPERS: Who = Who::Staff(&[Handler, Leader, President, Bureau, BureauHead]);
/// Everyone else sees the last four alone.
const OPENERS: Who = Who::Staff(&[Handler, Leader, Bureau, BureauHead]);

pub fn routes(table: Table) -> Table {
    table
        .get("/cases", READERS, list::show)
        .get("/cases/{case_no}", READERS, sections::basics)
        .get("/cases/{case_no}/interviews", INSIDERS, sections::interviews)
        .get("/cases/{case_no}/progress", INSIDERS, sections::progress)
        .get("/cases/{case_no}/documents", INSIDERS, sections::documents)
        .get("/cases/{case_no}/review", INSIDERS, sections::review)
        .get("/cases/{case_no}/approvals", INSIDERS, sections::approvals)
        .get("/cases/{case_no}/log", KEEPERS, sections::log)
        .get("/cases/{case_no}/reveal", OPENERS, reveal::new)
        .post("/cases/{case_no}/reveal", OPENERS, reveal::create)
}
