//! The inspection office (督察部门): the accusations that were sent to it, what they say, what came of
//! them. Nobody else's routes lead here, and both walls ask for the role again.

mod act;
mod list;
mod show;

use super::routes::{Table, Who};
use crate::domain::staff::Role;

const INSPECTORS: Who = Who::Staff(&[Role::Inspection]);
/// The longest finding, and the longest note of what the accuser was told.
const FINDING: usize = 5000;
const TOLD: usize = 500;

pub fn routes(table: Table) -> Table {
    table
        .get("/inspections", INSPECTORS, list::list)
        .get("/inspections/{visit_no}", INSPECTORS, show::show)
        .get("/inspections/{visit_no}/print", INSPECTORS, show::print)
        .get("/inspections/{visit_no}/materials/{uuid}", INSPECTORS, show::material)
        .post("/inspections/{visit_no}/receipt", INSPECTORS, act::receive)
        .post_long("/inspections/{visit_no}/outcome", INSPECTORS, act::conclude)
        .post("/inspections/{visit_no}/reveal", INSPECTORS, act::reveal)
}
