//! The decision on access, the scope that queries bind and row security say the same of every
//! record that could be: asked of generated cases and visits.

use std::collections::BTreeMap;

use anjie::domain::access::{Action, Around, Named, Object, Subject, Way, decide};
use anjie::domain::ids::{StaffId, UnitId};
use anjie::store::{Db, visit_lists};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Row};

use crate::support::{City, cases, noon};
use crate::walls::{PEOPLE, by_row_security, by_scope, session};

const UNITS: &[&str] = &["01", "0110", "0104", "01Z1", "01GX"];
/// Whoever may be of a team, review, be named, or have recorded a visit.
const STAFF: &[&str] = &[
    "donghu.clerk",
    "donghu.handler",
    "donghu.leader",
    "donghu.president",
    "qingxi.handler",
    "zhiyi.handler",
    "zhongyuan.clerk",
    "zhongyuan.bureau",
    "zhongyuan.reviewer",
    "zhongyuan.inspection",
    "zonghe.enforcement_office",
];
/// Who stands in for whom (代理).
const SUBSTITUTES: &[&str] = &[
    "donghu.clerk for donghu.leader",
    "donghu.president for donghu.handler",
    "zhongyuan.clerk for zhongyuan.contact_leader",
    "zhongyuan.inspection for zhongyuan.bureau",
];
const NAMEABLE: &[&str] = &["0110", "0104", "01Z1", "01ZH", "01XF"];
const HOW_MANY: usize = 32;

/// A case as it could be, and one visit about it.
#[derive(Debug, Clone)]
struct Drawn {
    unit: usize,
    enforcement: bool,
    submitted: bool,
    leader: Option<usize>,
    handler: Option<usize>,
    reviewers: Vec<usize>,
    named: Vec<usize>,
    named_units: Vec<usize>,
    received_at: usize,
    accusation: Option<Way>,
    recorded_by: usize,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let who = 0..STAFF.len();
    let some = |most: usize| prop::collection::btree_set(0..STAFF.len(), 0..=most);
    let units = prop::collection::btree_set(0..NAMEABLE.len(), 0..=1);
    let case = (0..UNITS.len(), any::<bool>(), prop::bool::weighted(0.4));
    let team = (prop::option::of(who.clone()), prop::option::of(who.clone()), some(2));
    let named = (prop::bool::weighted(0.4), some(2), units);
    let way = prop::sample::select(vec![Way::Waiting, Way::Sent, Way::Straight]);
    let visit = (0..UNITS.len(), prop::option::weighted(0.4, way), who);
    (case, team, named, visit).prop_map(|(case, team, (any, named, units), visit)| Drawn {
        unit: case.0,
        enforcement: case.1,
        submitted: case.2,
        leader: team.0,
        handler: team.1,
        reviewers: team.2.into_iter().collect(),
        named: if any { named.into_iter().collect() } else { vec![] },
        named_units: if any { units.into_iter().collect() } else { vec![] },
        received_at: visit.0,
        accusation: visit.1,
        recorded_by: visit.2,
    })
}

fn staff(nth: usize) -> String {
    format!("(SELECT id FROM staff WHERE username = '{}')", STAFF[nth])
}

fn unit(code: &str) -> String {
    format!("(SELECT id FROM unit WHERE code = '{code}')")
}

/// The number of the visit about the nth case.
fn visit_number(nth: usize) -> String {
    format!("LF20260608-0110-{:03}", nth + 1)
}

#[expect(clippy::too_many_lines, reason = "the tables, one after another")]
/// Writes what was drawn, behind the program's back.
async fn lay(city: &City, all: &[Drawn]) {
    let mut statement = String::new();
    for (nth, one) in all.iter().enumerate() {
        let number = cases::accepted(city, "张某").await;
        let case = format!("(SELECT id FROM petition_case WHERE number = '{number}')");
        let round = format!("(SELECT id FROM round WHERE case_id = {case})");
        let category = if one.enforcement { "enforcement_payment" } else { "trial_substance" };
        statement.push_str(&format!(
            "UPDATE petition_case SET unit_id = {}, category = '{category}' WHERE number = '{number}';
             INSERT INTO progress_entry (case_id, round_id, kind, happened_at, text, recorded_at, recorded_by)
             VALUES ({case}, {round}, 'phone', now(), 'probe', now(), 1);",
            unit(UNITS[one.unit]),
        ));
        if one.submitted {
            statement.push_str(&format!("INSERT INTO case_submitted VALUES ({case});"));
        }
        for (place, who) in [("leader", one.leader), ("handler", one.handler)] {
            let Some(who) = who else { continue };
            statement.push_str(&format!(
                "INSERT INTO team_member (case_id, round_id, place, staff_id, name, since, recorded_at, recorded_by)
                 VALUES ({case}, {round}, '{place}', {}, '张某', now(), now(), 1);",
                staff(who)
            ));
        }
        for &who in &one.reviewers {
            statement.push_str(&format!(
                "INSERT INTO case_reviewer (case_id, staff_id, since, recorded_by, kind)
                 VALUES ({case}, {}, '2026-01-01', 1, 'spot');",
                staff(who)
            ));
        }
        let people = one.named.iter().map(|&who| (staff(who), "NULL".to_owned()));
        let units = one.named_units.iter().map(|&it| ("NULL".to_owned(), unit(NAMEABLE[it])));
        for (person, unit) in people.chain(units) {
            statement.push_str(&format!(
                "INSERT INTO exclusion (case_id, staff_id, unit_id, reason, recorded_at, recorded_by)
                 VALUES ({case}, {person}, {unit}, '反映对象', now(), 1);"
            ));
        }
        let (kind, number) =
            (if one.accusation.is_some() { "accusation" } else { "petition" }, visit_number(nth));
        statement.push_str(&format!(
            "INSERT INTO visit (number, running, hall_id, unit_id, channel, visit_kind, visit_form, people_count, category,
                                disposition, receiver_id, received_at, recorded_at, recorded_by,
                                query_code_hash, query_code_sealed)
             SELECT '{number}', {nth} + 1, (SELECT min(id) FROM hall), {}, 'visit', '{kind}', 'individual', 1, 'other',
                    'joined_to_case', {by}, '2026-06-08 09:00+08', '2026-06-08 09:00+08', {by},
                    '\\x{nth:04x}', 'x';
             INSERT INTO visit_text (visit_id, summary, sealed)
             SELECT id, '说的话', visit_kind = 'accusation' FROM visit WHERE number = '{number}';
             INSERT INTO visit_case SELECT v.id, {case}, 1, now(), 1 FROM visit v WHERE v.number = '{number}';",
            unit(UNITS[one.received_at]),
            by = staff(one.recorded_by),
        ));
        if let Some(way @ (Way::Sent | Way::Straight)) = one.accusation {
            statement.push_str(&format!(
                "INSERT INTO accusation_routing (visit_id, straight, routed_at, routed_by)
                 SELECT id, {}, now(), 1 FROM visit WHERE number = '{number}';",
                way == Way::Straight
            ));
        }
    }
    city.force(&statement).await;
}

/// The keys behind codes and account names.
struct Keys {
    units: BTreeMap<String, i64>,
    staff: BTreeMap<String, i64>,
    paths: Vec<(i64, i64)>,
    contacts: Vec<(i64, i64)>,
}

impl Keys {
    async fn of(city: &City) -> Self {
        let pool = city.truth();
        let pairs = async |statement: &str| -> BTreeMap<String, i64> {
            let rows =
                sqlx::query(AssertSqlSafe(statement.to_owned())).fetch_all(&pool).await.unwrap();
            rows.iter().map(|row| (row.get(0), row.get(1))).collect()
        };
        let links = async |statement: &str| -> Vec<(i64, i64)> {
            let rows =
                sqlx::query(AssertSqlSafe(statement.to_owned())).fetch_all(&pool).await.unwrap();
            rows.iter().map(|row| (row.get(0), row.get(1))).collect()
        };
        Self {
            units: pairs("SELECT code, id FROM unit").await,
            staff: pairs("SELECT username, id FROM staff").await,
            paths: links("SELECT ancestor_id, unit_id FROM unit_path").await,
            contacts: links("SELECT staff_id, unit_id FROM contact_point").await,
        }
    }

    fn below(&self, top: i64) -> Vec<UnitId> {
        self.paths.iter().filter(|(above, _)| *above == top).map(|(_, it)| UnitId(*it)).collect()
    }

    fn above(&self, unit: i64) -> Vec<UnitId> {
        self.paths.iter().filter(|(_, it)| *it == unit).map(|(above, _)| UnitId(*above)).collect()
    }

    fn people(&self, drawn: &[usize]) -> Vec<StaffId> {
        drawn.iter().map(|&nth| StaffId(self.staff[STAFF[nth]])).collect()
    }
}

#[expect(clippy::too_many_lines, reason = "every attribute of what is decided on")]
/// What the decision says of each case (`.`, `n`, `C`) and each visit (`.`, `n`).
async fn by_decision(city: &City, username: &str, all: &[Drawn], keys: &Keys) -> [Reached; 2] {
    let db = Db::with_pool(city.truth(), city.keys.clone());
    let session = session(&db, username).await;
    let actor = session.actor();
    let (court, own) = (keys.below(actor.court.0), keys.below(actor.unit.0));
    // Divisions belong to the court; the courts below the intermediate one are courts of their own.
    let own: Vec<UnitId> = if actor.unit == actor.court {
        let courts: Vec<i64> = [
            "0104", "0105", "0106", "0107", "0108", "0109", "0110", "0111", "0112", "0113", "01GX",
        ]
        .map(|code| keys.units[code])
        .to_vec();
        own.into_iter().filter(|it| *it == actor.court || !courts.contains(&it.0)).collect()
    } else {
        own
    };
    let contacts: Vec<UnitId> = keys
        .contacts
        .iter()
        .filter(|(who, _)| *who == actor.holder().0)
        .flat_map(|(_, unit)| keys.below(*unit))
        .collect();
    let above = keys.above(actor.unit.0);
    let around = Around { own: &own, jurisdiction: &court, contacts: &contacts };
    let subject = Subject { actor, around, above: &above, holds: (noon(), None) };
    let [mut of_cases, mut of_visits] = [Reached::new(), Reached::new()];
    for (nth, one) in all.iter().enumerate() {
        let team: Vec<usize> = [one.leader, one.handler].into_iter().flatten().collect();
        let (team, reviewers) = (keys.people(&team), keys.people(&one.reviewers));
        let named_units: Vec<UnitId> =
            one.named_units.iter().map(|&it| UnitId(keys.units[NAMEABLE[it]])).collect();
        let people = keys.people(&one.named);
        let named = Named { staff: &people, units: &named_units };
        let case = Object::Case {
            unit: UnitId(keys.units[UNITS[one.unit]]),
            is_enforcement: one.enforcement,
            is_submitted: one.submitted,
            is_claimed: one.handler.is_some(),
            team: &team,
            reviewers: &reviewers,
            named,
        };
        let in_reach = decide(&subject, Action::See, &case, noon()).is_ok();
        let visit = Object::Visit {
            unit: UnitId(keys.units[UNITS[one.received_at]]),
            way: one.accusation,
            recorded_by: StaffId(keys.staff[STAFF[one.recorded_by]]),
            team: if in_reach { &team } else { &[] },
            named,
        };
        let says = |object: &Object<'_>| {
            let may = |action| decide(&subject, action, object, noon()).is_ok();
            let depth = if may(Action::ReadContent) {
                "C"
            } else if may(Action::ReadNarrative) {
                "n"
            } else {
                "."
            };
            may(Action::See).then(|| depth.to_owned())
        };
        if let Some(depth) = says(&case) {
            of_cases.insert(format!("XF2026-{:05}", nth + 1), depth);
        }
        if let Some(depth) = says(&visit) {
            of_visits.insert(visit_number(nth), depth);
        }
    }
    [of_cases, of_visits]
}

type Reached = BTreeMap<String, String>;

fn depth(text_is_open: bool) -> String {
    if text_is_open { "n" } else { "." }.to_owned()
}

/// The register through the first wall alone.
async fn register_by_scope(city: &City, username: &str) -> Reached {
    let db = Db::with_pool(city.truth(), city.keys.clone());
    let session = session(&db, username).await;
    let mut tx = db.begin(&session).await.unwrap();
    let mut reached = Reached::new();
    for nth in 0..HOW_MANY {
        let number = visit_number(nth);
        if let Some(visit) = visit_lists::find(&mut tx, &number).await.unwrap() {
            reached.insert(number, depth(visit.summary.is_some()));
        }
    }
    drop(tx);
    db.close().await;
    reached
}

/// And through the second wall alone.
async fn register_by_row_security(city: &City, username: &str) -> Reached {
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(city.server());
    let db = Db::with_pool(pool.clone(), city.keys.clone());
    let actor = session(&db, username).await.actor().clone();
    #[expect(clippy::disallowed_methods, reason = "this asks the second wall alone")]
    let mut tx = pool.begin().await.unwrap();
    let context = format!(
        "SELECT set_config('app.staff_id', '{}', true), set_config('app.grant_id', '{}', true)",
        actor.staff, actor.grant
    );
    sqlx::raw_sql(AssertSqlSafe(context)).execute(&mut *tx).await.unwrap();
    let rows: Vec<(String, bool)> = sqlx::query_as(
        "SELECT number, EXISTS (SELECT FROM visit_text t WHERE t.visit_id = v.id) FROM visit v",
    )
    .fetch_all(&mut *tx)
    .await
    .unwrap();
    drop(tx);
    pool.close().await;
    rows.into_iter().map(|(number, open)| (number, depth(open))).collect()
}

/// S22, S30, S37.
#[tokio::test]
async fn the_decision_the_scope_and_row_security_agree_on_whatever_could_be() {
    let city = City::new().await;
    let mut runner = TestRunner::deterministic();
    let all: Vec<Drawn> =
        (0..HOW_MANY).map(|_| drawn().new_tree(&mut runner).unwrap().current()).collect();
    lay(&city, &all).await;
    for pair in SUBSTITUTES {
        let (substitute, principal) = pair.split_once(" for ").unwrap();
        city.force(&format!(
            "INSERT INTO role_grant (staff_id, role, unit_id, valid_from, valid_until, stands_in_for)
             SELECT s.id, g.role, g.unit_id, '2026-06-15 08:00+08', '2099-01-01', g.id
             FROM role_grant g JOIN staff p ON p.id = g.staff_id, staff s
             WHERE p.username = '{principal}' AND s.username = '{substitute}' AND g.stands_in_for IS NULL"
        ))
        .await;
    }
    let keys = Keys::of(&city).await;
    let mut seen = 0;
    for username in PEOPLE.iter().chain(SUBSTITUTES) {
        let [of_cases, of_visits] = by_decision(&city, username, &all, &keys).await;
        seen += of_cases.len() + of_visits.len();
        assert_eq!(by_scope(&city, username).await, of_cases, "{username}: the scope of cases");
        assert_eq!(
            by_row_security(&city, username).await,
            of_cases,
            "{username}: row security of cases"
        );
        let scope = register_by_scope(&city, username).await;
        assert_eq!(scope, of_visits, "{username}: the scope of visits");
        let rows = register_by_row_security(&city, username).await;
        assert_eq!(rows, of_visits, "{username}: row security of visits");
    }
    assert!(seen > 150, "what was drawn is seen by someone: {seen}");
}
