//! The intake desk (来访登记): registering, the match panel, the visits of the day, what is printed.

mod company;
mod drafts;
mod form;
mod list;
mod materials;
mod matching;
mod new;
mod pages;
mod panel;
mod person;
mod print;
mod show;
mod void;
mod window;

use super::routes::{Table, Who};
use crate::domain::staff::Role;

const REGISTRARS: Who = Who::Staff(&[Role::Clerk, Role::Handler, Role::Bureau, Role::BureauHead]);
const READERS: Who =
    Who::Staff(&[Role::Clerk, Role::Handler, Role::Leader, Role::Bureau, Role::BureauHead]);

pub fn routes(table: Table) -> Table {
    table
        .get("/visits", READERS, list::list)
        .get("/visits/new", REGISTRARS, new::new)
        .upload("/visits/new", REGISTRARS, new::create)
        .upload("/petitioners/match", REGISTRARS, matching::show)
        .get("/drafts/visit/{sheet}", REGISTRARS, drafts::edit)
        .post("/drafts/visit/{sheet}", REGISTRARS, drafts::update)
        .get("/visits/{visit_no}", READERS, show::show)
        .upload("/visits/{visit_no}/materials", REGISTRARS, materials::create)
        .get("/visits/{visit_no}/materials/{uuid}", READERS, materials::show)
        .get("/visits/{visit_no}/void", REGISTRARS, void::new)
        .post("/visits/{visit_no}/void", REGISTRARS, void::create)
        .get("/visits/{visit_no}/receipt", REGISTRARS, print::receipt::show)
        .get("/visits/{visit_no}/notice", REGISTRARS, print::notice::show)
}
