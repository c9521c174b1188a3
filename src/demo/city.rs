//! The units and people of the city.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar;
use crate::domain::ids::UnitId;
use crate::domain::staff::{PostKind, Role};
use crate::domain::unit::UnitKind::{
    self, BaseCourt, Division, IntermediateCourt, PetitionBureau, Tribunal,
};
use crate::store::StoreResult;
use crate::store::owner::{NewHall, NewStaff, NewUnit, Owner};

/// Code, name, short name, name in accounts, kind. The intermediate court is the first.
const UNITS: &[(&str, &str, &str, &str, UnitKind)] = &[
    ("01", "云州市中级人民法院", "中院", "zhongyuan", IntermediateCourt),
    ("01XF", "云州市中级人民法院信访局", "中院信访局", "zhongyuan", PetitionBureau),
    ("01ZH", "云州市中级人民法院执行局综合处", "执行局综合处", "zonghe", Division),
    ("01Z1", "云州市中级人民法院执行一庭", "执行一庭", "zhiyi", Division),
    ("01Z2", "云州市中级人民法院执行二庭", "执行二庭", "zhier", Division),
    ("0104", "青溪区人民法院", "青溪法院", "qingxi", BaseCourt),
    ("0105", "白石区人民法院", "白石法院", "baishi", BaseCourt),
    ("0106", "长桥区人民法院", "长桥法院", "changqiao", BaseCourt),
    ("0107", "石门区人民法院", "石门法院", "shimen", BaseCourt),
    ("0108", "南浦区人民法院", "南浦法院", "nanpu", BaseCourt),
    ("0109", "北原区人民法院", "北原法院", "beiyuan", BaseCourt),
    ("0110", "东湖区人民法院", "东湖法院", "donghu", BaseCourt),
    ("0111", "柳河区人民法院", "柳河法院", "liuhe", BaseCourt),
    ("0112", "西岭区人民法院", "西岭法院", "xiling", BaseCourt),
    ("0113", "金沙区人民法院", "金沙法院", "jinsha", BaseCourt),
    ("01GX", "高新法庭", "高新法庭", "gaoxin", Tribunal),
];

/// Who a court has: role in the account's name, post, and the name it is given from `NAMES`.
const COURT_STAFF: &[(&str, Role, PostKind, &str)] = &[
    ("clerk", Role::Clerk, PostKind::Officer, "书记员"),
    ("handler", Role::Handler, PostKind::Officer, "执行员"),
    ("handler2", Role::Handler, PostKind::Officer, "法官助理"),
    ("leader", Role::Leader, PostKind::VicePresident, "副院长"),
    ("leader2", Role::Leader, PostKind::EnforcementDirector, "执行局局长"),
    ("president", Role::President, PostKind::President, "院长"),
];
const DIVISION_STAFF: &[(&str, Role, PostKind, &str)] = &[
    ("handler", Role::Handler, PostKind::Officer, "执行员"),
    ("chief", Role::Handler, PostKind::DivisionChief, "庭长"),
];
const BUREAU_STAFF: &[(&str, Role, PostKind, &str)] = &[
    ("bureau", Role::Bureau, PostKind::Officer, "信访局工作人员"),
    ("bureau_head", Role::BureauHead, PostKind::BureauDirector, "信访局局长"),
];

/// Who else there is: unit, account, role, title. Apart from the courts' own lists, and last.
const OFFICES: &[(&str, &str, Role, &str)] = &[
    ("01", "zhongyuan.contact_leader", Role::ContactLeader, "副院长"),
    ("01ZH", "zonghe.enforcement_office", Role::EnforcementOffice, "综合处处长"),
    ("01", "zhongyuan.reviewer", Role::Reviewer, "评查员"),
    ("01", "zhongyuan.inspection", Role::Inspection, "督察员"),
    ("01", "zhongyuan.court_police", Role::CourtPolice, "司法警察"),
    ("01", "zhongyuan.sysadmin", Role::Sysadmin, "系统管理员"),
    ("01", "zhongyuan.secadmin", Role::Secadmin, "安全管理员"),
    ("01", "zhongyuan.secadmin2", Role::Secadmin, "安全管理员"),
    ("01", "zhongyuan.auditor", Role::Auditor, "审计员"),
];

const SURNAMES: &[&str] = &[
    "赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "卫", "蒋", "沈", "韩", "杨", "朱",
    "秦", "许", "何", "吕", "张", "孔", "曹", "严", "华", "金", "魏", "陶", "姜", "谢", "邹", "苏",
    "潘", "葛", "范", "彭", "鲁", "韦", "马", "苗", "方", "俞", "任", "袁", "柳", "鲍", "史", "唐",
];

/// A person of the city.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub username: String,
    pub name: String,
    pub phone: String,
    pub unit_code: &'static str,
    pub unit: &'static str,
    pub role: Role,
    pub post: PostKind,
    pub title: &'static str,
}

/// Everyone in the city, in the order of the units.
pub fn people() -> Vec<Person> {
    let posts = UNITS.iter().flat_map(|&(code, _, short, account, kind)| {
        let staff: Vec<_> = match kind {
            IntermediateCourt => COURT_STAFF
                .iter()
                .copied()
                .chain([(
                    "leading_group",
                    Role::LeadingGroup,
                    PostKind::VicePresident,
                    "领导小组组长",
                )])
                .collect(),
            PetitionBureau => BUREAU_STAFF.to_vec(),
            Division => DIVISION_STAFF.to_vec(),
            BaseCourt | Tribunal | UnitKind::HighCourt => COURT_STAFF.to_vec(),
        };
        staff.into_iter().map(move |(name, role, post, title)| {
            (code, short, format!("{account}.{name}"), (role, post, title))
        })
    });
    let offices = OFFICES.iter().map(|&(code, username, role, title)| {
        let unit = UNITS.iter().find(|unit| unit.0 == code).map_or("", |unit| unit.2);
        let leads = role == Role::ContactLeader;
        let post = if leads { PostKind::VicePresident } else { PostKind::Officer };
        (code, unit, username.to_owned(), (role, post, title))
    });
    posts
        .chain(offices)
        .enumerate()
        .map(|(nth, (unit_code, unit, username, (role, post, title)))| Person {
            username,
            name: name(nth),
            phone: format!("0000-{}", 1_000_001 + nth),
            unit_code,
            unit,
            role,
            post,
            title,
        })
        .collect()
}

/// 李某某 or 李某: invented, and never two alike in one court.
fn name(nth: usize) -> String {
    let surname = SURNAMES.get(nth % SURNAMES.len()).copied().unwrap_or("某");
    let given = if (nth / SURNAMES.len()).is_multiple_of(2) { "某某" } else { "某" };
    format!("{surname}{given}")
}

fn founded() -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default()
}

/// Founds the units with their halls, and the identities under which jobs run.
pub async fn found(owner: &mut Owner) -> StoreResult<()> {
    let mut court = None;
    for (place, &(code, name, short_name, account_name, kind)) in (0..).zip(UNITS) {
        // As it stands in a 案号: （2023）某0110执1187号.
        let court_code = matches!(kind, IntermediateCourt | BaseCourt).then(|| format!("某{code}"));
        let unit = NewUnit {
            parent: court,
            code,
            name,
            short_name,
            account_name,
            kind,
            court_code: court_code.as_deref(),
            compared_in: kind.compared_in(),
            place,
        };
        let id = owner.add_unit(unit, founded()).await?;
        if court.is_none() {
            owner.add_identities(id, calendar::start_of(founded())).await?;
        }
        court = court.or(Some(id));
        if kind.has_hall() {
            add_hall(owner, id, (code, name, place)).await?;
        }
    }
    Ok(())
}

async fn add_hall(
    owner: &mut Owner,
    unit: UnitId,
    (code, name, place): (&str, &str, i32),
) -> StoreResult<()> {
    let address = format!("{}公正路1号", name.trim_end_matches("人民法院"));
    let phone = format!("0000-{}", 2_000_000 + place);
    let hall = NewHall { unit, code, name: "立案信访大厅", address: &address, phone: &phone };
    owner.add_hall(hall).await.map(drop)
}

/// Moves the people in: accounts, posts, grants, contact points, all with one password.
pub async fn settle(owner: &mut Owner, password_hash: &str) -> StoreResult<()> {
    let since: DateTime<Utc> = calendar::start_of(founded());
    for person in people() {
        let unit = owner.unit_by_code(person.unit_code).await?;
        let staff = NewStaff {
            username: &person.username,
            name: &person.name,
            unit,
            phone: &person.phone,
            password_hash: Some(password_hash),
            demonstration: true,
        };
        let id = owner.add_staff(staff).await?;
        owner.add_post(id, unit, (person.post, person.title), founded()).await?;
        let hall = owner.hall_of(unit).await?;
        owner.grant(id, (person.role, unit, hall), since, None).await?;
        if person.username.starts_with("zhongyuan.leader") || person.role == Role::ContactLeader {
            for code in contact_courts(&person.username) {
                let court = owner.unit_by_code(code).await?;
                owner.add_contact(id, court, founded()).await?;
            }
        }
    }
    Ok(())
}

/// Which courts a leader of the intermediate court supervises.
fn contact_courts(username: &str) -> impl Iterator<Item = &'static str> {
    let first = username != "zhongyuan.leader2";
    UNITS
        .iter()
        .filter(|(.., kind)| matches!(kind, BaseCourt | Tribunal))
        .enumerate()
        .filter(move |(nth, _)| (nth % 2 == 0) == first)
        .map(|(_, (code, ..))| *code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn everyone_has_an_account_of_their_own_and_an_invented_phone() {
        let people = people();
        let names: BTreeSet<_> = people.iter().map(|person| &person.username).collect();
        assert_eq!(names.len(), people.len());
        assert!(people.iter().all(|person| person.phone.starts_with("0000-")));
        for role in ["clerk", "handler", "leader", "president"] {
            assert!(names.contains(&format!("donghu.{role}")), "{role}");
        }
        for role in ["bureau", "bureau_head", "leading_group", "clerk"] {
            assert!(names.contains(&format!("zhongyuan.{role}")), "{role}");
        }
    }

    #[test]
    fn nobody_shares_a_name_with_a_colleague_of_the_same_court() {
        let mut seen = BTreeSet::new();
        for person in people() {
            assert!(seen.insert((person.unit_code, person.name.clone())), "{person:?}");
        }
    }
}
