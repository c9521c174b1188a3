//! `anjie administrator`: the first of those who keep the program (三员).

use std::process::ExitCode;

use anjie::clock::Clock;
use anjie::cluster::Mode;
use anjie::command::Administrator;
use anjie::config::Environment;
use anjie::domain::staff::Role;
use anjie::store::owner::{NewStaff, Owner};
use anjie::web::sign_in::hash_password;
use anjie::web::sign_in::password::first;
use anyhow::Context;

use super::people::{by, unit_called};
use super::place::Place;

/// So many hold the office before it is theirs to fill: whatever a security administrator grants,
/// a second one confirms.
const fn enough(role: Role) -> i64 {
    if matches!(role, Role::Secadmin) { 2 } else { 1 }
}

/// Does what was asked, and leaves its trace.
pub async fn run(env: &Environment, asked: Administrator) -> anyhow::Result<ExitCode> {
    let Administrator::Add { local, .. } = &asked;
    let place = Place::of(env, local, Mode::Visit).await?;
    let by = by(env);
    place.act(async |owner| add(owner, asked, &by).await).await
}

async fn add(owner: &mut Owner, asked: Administrator, by: &str) -> anyhow::Result<String> {
    let Administrator::Add { login, name, role, unit, .. } = asked;
    let now = Clock::system().now();
    let role = Role::from_code(&role).filter(|role| role.is_administrator());
    let role = role.context("The administrators are sysadmin, secadmin and auditor.")?;
    anyhow::ensure!(
        owner.holders(role, now).await? < enough(role),
        "There is a {} already. From now on the security administrators give this role on their \
         page, where a second one confirms.",
        role.code()
    );
    anyhow::ensure!(
        owner.staff_called(&login).await?.is_none(),
        "{login} exists already. An administrator has an account of their own."
    );
    let at = unit_called(owner, &unit).await?;
    let staff = NewStaff {
        username: &login,
        name: &name,
        unit: at,
        phone: "",
        password_hash: None,
        demonstration: false,
    };
    let staff = owner.add_staff(staff).await?;
    owner.grant(staff, (role, at, None), now, None).await?;
    let password = first();
    let hash = hash_password(&password).context("The password can't be hashed.")?;
    owner.set_password(staff, &hash, by, now).await?;
    owner.trace("administrator.added", &format!("{login} {}", role.code()), now).await?;
    Ok(format!(
        "{login} is {} now.\nFirst password of {login}: {password}\nIt must be changed when signing \
         in, within 72 hours.",
        role.code()
    ))
}
