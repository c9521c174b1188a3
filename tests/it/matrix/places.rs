//! The same matters laid in three places: the court of whoever asks, another court of the same
//! tree, and a court under another intermediate court.

use anjie::jobs::import_ledger::{Options, run};
use axum::http::StatusCode;

use crate::support::laid::{self, Laid};
use crate::support::{City, Site, cases, matters, noon, visit};

const BUREAU: &str = "zhongyuan.bureau";
const BOOK: &[u8] = include_bytes!("../data/ledger-40.xlsx");
const BOOK_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PDF: &[u8] = b"%PDF-1.7 made for a test";
pub const PERIOD: &str = "2026-W24";
/// What is nowhere.
const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

/// A court: its code, the name it has in accounts, its intermediate court, a petitioner.
type Court = (&'static str, &'static str, &'static str, &'static str);
/// 本院、他院、外地.
const COURTS: [Court; 3] = [
    ("0110", "donghu", "01", "张某"),
    ("0104", "qingxi", "01", "李某某"),
    ("0210", "linjiang", "02", "王某"),
];

/// What addresses are filled with.
#[derive(Debug, Clone)]
pub struct Place {
    court: String,
    case: String,
    visit: String,
    /// What was sent to the inspection office, and a file of it.
    accusation: String,
    evidence: String,
    batch: String,
    document: String,
    material: String,
    closing: String,
    exclusion: String,
    hold: String,
    reviewer: String,
    /// A line of the progress.
    pub progress: String,
    /// To be confirmed, and to be refused.
    proposals: [String; 2],
    user: String,
    grant: String,
    import: String,
    draft: String,
    /// Every number of a case, visit or batch.
    pub numbers: Vec<String>,
}

impl Place {
    /// What exists in no place.
    pub fn nowhere() -> Self {
        let [case, visit, batch] = ["XF2026-99999", "LF20260615-0210-999", "JB2026-9999"];
        let id = || NOWHERE.to_owned();
        Self {
            court: "0999".to_owned(),
            case: case.to_owned(),
            visit: visit.to_owned(),
            accusation: visit.to_owned(),
            evidence: id(),
            batch: batch.to_owned(),
            document: id(),
            material: id(),
            closing: id(),
            exclusion: id(),
            hold: id(),
            reviewer: id(),
            progress: id(),
            proposals: [id(), id()],
            user: id(),
            grant: "99999".to_owned(),
            import: id(),
            draft: id(),
            numbers: [case, visit, batch].map(str::to_owned).to_vec(),
        }
    }

    /// An address of the route; `inner` has what hangs on the case or visit.
    pub fn address(&self, path: &str, inner: &Self) -> String {
        let parts = path.split('/').map(|part| match part {
            "{case_no}" => &self.case,
            "{visit_no}"
                if ["/accusations", "/inspections"].iter().any(|it| path.starts_with(it)) =>
            {
                &self.accusation
            }
            "{visit_no}" => &self.visit,
            "{batch_no}" => &self.batch,
            "{court}" | "{code}" => &self.court,
            "{grant}" => &self.grant,
            "{import}" => &self.import,
            "{draft}" => &self.draft,
            "{uuid}" => inner.object(path),
            "{period}" => PERIOD,
            "{metric}" => "I14",
            "{sheet}" => "1",
            part => part,
        });
        let path = parts.collect::<Vec<_>>().join("/");
        match path.rsplit('/').next() {
            Some("cases") if path.starts_with("/stats") => format!("{path}?by=court&of=all"),
            _ if path.contains("/corrections/") => format!("{path}?of={}", inner.progress),
            _ => path,
        }
    }

    fn object(&self, path: &str) -> &String {
        let known = [
            ("/approvals/", &self.closing),
            ("/documents/", &self.document),
            ("/inspections/", &self.evidence),
            ("/materials/", &self.material),
            ("/exclusions/", &self.exclusion),
            ("/holds/", &self.hold),
            ("/reviewers/", &self.reviewer),
            ("/confirmation", &self.proposals[0]),
            ("/refusal", &self.proposals[1]),
            ("/admin/users/", &self.user),
            // A substitution is between two, whatever their court; nobody's is laid.
            ("/substitutions/", &self.user),
            ("/admin/accounts/", &self.user),
            // No run is the places': the sister's user is none.
            ("/admin/jobs/", &self.user),
        ];
        known.iter().find(|(part, _)| path.contains(part)).unwrap().1
    }

    /// What an address of the route is filled with.
    pub fn named(&self, path: &str) -> Vec<String> {
        let filled = self.address(path, self);
        let parts = filled.split(['/', '?']).zip(path.split('/'));
        let named = parts.filter(|(part, name)| part != name).map(|(part, _)| part.to_owned());
        named.chain([self.progress.clone()]).collect()
    }
}

/// A city with the three places.
pub struct World {
    pub city: City,
    pub site: Site,
    pub places: [Place; 3],
}

impl World {
    /// Everything, and what the bureau imported where that is asked for.
    pub async fn new(imports: bool) -> Self {
        let city = City::new().await;
        let site = Site::of(&city).await;
        found_another_tree(&city).await;
        let mut places = Vec::new();
        for court in COURTS {
            places.push(lay(&city, &site, court).await);
        }
        let mut places: [Place; 3] = places.try_into().unwrap();
        city.force(&format!(
            "INSERT INTO case_reviewer (case_id, staff_id, since, recorded_by, kind)
             SELECT c.id, s.id, '2026-06-10', s.id, 'spot' FROM petition_case c, staff s
             WHERE c.number = '{}' AND s.username = 'zhongyuan.reviewer'",
            places[0].case
        ))
        .await;
        places[0].reviewer = city.value("SELECT uuid::text FROM case_reviewer").await;
        if imports {
            import(&city, &site, &mut places).await;
        }
        site.act(BUREAU, "/bulletins", &[("period", PERIOD)]).await;
        for step in ["freeze", "publication"] {
            site.act(BUREAU, &format!("/bulletins/{PERIOD}/{step}"), &[]).await;
        }
        Self { city, site, places }
    }
}

/// Units, a hall and people of another intermediate court.
pub async fn found_another_tree(city: &City) {
    city.force(
        "INSERT INTO unit (parent_id, code, name, short_name, account_name, kind, court_code, place, valid_from)
         VALUES (NULL, '02', '临州市中级人民法院', '临州中院', 'linzhou', 'intermediate_court', '某02', 90, '2020-01-01');
         INSERT INTO unit (parent_id, code, name, short_name, account_name, kind, court_code, compared_in, place,
                           valid_from)
         SELECT id, '0210', '临江区人民法院', '临江法院', 'linjiang', 'base_court', '某0210', 'base_court', 91,
                '2020-01-01' FROM unit WHERE code = '02';
         INSERT INTO hall (unit_id, code, name, address, phone)
         SELECT id, code, '立案信访大厅', '临江区公正路1号', '0000-2000090' FROM unit WHERE code = '0210';
         INSERT INTO staff (username, name, unit_id, password_hash)
         SELECT 'linjiang.' || who, '何某', u.id, 'x'
         FROM unit u, unnest(ARRAY['clerk', 'handler', 'handler2', 'leader', 'leader2', 'president']) who
         WHERE u.code = '0210';
         INSERT INTO role_grant (staff_id, role, unit_id, hall_id, valid_from)
         SELECT s.id, rtrim(split_part(s.username, '.', 2), '2'), s.unit_id, h.id, '2020-01-01'
         FROM staff s JOIN hall h ON h.unit_id = s.unit_id WHERE h.code = '0210'",
    )
    .await;
}

/// A case waiting to be assigned, one with everything on file, reports that wait for each of the
/// signatures, a closed case, and a visit with material.
async fn lay(city: &City, site: &Site, court: Court) -> Place {
    let (code, account, above, name) = court;
    let kind = Laid { name, unit: code, account, ..Laid::default() };
    let waiting = cases::accepted(city, name).await;
    city.force(&format!(
        "UPDATE petition_case SET unit_id = (SELECT id FROM unit WHERE code = '{code}') WHERE number = '{waiting}'"
    ))
    .await;
    let case = laid::lay(city, kind).await;
    fill(city, site, &case, account).await;
    let (leader, president) = (format!("{account}.leader"), format!("{account}.president"));
    let signatures = [
        ("leader", "approve", leader.as_str()),
        ("president", "approve", president.as_str()),
        ("bureau", "approve", BUREAU),
    ];
    let closing = laid::apply(city, &case, &signatures).await;
    let mut cases = vec![waiting, case.clone()];
    for signed in 0..3 {
        let waits = laid::lay(city, kind).await;
        laid::apply(city, &waits, &signatures[..signed]).await;
        cases.push(waits);
    }
    let closed = laid::lay(city, kind).await;
    matters::closed(city, &closed, "2026-06-12", "settled_written").await;
    cases.push(closed);
    let visit = receive(site, account, &visit(&[("name", name)])).await;
    let [waiting, accusation] = accuse(city, site, account).await;
    cases.extend([waiting, accusation.clone()]);
    let list = cases.iter().map(|number| format!("'{number}'")).collect::<Vec<_>>().join(",");
    city.force(&format!(
        "UPDATE petition_case SET registered_unit_id = u.id FROM unit u
         WHERE number IN ({list}) AND u.code = '{above}';
         UPDATE assignment_batch b SET unit_id = u.id FROM unit u, assignment a, petition_case c
         WHERE a.batch_id = b.id AND c.id = a.case_id AND c.number IN ({list}) AND u.code = '{above}'"
    ))
    .await;
    // So that there is a notice to hand out.
    city.force(&format!("UPDATE visit SET disposition = 'not_accepted' WHERE number = '{visit}'"))
        .await;
    let accepted = format!(
        "SELECT c.number FROM petition_case c JOIN visit_case vc ON vc.case_id = c.id
         JOIN visit v ON v.id = vc.visit_id WHERE v.number = '{visit}'"
    );
    cases.push(city.value(&accepted).await);
    let place =
        Place { court: code.to_owned(), case, visit, accusation, closing, ..Place::nowhere() };
    read(city, account, Place { numbers: cases, ..place }).await
}

/// Progress with a document, a report, someone who is kept out.
async fn fill(city: &City, site: &Site, case: &str, account: &str) {
    let handler = format!("{account}.handler");
    let line = [("kind", "file_review"), ("happened_at", "2026-06-15 11:20"), ("text", "已阅卷")];
    let papers = [("files", "调卷单.pdf", "application/pdf", PDF)];
    let path = format!("/cases/{case}/progress/new");
    let done = site.upload(Some(&handler), &path, &line, &papers).await;
    done.expect(StatusCode::SEE_OTHER);
    matters::report(city, case, "2026-06-12 10:00", None).await;
    city.force(&format!(
        "INSERT INTO exclusion (case_id, staff_id, reason, recorded_at, recorded_by)
         SELECT c.id, s.id, '反映对象', now(), 1 FROM petition_case c, staff s
         WHERE c.number = '{case}' AND s.username = '{account}.leader2';
         INSERT INTO legal_hold (case_id, reason, recorded_at, recorded_by)
         SELECT c.id, '诉讼未结', now(), 1 FROM petition_case c WHERE c.number = '{case}';
         INSERT INTO grant_proposal (staff_id, role, unit_id, valid_from, proposed_at, proposed_by)
         SELECT s.id, role, s.unit_id, '2026-06-15', '2026-06-15', p.id
         FROM staff s, staff p, unnest(ARRAY['clerk', 'leader']) role
         WHERE s.username = '{account}.handler2' AND p.username = 'zhongyuan.secadmin2'"
    ))
    .await;
}

/// An accusation that waits for the bureau, and one that was sent on.
async fn accuse(city: &City, site: &Site, account: &str) -> [String; 2] {
    let said = visit(&[("visit_kind", "accusation"), ("summary", "反映某法官逾期不立案")]);
    let both = [receive(site, account, &said).await, receive(site, account, &said).await];
    city.force(&format!(
        "INSERT INTO accusation_routing (visit_id, straight, routed_at, routed_by)
         SELECT id, false, now(), recorded_by FROM visit WHERE number = '{}'",
        both[1]
    ))
    .await;
    both
}

async fn receive(site: &Site, account: &str, said: &[(&str, &str)]) -> String {
    let clerk = format!("{account}.clerk");
    let files = [("files", "材料.pdf", "application/pdf", PDF)];
    let taken = site.upload(Some(&clerk), "/visits/new", said, &files).await;
    let visit = taken.expect(StatusCode::SEE_OTHER).location();
    visit.trim_start_matches("/visits/").split(['/', '?']).next().unwrap().to_owned()
}

/// The keys of what was laid.
async fn read(city: &City, account: &str, place: Place) -> Place {
    let one = async |statement: String| -> String { city.value(&statement).await };
    let of_case = |table: &str| {
        format!(
            "SELECT t.uuid::text FROM {table} t JOIN petition_case c ON c.id = t.case_id
             WHERE c.number = '{}' ORDER BY t.id LIMIT 1",
            place.case
        )
    };
    let of_visit = |number: &str| {
        format!(
            "SELECT m.uuid::text FROM visit_material m JOIN visit v ON v.id = m.visit_id WHERE v.number = '{number}'"
        )
    };
    let second = format!(
        "FROM staff s JOIN role_grant g ON g.staff_id = s.id WHERE s.username = '{account}.handler2'"
    );
    let proposal = |role: &str| {
        format!(
            "SELECT p.uuid::text FROM grant_proposal p JOIN staff s ON s.id = p.staff_id
             WHERE s.username = '{account}.handler2' AND p.role = '{role}'"
        )
    };
    let batch = one(format!(
        "SELECT b.number FROM assignment_batch b JOIN assignment a ON a.batch_id = b.id
         JOIN petition_case c ON c.id = a.case_id WHERE c.number = '{}'",
        place.case
    ))
    .await;
    let mut numbers = place.numbers.clone();
    numbers.extend([place.visit.clone(), batch.clone()]);
    Place {
        document: one(of_case("document")).await,
        exclusion: one(of_case("exclusion")).await,
        hold: one(of_case("legal_hold")).await,
        progress: one(of_case("progress_entry")).await,
        material: one(of_visit(&place.visit)).await,
        evidence: one(of_visit(&place.accusation)).await,
        user: one(format!("SELECT s.uuid::text {second}")).await,
        grant: one(format!("SELECT g.id::text {second}")).await,
        proposals: [one(proposal("clerk")).await, one(proposal("leader")).await],
        batch,
        numbers,
        ..place
    }
}

/// A ledger that the bureau imported and one that it began to; the same elsewhere, in copies.
async fn import(city: &City, site: &Site, places: &mut [Place; 3]) {
    // What was laid has numbers of its own counting.
    city.force("SELECT next_number('JB:2026') FROM generate_series(1, 50)").await;
    let options = Options { dry_run: false, good_rows: false, system_user: "sun" };
    run(&site.app.db, ("台账.xlsx", BOOK.to_vec()), options, noon()).await.unwrap();
    let file = ("file", "台账.xlsx", BOOK_TYPE, BOOK);
    let sent = site.upload(Some(BUREAU), "/imports/new", &[("kind", "all")], &[file]).await;
    sent.expect(StatusCode::SEE_OTHER);
    city.force(
        "INSERT INTO import (unit_id, file_name, sha256, sealed, mapping, recorded_at, recorded_by)
         SELECT u.id, i.file_name, i.sha256, i.sealed, i.mapping, i.recorded_at, i.recorded_by
         FROM import i, unit u WHERE u.code = '02';
         INSERT INTO import_draft (staff_id, file_name, sealed, with_reviews, mapping, saved_at, uuid)
         SELECT s.id, d.file_name, d.sealed, d.with_reviews, d.mapping, d.saved_at, gen_random_uuid()
         FROM import_draft d, staff s WHERE s.username = 'linjiang.president'",
    )
    .await;
    for (nth, code, who) in [(0, "01", BUREAU), (2, "02", "linjiang.president")] {
        let of_unit = format!(
            "SELECT i.uuid::text FROM import i JOIN unit u ON u.id = i.unit_id WHERE u.code = '{code}'"
        );
        let of_person = format!(
            "SELECT d.uuid::text FROM import_draft d JOIN staff s ON s.id = d.staff_id WHERE s.username = '{who}'"
        );
        places[nth].import = city.value(&of_unit).await;
        places[nth].draft = city.value(&of_person).await;
    }
}
