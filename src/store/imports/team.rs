//! The people that a ledger makes answer for a case (包案责任), with their accounts where these are sure.

use serde::Serialize;

use super::Importer;
use super::cases::NewCase;
use crate::domain::calendar;
use crate::domain::ledger_import::{Entry, Team};
use crate::store::{StoreResult, Tx};

/// A person of the team, as the ledger names them.
#[derive(Serialize)]
struct Member<'a> {
    number: &'a str,
    place: &'static str,
    name: &'a str,
    post: &'a str,
    phone: String,
}

fn members<'a>(number: &'a str, team: &'a Team) -> impl Iterator<Item = Member<'a>> {
    let phone = match &team.handler_phone {
        Entry::Read(phone) => phone.exposed().to_owned(),
        Entry::Doubtful(typed) => typed.clone(),
        Entry::Empty => String::new(),
    };
    let member = |place, name: &'a String, post, phone| Member { number, place, name, post, phone };
    [
        member("leader", &team.leader, team.leader_post.as_str(), String::new()),
        member("chief", &team.chief, "", String::new()),
        member("handler", &team.handler, "", phone),
    ]
    .into_iter()
    .filter(|member| !member.name.is_empty())
}

/// A name opens a case to an account only with a second fact: the post or the phone must be that
/// colleague's too, and no other colleague of the court may fit.
pub async fn insert(
    tx: &mut Tx,
    importer: &Importer,
    new: &[NewCase<'_>],
    numbers: &[String],
) -> StoreResult<()> {
    let teams = new.iter().zip(numbers);
    let members: Vec<_> =
        teams.flat_map(|(case, number)| members(number, &case.row.team)).collect();
    sqlx::query!(
        "INSERT INTO team_member (case_id, round_id, place, staff_id, name, post_title, phone, since, recorded_at,
                                  recorded_by)
         SELECT c.id, r.id, m.place, fit.staff_id, m.name, m.post, m.phone, c.opened_at, $2, $3
         FROM jsonb_to_recordset($1) AS m (number text, place text, name text, post text, phone text)
         JOIN petition_case c ON c.number = m.number
         JOIN round r ON r.case_id = c.id
         LEFT JOIN LATERAL (
             SELECT min(s.id) AS staff_id FROM staff s
             WHERE s.name = m.name AND s.active AND court_of(s.unit_id) = court_of(c.unit_id)
               AND (m.phone <> '' AND s.phone = m.phone
                    OR m.post <> '' AND EXISTS (
                        SELECT FROM post p WHERE p.staff_id = s.id AND p.title = m.post
                        AND p.valid_from <= $4 AND (p.valid_until IS NULL OR $4 < p.valid_until)))
             HAVING count(*) = 1) fit ON true",
        super::json(&members)?,
        importer.at,
        importer.staff.0,
        calendar::day_of(importer.at),
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}
