//! The auditor's pages: the audit's list with the state of its chains, what is handed out of it, and
//! who has seen a petitioner's data.

mod accesses;
mod export;
mod fields;
mod form;
mod list;
mod words;

use super::routes::{Table, Who};
use crate::domain::staff::Role;

const AUDITOR: Who = Who::Staff(&[Role::Auditor]);

pub fn routes(table: Table) -> Table {
    table
        .get("/admin/audit", AUDITOR, list::list)
        .get("/admin/audit/export", AUDITOR, export::show)
        .get("/admin/audit/accesses", AUDITOR, accesses::new)
        .post("/admin/audit/accesses", AUDITOR, accesses::create)
}
