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
/// privacy.md 8.4 of the domain book: the inspection office reads the audit, the bureau what it did itself.
const READERS: Who = Who::Staff(&[Role::Auditor, Role::Inspection, Role::Bureau, Role::BureauHead]);

pub fn routes(table: Table) -> Table {
    table
        .get("/admin/audit", READERS, list::list)
        .get("/admin/audit/export", AUDITOR, export::show)
        .get("/admin/audit/accesses", AUDITOR, accesses::new)
        .post("/admin/audit/accesses", AUDITOR, accesses::create)
}
