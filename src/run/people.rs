//! `anjie user`: people, their grants, their first passwords.

use std::process::ExitCode;

use anjie::clock::Clock;
use anjie::cluster::Mode;
use anjie::command::{RoleAt, User};
use anjie::config::Environment;
use anjie::domain::calendar;
use anjie::domain::ids::{StaffId, UnitId};
use anjie::domain::staff::{PostKind, Role};
use anjie::store::owner::{NewStaff, Owner};
use anjie::web::sign_in::hash_password;
use anjie::web::sign_in::password::first;
use anyhow::Context;
use chrono::{DateTime, NaiveDate, Utc};

use super::place::Place;

/// Does what was asked, and leaves its trace.
pub async fn run(env: &Environment, user: User) -> anyhow::Result<ExitCode> {
    let place = Place::of(env, user.local(), Mode::Visit).await?;
    let by = by(env);
    place.act(async |owner| act(owner, user, &by).await).await
}

/// Who acts at the command line, as the owner of an account is told.
pub(super) fn by(env: &Environment) -> String {
    format!("服务器命令行（{}）", env.system_user())
}

async fn act(owner: &mut Owner, user: User, by: &str) -> anyhow::Result<String> {
    let now = Clock::system().now();
    match user {
        User::Add { login, name, unit, .. } => add(owner, (&login, &name), &unit, now).await,
        User::Grant { grant, until, .. } => give(owner, &grant, until, now).await,
        User::EndGrant { grant, .. } => {
            let (staff, role, unit) = read(owner, &grant).await?;
            let ended = owner.end_grant(staff, (role, unit), now).await?;
            anyhow::ensure!(ended, "{} holds no such grant now.", grant.login);
            owner.trace("role.ended", &format!("{} {}", grant.login, role.code()), now).await?;
            Ok(format!("{} is no longer {} at {}.", grant.login, role.code(), grant.unit))
        }
        User::Post { login, kind, title, unit, .. } => {
            post(owner, &login, (&kind, &title), &unit, now).await
        }
        User::Contact { login, unit, .. } => {
            let staff = staff_called(owner, &login).await?;
            let court = unit_called(owner, &unit).await?;
            owner.add_contact(staff, court, calendar::day_of(now)).await?;
            owner.trace("contact.added", &format!("{login} {unit}"), now).await?;
            Ok(format!("{login} is the contact point of {unit} now."))
        }
        User::Password { login, .. } => {
            let staff = staff_called(owner, &login).await?;
            let password = first();
            let hash = hash_password(&password).context("The password can't be hashed.")?;
            owner.set_password(staff, &hash, by, now).await?;
            owner.trace("password.set", &login, now).await?;
            Ok(format!(
                "First password of {login}: {password}\nIt must be changed when signing in, within 72 hours."
            ))
        }
        User::SecondFactorReset { login, .. } => {
            let staff = staff_called(owner, &login).await?;
            let reset = owner.reset_second_factor(staff, now).await?;
            anyhow::ensure!(reset, "{login} has no second factor.");
            owner.trace("second_factor.reset", &login, now).await?;
            Ok(format!("{login} sets up a second factor anew when signing in."))
        }
        User::List { unit, .. } => {
            let unit = match unit {
                Some(unit) => Some(unit_called(owner, &unit).await?),
                None => None,
            };
            list(owner, unit).await
        }
    }
}

async fn give(
    owner: &mut Owner,
    grant: &RoleAt,
    until: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> anyhow::Result<String> {
    let (staff, role, unit) = read(owner, grant).await?;
    anyhow::ensure!(
        !role.is_administrator(),
        "{} keeps the program. The first ones are added with `anjie administrator add`, the \
         others by the security administrators on their page.",
        role.code()
    );
    let until = until.map(calendar::end_of);
    let hall = owner.hall_of(unit).await?;
    owner
        .grant(staff, (role, unit, hall), now, until)
        .await
        .context("The grant was not given. Perhaps the person holds it already.")?;
    owner.trace("role.granted", &format!("{} {}", grant.login, role.code()), now).await?;
    Ok(format!("{} is {} at {} now.", grant.login, role.code(), grant.unit))
}

async fn add(
    owner: &mut Owner,
    (login, name): (&str, &str),
    unit: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<String> {
    let unit = unit_called(owner, unit).await?;
    anyhow::ensure!(
        owner.staff_called(login).await?.is_none(),
        "{login} exists already. Choose another sign-in name."
    );
    let staff = NewStaff {
        username: login,
        name,
        unit,
        phone: "",
        password_hash: None,
        demonstration: false,
    };
    owner.add_staff(staff).await?;
    owner.trace("staff.added", login, now).await?;
    Ok(format!(
        "Added {login}. Grant a role with `anjie user grant`, and set a first password with \
         `anjie user password {login}`."
    ))
}

async fn post(
    owner: &mut Owner,
    login: &str,
    (kind, title): (&str, &str),
    unit: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<String> {
    let known = PostKind::from_code(kind).with_context(|| {
        let kinds: Vec<_> = PostKind::ALL.iter().map(|kind| kind.code()).collect();
        format!("There is no post {kind:?}. The posts are: {}.", kinds.join(", "))
    })?;
    let staff = staff_called(owner, login).await?;
    let at = unit_called(owner, unit).await?;
    owner.add_post(staff, at, (known, title), calendar::day_of(now)).await?;
    owner.trace("post.added", &format!("{login} {kind}"), now).await?;
    Ok(format!("{login} is {title} at {unit} now."))
}

async fn list(owner: &mut Owner, unit: Option<UnitId>) -> anyhow::Result<String> {
    let lines = owner.staff_list(unit).await?.into_iter().map(|line| {
        let state = match (line.active, line.can_sign_in) {
            (false, _) => "  (not active)",
            (true, false) => "  (no password)",
            (true, true) => "",
        };
        format!("{:<26}{}  {}  {}{state}", line.username, line.name, line.unit, line.roles)
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

async fn read(owner: &mut Owner, grant: &RoleAt) -> anyhow::Result<(StaffId, Role, UnitId)> {
    let role = Role::from_code(&grant.role).filter(|role| *role != Role::Job);
    let roles: Vec<_> =
        Role::ALL.iter().filter(|role| **role != Role::Job).map(|role| role.code()).collect();
    let role = role.with_context(|| {
        format!("There is no role {:?}. The roles are: {}.", grant.role, roles.join(", "))
    })?;
    Ok((staff_called(owner, &grant.login).await?, role, unit_called(owner, &grant.unit).await?))
}

async fn staff_called(owner: &mut Owner, login: &str) -> anyhow::Result<StaffId> {
    let staff = owner.staff_called(login).await?;
    staff.with_context(|| format!("There is nobody called {login}. See `anjie user list`."))
}

pub(super) async fn unit_called(owner: &mut Owner, name: &str) -> anyhow::Result<UnitId> {
    let unit = owner.unit_called(name).await?;
    unit.with_context(|| {
        format!("There is no court or division {name:?}. Use its code, such as 0110, or its name.")
    })
}
