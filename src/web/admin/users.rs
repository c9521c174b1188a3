//! People's accounts: who they are and where they work. No role is chosen here.

use askama::Template;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::PAGE;
use crate::domain::calendar::day_of;
use crate::domain::staff::PostKind;
use crate::domain::staffing::{Before, Profile, Refusal, keep, username};
use crate::domain::unit::Unit;
use crate::store::edits::{self, ADMINISTRATORS};
use crate::store::grants::Left;
use crate::store::staff::{self, Account, StaffLine};
use crate::store::{Tx, grants, units};
use crate::web::conflict::{self, Choices, Conflict, Field, Place, Shared, fact};
use crate::web::extract::{Form, Path, Query};
use crate::web::form::{Choice, Problems};
use crate::web::layout::{self, Shell};
use crate::web::urls::encode;
use crate::web::{AppError, AppResult, Asking, paging};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    unit: String,
    after: String,
}

#[derive(Template)]
#[template(path = "admin/users.html")]
struct UsersPage {
    shell: Shell,
    asked: Asked,
    units: Vec<Choice>,
    lines: Vec<StaffLine>,
    next: Option<String>,
}

pub async fn list(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let units = units::list(&mut tx).await?;
    let chosen = units.iter().find(|unit| unit.code == asked.unit).map(|unit| unit.id);
    let today = day_of(asking.now());
    let wanted = (asked.q.as_str(), chosen);
    let mut lines = staff::list(&mut tx, wanted, today, (&asked.after, PAGE + 1)).await?;
    let next = paging::rest(&mut lines, PAGE).map(|last| {
        let (q, unit) = (encode(&asked.q), encode(&asked.unit));
        format!("/admin/users?q={q}&unit={unit}&after={}", encode(&last.username))
    });
    let all = [(String::new(), "全部单位".to_owned())];
    let named = units.into_iter().map(|unit| (unit.code, unit.short_name));
    let units = Choice::list(all.into_iter().chain(named), &asked.unit);
    layout::shown(&UsersPage { shell: asking.shell("用户"), asked, units, lines, next })
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UserForm {
    username: String,
    name: String,
    unit: String,
    post: String,
    post_title: String,
    phone: String,
    active: String,
    /// What stood in the form when it was made.
    version: String,
}

impl Shared for UserForm {
    const READING: &'static [&'static str] = &["version"];

    fn fields() -> Vec<Field> {
        vec![
            fact("name", "姓名"),
            fact("unit", "所在单位"),
            fact("post", "职务类别"),
            fact("post_title", "职务名称"),
            fact("phone", "办公电话"),
            fact("active", "状态"),
        ]
    }
}

#[derive(Template)]
#[template(path = "admin/user.html")]
struct UserPage {
    shell: Shell,
    /// None: a new one.
    uuid: Option<Uuid>,
    can_sign_in: bool,
    units: Vec<Choice>,
    posts: Vec<Choice>,
    form: UserForm,
    problems: Problems,
}

impl UserForm {
    fn of(account: &Account) -> Self {
        let form = Self {
            username: account.username.clone(),
            name: account.name.clone(),
            unit: account.unit.to_string(),
            post: account.post.map_or("", PostKind::code).to_owned(),
            post_title: account.post_title.clone().unwrap_or_default(),
            phone: account.phone.clone(),
            active: if account.active { "yes" } else { "no" }.to_owned(),
            version: String::new(),
        };
        Self { version: conflict::reading(&form), ..form }
    }

    fn profile(&self, units: &[Unit], problems: &mut Problems) -> Option<Profile> {
        problems.within("name", &self.name, 40);
        problems.within("phone", &self.phone, 40);
        problems.within("post_title", &self.post_title, 40);
        let unit = self.unit.parse().ok();
        let unit = unit.and_then(|id| units.iter().find(|unit| unit.id == id));
        let unit = problems.take("unit", unit, "请选择所在单位")?;
        Some(Profile {
            name: self.name.clone(),
            unit: unit.id,
            phone: self.phone.clone(),
            active: self.active == "yes",
            post: PostKind::from_code(&self.post),
            post_title: self.post_title.clone(),
        })
    }
}

pub async fn new(asking: Asking) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let form = UserForm { active: "yes".to_owned(), ..UserForm::default() };
    page(&asking, &mut tx, (None, true), (form, Problems::default())).await
}

pub async fn edit(asking: Asking, Path(uuid): Path<Uuid>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let account = staff::find(&mut tx, uuid, day_of(asking.now())).await?;
    let account = account.ok_or(AppError::NotFound)?;
    let known = (Some(uuid), account.can_sign_in);
    page(&asking, &mut tx, known, (UserForm::of(&account), Problems::default())).await
}

async fn page(
    asking: &Asking,
    tx: &mut Tx,
    (uuid, can_sign_in): (Option<Uuid>, bool),
    (form, problems): (UserForm, Problems),
) -> AppResult<Response> {
    let units = units::list(tx).await?;
    let none = [(String::new(), "请选择".to_owned())];
    let named = units.into_iter().map(|unit| (unit.id.to_string(), unit.short_name));
    let posts = PostKind::ALL.iter().map(|post| (post.code(), post.label()));
    let page = UserPage {
        shell: asking.shell(if uuid.is_some() { "修改用户" } else { "新增用户" }),
        uuid,
        can_sign_in,
        units: Choice::list(none.into_iter().chain(named), &form.unit),
        posts: Choice::list([("", "无")].into_iter().chain(posts), &form.post),
        form,
        problems,
    };
    layout::answer(&page, &page.problems)
}

pub async fn create(asking: Asking, form: Form<UserForm>) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let (form, now) = (form.fields, asking.now());
    let mut problems = Problems::default();
    let login = problems.accept("username", username(&form.username));
    let profile = form.profile(&units::list(&mut tx).await?, &mut problems);
    let fact = profile
        .and_then(|it| kept(keep(asking.actor(), &Before::default(), it, now), &mut problems));
    let (Some(login), Some(fact), true) = (login, fact, problems.is_empty()) else {
        return page(&asking, &mut tx, (None, true), (form, problems)).await;
    };
    let Some(uuid) = staff::record_new(&mut tx, &fact, &login).await? else {
        let problems = Problems::at("username", Refusal::Taken(login).to_string());
        return page(&asking, &mut tx, (None, true), (form, problems)).await;
    };
    let said = format!("已新增{login}。首次密码和岗位由安全管理员设置。");
    layout::kept(tx, &format!("/admin/users/{uuid}"), &said).await
}

pub async fn update(
    asking: Asking,
    Path(uuid): Path<Uuid>,
    form: Form<UserForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let (choices, now) = (Choices::of(&form.typed, &form.key), asking.now());
    let mut form = form.fields;
    edits::hold(&mut tx, &uuid.to_string()).await?;
    // Nothing that a move ends is decided on meanwhile.
    edits::hold(&mut tx, ADMINISTRATORS).await?;
    let account = staff::find(&mut tx, uuid, day_of(now)).await?.ok_or(AppError::NotFound)?;
    let theirs = UserForm::of(&account);
    let units = units::list(&mut tx).await?;
    if form.version != theirs.version {
        let saved = edits::last(&mut tx, &[uuid.to_string()]).await?;
        let at = place(uuid);
        let differing = Conflict { theirs: &theirs, mine: &form, choices: &choices, saved, at };
        let page = differing.page(&asking, |field, value| said(&units, field, value))?;
        return conflict::answer(tx, page, "/admin/users").await;
    }
    form = conflict::settled(form, &theirs, &choices);
    form.username.clone_from(&account.username);
    let mut problems = Problems::default();
    let profile = form.profile(&units, &mut problems);
    let before = before(&mut tx, &asking, (&account, profile.as_ref())).await?;
    let fact = profile.and_then(|it| kept(keep(asking.actor(), &before, it, now), &mut problems));
    let (Some(fact), true) = (fact, problems.is_empty()) else {
        let known = (Some(uuid), account.can_sign_in);
        return page(&asking, &mut tx, known, (form, problems)).await;
    };
    let said = match staff::record(&mut tx, uuid, &fact).await? {
        Left { ended: 0, declined: 0 } => format!("已保存{}。", account.username),
        left => format!(
            "已保存{}。{}离开原法院，{}，须由安全管理员重新授权。",
            account.username,
            fact.profile().name,
            named(left)
        ),
    };
    layout::kept(tx, "/admin/users", &said).await
}

/// What ended with the move.
fn named(left: Left) -> String {
    [
        (left.ended, format!("在原法院的{}项岗位已终止", left.ended)),
        (left.declined, format!("待确认的{}项授权已退回", left.declined)),
    ]
    .into_iter()
    .filter_map(|(count, said)| (count > 0).then_some(said))
    .collect::<Vec<_>>()
    .join("，")
}

/// What an account is before it becomes what was typed.
async fn before(
    tx: &mut Tx,
    asking: &Asking,
    (account, typed): (&Account, Option<&Profile>),
) -> AppResult<Before> {
    let court = units::court_of(tx, account.unit).await?;
    let leaves = match typed {
        Some(typed) => (units::court_of(tx, typed.unit).await? != court).then_some(court),
        None => None,
    };
    let administers = grants::administering(tx, account.id, asking.now()).await?;
    Ok(Before { own: account.id == asking.actor().staff, leaves, administers })
}

fn place(uuid: Uuid) -> Place {
    let address = format!("/admin/users/{uuid}");
    let above = ("/admin/users".to_owned(), "用户".to_owned());
    Place { back: address.clone(), address, above, files: None }
}

/// A value as people read it.
fn said(units: &[Unit], field: &str, value: String) -> String {
    let unit = |unit: &&Unit| unit.id.to_string() == value;
    match field {
        "unit" => units.iter().find(unit).map_or(value, |unit| unit.short_name.clone()),
        "post" => PostKind::from_code(&value).map_or(value, |post| post.label().to_owned()),
        "active" => if value == "yes" { "在用" } else { "停用" }.to_owned(),
        _ => value,
    }
}

/// The fact, or the refusal beside its field.
fn kept<T>(fact: Result<T, Refusal>, problems: &mut Problems) -> Option<T> {
    fact.map_err(|refusal| {
        let field = match refusal {
            Refusal::Username | Refusal::Taken(_) => "username",
            Refusal::NoName => "name",
            Refusal::NoUnit | Refusal::OwnCourt | Refusal::LastHere(_) => "unit",
            Refusal::NoTitle => "post_title",
            Refusal::OneSelf | Refusal::LastActive(_) => "active",
            Refusal::NotTheSystemAdministrator => "",
        };
        problems.add(field, refusal.to_string());
    })
    .ok()
}
