//! What a court does with an assignment: from the acknowledgement to the reply.

mod acknowledgements;
mod conflicts;
mod documents;
mod drafts;
mod interviews;
mod ledgers;
mod long_forms;
mod progress;
mod races;
mod replies;
mod reports;
mod unsent;

use crate::support::{City, Site, cases};

const BUREAU: &str = "zhongyuan.bureau";
const HANDLER: &str = "donghu.handler";
const LEADER: &str = "donghu.leader";

/// A PDF as far as its first bytes go.
const PDF: &[u8] = b"%PDF-1.7 made for a test";

/// A file as it is sent: field, name, type, content.
type Sent<'a> = (&'a str, &'a str, &'a str, &'a [u8]);

/// Gives a case to a unit through the bureau's form, assigned on 2026-06-15 at 11:05.
async fn assign(city: &City, site: &Site, number: &str, unit: &str) {
    let court = city.value::<i64>(&format!("SELECT id FROM unit WHERE code = '{unit}'")).await;
    let fields = [
        ("case_no[]", number),
        ("court[]", &court.to_string()),
        ("source", "province_court"),
        ("rule", "standard"),
        ("assigned_at", "2026-06-15 11:05"),
        ("action", "issue"),
    ];
    site.act(BUREAU, "/assignments/new", &fields).await;
}

/// A case that was assigned to 东湖法院 and waits for its acknowledgement.
async fn assigned(city: &City, site: &Site) -> String {
    let number = cases::accepted(city, "张某").await;
    assign(city, site, &number, "0110").await;
    number
}

/// A case that 东湖法院 has acknowledged.
async fn acknowledged(city: &City, site: &Site) -> String {
    let number = assigned(city, site).await;
    acknowledge(city, site, &number).await;
    number
}

async fn acknowledge(city: &City, site: &Site, number: &str) {
    let version = version(city, number).await;
    let path = format!("/cases/{number}/acknowledgement");
    site.act(HANDLER, &path, &[("version", &version)]).await;
}

/// A case whose ledger names leader, chief and handler.
async fn kept(city: &City, site: &Site) -> String {
    let number = acknowledged(city, site).await;
    let staff = Team::of(city).await;
    site.act(HANDLER, &format!("/cases/{number}/ledger"), &staff.ledger("0", "先发放首笔案款"))
        .await;
    number
}

/// Ends the round behind the program's back, as an imported ledger would.
async fn close(city: &City, number: &str) {
    city.force(&format!(
        "WITH one AS (SELECT id, unit_id, recorded_by FROM petition_case WHERE number = '{number}'),
              told AS (
                  INSERT INTO reply (case_id, round_id, answered_at, way, content, signature, recorded_at, recorded_by)
                  SELECT one.id, r.id, '2026-06-15 11:00+08', 'in_person', '已当面答复', 'signed',
                         '2026-06-15 11:00+08', one.recorded_by
                  FROM one JOIN round r ON r.case_id = one.id
                  RETURNING id, round_id),
              filed AS (
                  INSERT INTO closing (case_id, round_id, unit_id, outcome, sections, reply_id, content_hash,
                                       needs_leading_group, applied_at, recorded_at, recorded_by)
                  SELECT one.id, t.round_id, one.unit_id, 'settled_written', array_fill('x'::text, ARRAY[7]), t.id,
                         'h', true, '2026-06-15 11:30+08', '2026-06-15 11:30+08', one.recorded_by
                  FROM one, told t
                  RETURNING *)
         INSERT INTO round_outcome (round_id, case_id, unit_id, outcome, basis, closing_id, unit_closed_at,
                                    confirmed_at, recorded_at, recorded_by)
         SELECT round_id, case_id, unit_id, outcome, 'closing', id, applied_at, applied_at, applied_at, recorded_by
         FROM filed"
    ))
    .await;
}

async fn version(city: &City, number: &str) -> String {
    city.value(&format!("SELECT version::text FROM petition_case WHERE number = '{number}'")).await
}

async fn staff(city: &City, username: &str) -> String {
    city.value(&format!("SELECT id::text FROM staff WHERE username = '{username}'")).await
}

async fn stage(city: &City, number: &str) -> String {
    city.value(&format!(
        "SELECT stage FROM petition_case_now n JOIN petition_case c ON c.id = n.case_id WHERE c.number = '{number}'"
    ))
    .await
}

/// The states of the clocks of a kind, in the order of their assignments.
async fn clocks(city: &City, kind: &str) -> Vec<String> {
    city.value(&format!(
        "SELECT coalesce(array_agg(state ORDER BY id), '{{}}') FROM clock WHERE kind = '{kind}'"
    ))
    .await
}

/// The people that a ledger of 东湖法院 names.
struct Team {
    leader: String,
    chief: String,
    handler: String,
}

impl Team {
    async fn of(city: &City) -> Self {
        Self {
            leader: staff(city, LEADER).await,
            chief: staff(city, "donghu.leader2").await,
            handler: staff(city, HANDLER).await,
        }
    }

    /// The ledger's form, complete, the telephones left to the directory.
    fn ledger<'a>(&'a self, version: &'a str, plan: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("version", version),
            ("leader_id", &self.leader),
            ("leader_phone", ""),
            ("chief_id", &self.chief),
            ("chief_phone", ""),
            ("handler_id", &self.handler),
            ("handler_phone", ""),
            ("plan", plan),
            ("claims[]", "案款足额发放"),
            ("claims[]", "说明扣划依据"),
            ("claims[]", ""),
        ]
    }
}
