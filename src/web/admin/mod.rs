//! The administrators' pages (三员): accounts and units for one, rights for two of another kind. None
//! of them leads to a case.

mod accounts;
mod calendar;
mod courts;
mod decisions;
mod jobs;
mod retention;
mod roles;
mod rules;
mod security;
mod users;

use super::routes::{Table, Who};
use crate::domain::staff::Role;

const SYSTEM: Who = Who::Staff(&[Role::Sysadmin]);
const SECURITY: Who = Who::Staff(&[Role::Secadmin]);
/// Who proposes a rule, and who confirms it.
const RULES: Who = Who::Staff(&[Role::Sysadmin, Role::BureauHead]);
const HEAD: Who = Who::Staff(&[Role::BureauHead]);
/// How many lines a page shows.
const PAGE: i64 = 50;

pub fn routes(table: Table) -> Table {
    table
        .get("/admin/users", SYSTEM, users::list)
        .get("/admin/users/new", SYSTEM, users::new)
        .post("/admin/users/new", SYSTEM, users::create)
        .get("/admin/users/{uuid}", SYSTEM, users::edit)
        .post("/admin/users/{uuid}", SYSTEM, users::update)
        .get("/admin/courts", SYSTEM, courts::list)
        .get("/admin/courts/new", SYSTEM, courts::new)
        .post("/admin/courts/new", SYSTEM, courts::create)
        .get("/admin/courts/{code}", SYSTEM, courts::edit)
        .post("/admin/courts/{code}", SYSTEM, courts::update)
        .get("/admin/accounts", SECURITY, accounts::list)
        .post("/admin/accounts/sessions/ending", SECURITY, accounts::everyone::create)
        .post("/admin/accounts/{uuid}/password", SECURITY, accounts::password::create)
        .post("/admin/accounts/{uuid}/factor", SECURITY, accounts::factor::create)
        .post("/admin/accounts/{uuid}/sessions", SECURITY, accounts::sessions::create)
        .get("/admin/calendar", SYSTEM, calendar::show)
        .post_long("/admin/calendar", SYSTEM, calendar::create)
        .get("/admin/rules", RULES, rules::show)
        .post("/admin/rules", SYSTEM, rules::create)
        .post("/admin/rules/{uuid}/confirmation", HEAD, rules::confirmation::create)
        .post("/admin/rules/{uuid}/refusal", RULES, rules::refusal::create)
        .get("/admin/jobs", SYSTEM, jobs::list)
        .post("/admin/jobs/{uuid}/retry", SYSTEM, jobs::create)
        .get("/admin/security", SECURITY, security::show)
        .post("/admin/security", SECURITY, security::create)
        .post("/admin/security/{uuid}/confirmation", SECURITY, security::confirmation::create)
        .post("/admin/security/{uuid}/refusal", SECURITY, security::refusal::create)
        .get("/admin/retention", SYSTEM, retention::show)
        .get("/admin/roles", SECURITY, roles::list)
        .post("/admin/roles", SECURITY, roles::create)
        .post(
            "/admin/roles/proposals/{uuid}/confirmation",
            SECURITY,
            decisions::confirmation::create,
        )
        .post("/admin/roles/proposals/{uuid}/refusal", SECURITY, decisions::refusal::create)
        .post("/admin/roles/{grant}/ending", SECURITY, decisions::ending::create)
}
