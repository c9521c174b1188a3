//! Ledgers taken into the register, by command and by page.

use anjie::domain::composition;
use anjie::domain::outcome::Outcome;
use anjie::domain::source::Source;
use anjie::jobs::import_ledger::{Options, Report, run};
use anjie::office::ledger;
use axum::http::StatusCode;

use crate::support::{City, Page, Site, at, noon};

const CLEAN_UP: &[u8] = include_bytes!("data/ledger-40.xlsx");
const BACKLOG: &[u8] = include_bytes!("data/ledger-427.xlsx");

const ALL: Options<'_> = Options { dry_run: false, good_rows: false, system_user: "sun" };
const GOOD_ROWS: Options<'_> = Options { good_rows: true, ..ALL };

async fn import(site: &Site, bytes: &[u8], options: Options<'_>) -> Report {
    run(&site.app.db, ("ledger.xlsx", bytes.to_vec()), options, noon()).await.unwrap()
}

/// How many rows each of these tables has.
async fn counts(city: &City, tables: &[&str]) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in tables {
        counts.push(city.value(&format!("SELECT count(*) FROM {table}")).await);
    }
    counts
}

const WRITTEN: &[&str] = &[
    "import",
    "import_row",
    "petitioner",
    "petition_case",
    "round",
    "assignment",
    "clock",
    "round_outcome",
    "case_review",
    "court_case",
    "number_series",
    "audit",
];

#[tokio::test]
async fn a_dry_run_says_everything_and_changes_nothing() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let report = import(&site, BACKLOG, Options { dry_run: true, ..GOOD_ROWS }).await;
    assert!(!report.is_well());
    let text = report.to_text();
    for line in [
        "stopped  序号58（第62行） 交办日期“2026.13.5”：不是有效日期。请改成实有的日期，如2026年1月29日、2026.1.29",
        "stopped  序号133（第137行） 责任单位“红岩区人民法院”：没有这个单位。",
        "warning  序号171（第175行） 联系电话“1000000”：手机号应为11位，固定电话应带区号。",
        "waits    序号305（第309行）: 疑似与序号304（第308行）重复",
        "read as  序号341（第345行） 姓名: 李某",
        "427行中421行可以导入，4行不能导入，2行疑似重复",
        "Dry run: nothing was changed.",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let json = report.to_json();
    assert_eq!((&json["ok"], &json["rows"]["good"]), (&false.into(), &421.into()));
    assert_eq!(json["findings"].as_array().unwrap().len(), 8);
    assert_eq!(counts(&city, WRITTEN).await, [0; 12]);
}

#[tokio::test]
async fn the_clean_up_of_40_gives_the_table_of_the_published_summary() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let report = import(&site, CLEAN_UP, ALL).await;
    assert!(report.is_well(), "{}", report.to_text());
    assert!(report.to_text().ends_with("Imported 40 cases as import 1.\n"));

    let pool = city.truth();
    let closed: Vec<(String, String)> = sqlx::query_as(
        "SELECT a.source, o.outcome FROM round_outcome o JOIN assignment a ON a.round_id = o.round_id",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    pool.close().await;
    let closed: Vec<_> = closed
        .iter()
        .map(|(source, outcome)| (Source::from_code(source), Outcome::from_code(outcome).unwrap()))
        .collect();
    let table = composition::by_ending(&composition::sources(), &closed);
    let line = |row: &composition::Row| {
        let cells: Vec<_> = row.cells.iter().map(ToString::to_string).collect();
        format!("{} {}: {}", row.label, row.total, cells.join(", "))
    };
    let lines: Vec<_> = table.rows.iter().chain([&table.all]).map(line).collect();
    assert_eq!(
        lines,
        [
            "省委政法委交办 9: 3 (33.3%), 5 (55.6%), 1 (11.1%)",
            "市委政法委交办 6: 4 (66.7%), 2 (33.3%), 0 (0.0%)",
            "自排 25: 8 (32.0%), 16 (64.0%), 1 (4.0%)",
            "合计 40: 15 (37.5%), 23 (57.5%), 2 (5.0%)",
        ]
    );
}

#[tokio::test]
async fn a_bulletin_counts_the_endings_of_ledgers_and_none_of_their_duties() {
    let city = City::new().await;
    for ledger in [BACKLOG, CLEAN_UP] {
        import(&Site::of(&city).await, ledger, GOOD_ROWS).await;
    }
    // The ledgers tell of a fortnight with duties and endings; they are imported before the cut-off.
    let moved = |statement: &str| format!("SET session_replication_role = replica; {statement}");
    city.force(&moved(
        "UPDATE clock SET due_on = '2026-06-10', due_on_original = '2026-06-10';
         UPDATE round_outcome SET unit_closed_at = '2026-06-10 00:00+08', confirmed_at = '2026-06-10 00:00+08';
         UPDATE assignment SET recorded_at = '2026-06-12 09:00+08';
         UPDATE clock_event SET at = '2026-06-12 09:00+08', recorded_at = '2026-06-12 09:00+08';
         UPDATE ledger SET completed_at = '2026-06-12 09:00+08', recorded_at = '2026-06-12 09:00+08';
         UPDATE round_outcome SET recorded_at = '2026-06-12 09:00+08'",
    ))
    .await;
    let site = Site::at(&city, at("2026-06-15 09:00")).await;
    let issue = site.act("zhongyuan.bureau", "/bulletins", &[("period", "2026-W24")]).await;
    site.act("zhongyuan.bureau", &format!("{issue}/freeze"), &[]).await;
    let counted = |metrics: &'static str| {
        format!(
            "SELECT count(*) FROM bulletin_item WHERE metric IN ({metrics}) AND bucket <> 'missing'"
        )
    };
    let duties = "SELECT count(*) FROM bulletin_item WHERE metric IN ('I03', 'I04', 'I05', 'I07', 'I14', 'I34')";
    assert_eq!(city.value::<i64>(duties).await, 0);
    let ended: i64 = city.value("SELECT count(*) FROM round_outcome").await;
    let settled = "SELECT count(*) FROM round_outcome WHERE outcome = 'settled_written'";
    let settled: i64 = city.value(settled).await;
    assert!(settled > 0 && settled < ended, "{settled} of {ended}");
    let all = "SELECT count(*) FROM bulletin_item WHERE metric = 'I08a'";
    assert_eq!(city.value::<i64>(all).await, ended);
    assert_eq!(city.value::<i64>(&counted("'I08a'")).await, settled);

    // What is recorded after the next cut-off is no late duty either.
    let next = Site::at(&city, at("2026-06-29 09:00")).await;
    let issue = next.act("zhongyuan.bureau", "/bulletins", &[("period", "2026-W26")]).await;
    next.act("zhongyuan.bureau", &format!("{issue}/freeze"), &[]).await;
    assert_eq!(city.value::<i64>("SELECT count(*) FROM bulletin_change").await, 0);
}

#[tokio::test]
async fn the_reviews_come_with_their_cases() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    import(&site, CLEAN_UP, ALL).await;
    for (grade, expected) in [("1", 52), ("2", 15), ("3", 2)] {
        let count = format!("SELECT count(*) FROM case_review WHERE grade = {grade}");
        assert_eq!(city.value::<i64>(&count).await, expected);
    }
    let accountable = "SELECT count(*) FROM case_review WHERE accountability";
    assert_eq!(city.value::<i64>(accountable).await, 2);
    // The first case of the ledger has three reviewed court cases beside its own.
    let linked = "SELECT string_agg(k.number || l.procedure, ' ' ORDER BY k.number)
                  FROM petition_case c JOIN petition_case_court_case l ON l.case_id = c.id
                  JOIN court_case k ON k.id = l.court_case_id WHERE c.number = 'XF2026-00001'";
    assert_eq!(
        city.value::<String>(linked).await,
        "（2011）某0105民终1461号second_instance （2016）某0105刑终313号second_instance \
         （2019）某0105民终1870号first_instance （2021）某0105执恢2406号"
    );
}

#[tokio::test]
async fn a_closed_row_is_closed_on_its_day_and_no_time_limit_of_it_counts() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    import(&site, CLEAN_UP, ALL).await;
    let stages = "SELECT string_agg(stage || n, ' ' ORDER BY stage)
                  FROM (SELECT stage, count(*) AS n FROM petition_case_now GROUP BY stage) s";
    assert_eq!(
        city.value::<String>(stages).await,
        "confirmed_closed15 routed_to_litigation2 terminated23"
    );
    let first = "SELECT o.outcome || ' ' || (o.confirmed_at AT TIME ZONE 'Asia/Shanghai') || ' ' || o.basis
                 FROM round_outcome o JOIN petition_case c ON c.id = o.case_id WHERE c.number = 'XF2026-00001'";
    assert_eq!(city.value::<String>(first).await, "terminated 2026-04-20 00:00:00 imported_ledger");
    let clocks = "SELECT string_agg(k.kind || ' ' || k.state || ' ' || k.due_on, ', ' ORDER BY k.due_on, k.kind)
                  FROM clock k JOIN petition_case c ON c.id = k.case_id WHERE c.number = 'XF2026-00001'";
    assert_eq!(
        city.value::<String>(clocks).await,
        "L2 cancelled 2026-03-18, M2 cancelled 2026-03-18, P7 cancelled 2026-03-23, C30 cancelled 2026-04-15"
    );
    let stops = "SELECT count(*) FROM clock_event WHERE kind = 'stopped'";
    assert_eq!(city.value::<i64>(stops).await, 40);
    let signed = "SELECT count(*) FROM closing_signature";
    assert_eq!(city.value::<i64>(signed).await, 0, "no signature is invented");
}

#[tokio::test]
async fn of_the_backlog_421_rows_are_imported_4_are_stopped_and_2_wait() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let report = import(&site, BACKLOG, GOOD_ROWS).await;
    assert!(!report.is_well());
    let states = "SELECT string_agg(state || n, ' ' ORDER BY state)
                  FROM (SELECT state, count(*) AS n FROM import_row GROUP BY state) s";
    assert_eq!(city.value::<String>(states).await, "imported421 stopped4 waiting2");
    let open = "SELECT count(*) FROM petition_case_now WHERE is_open AND stage = 'in_handling' AND due_on IS NULL";
    assert_eq!(city.value::<i64>(open).await, 421);
    let last = "SELECT max(number) FROM petition_case";
    assert_eq!(city.value::<String>(last).await, "XF2026-00421");
    // The leader that row 288 lacks is not there, and everything else is.
    let team = "SELECT string_agg(t.place, ' ' ORDER BY t.place) FROM team_member t
                JOIN import_row r ON r.case_id = t.case_id WHERE r.ordinal = '288'";
    assert_eq!(city.value::<String>(team).await, "chief handler");
    // Warnings travel with their rows, without the value.
    let remarks = "SELECT string_agg(ordinal || (remarks->0->>'problem'), ' ' ORDER BY sheet_row)
                   FROM import_row WHERE state = 'imported' AND remarks <> '[]'";
    assert_eq!(
        city.value::<String>(remarks).await,
        "17证件号码应为18位，现在是17位 171手机号应为11位，固定电话应带区号 \
         209证件号码校验不通过，请核对最后一位 244与常见案号格式不同"
    );
    let typed = "SELECT count(*) FROM import_row WHERE remarks::text LIKE '%99010419680312001%'";
    assert_eq!(city.value::<i64>(typed).await, 0);
    let unread =
        "SELECT count(*) FROM court_case WHERE NOT well_formed AND number = '2019年某号案件'";
    assert_eq!(city.value::<i64>(unread).await, 1);
    let chain = city.audit_verbs().await;
    assert_eq!((chain.len(), chain[0].as_str()), (422, "import.recorded"));
    let by = "SELECT s.username || ' ' || i.system_user FROM import i JOIN staff s ON s.id = i.recorded_by";
    assert_eq!(city.value::<String>(by).await, "job.import sun");
}

#[tokio::test]
async fn personal_values_are_sealed_and_a_person_is_recorded_once() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    import(&site, BACKLOG, GOOD_ROWS).await;
    // Of the first row: number, telephone, address.
    for value in ["990106195107098702", "10054177185", "白石区某街道某社区78号"] {
        for table in ["petitioner", "import", "import_row", "petition_case", "grounds", "audit"] {
            let clear = format!("SELECT count(*) FROM {table} t WHERE t::text LIKE '%{value}%'");
            assert_eq!(city.value::<i64>(&clear).await, 0, "{value} in {table}");
        }
    }
    let tails = "SELECT id_tail || ' ' || phone_tail FROM petitioner ORDER BY id LIMIT 1";
    assert_eq!(city.value::<String>(tails).await, "8702 7185");
    let doubtful =
        "SELECT count(*) FROM petitioner WHERE id_override = 'as_recorded' AND NOT id_verified";
    assert_eq!(city.value::<i64>(doubtful).await, 2);
    let twice = "SELECT count(*) FROM (SELECT id_index FROM petitioner WHERE id_index IS NOT NULL
                 GROUP BY id_index HAVING count(*) > 1) t";
    assert_eq!(city.value::<i64>(twice).await, 0);
    let sealed = "SELECT count(*) FROM import WHERE position('PK'::bytea IN sealed) = 1";
    assert_eq!(city.value::<i64>(sealed).await, 0, "the file is not kept in the clear");
}

/// S64.
#[tokio::test]
async fn the_same_file_twice_makes_nothing_twice_and_ends_well() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    import(&site, CLEAN_UP, ALL).await;
    import(&site, BACKLOG, GOOD_ROWS).await;
    let before = counts(&city, WRITTEN).await;
    let again = import(&site, CLEAN_UP, ALL).await;
    assert!(again.is_well());
    assert_eq!((again.counts().present, again.import()), (40, None));
    assert_eq!(again.to_json()["outcome"], "nothing_new");
    let again = import(&site, BACKLOG, GOOD_ROWS).await;
    let said = again.counts().to_string();
    assert_eq!(said, "427行中0行可以导入，4行不能导入，0行疑似重复，423行以前已经导入");
    assert_eq!(counts(&city, WRITTEN).await, before);
}

#[tokio::test]
async fn without_good_rows_a_file_with_faults_imports_nothing() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let report = import(&site, BACKLOG, ALL).await;
    assert!(!report.is_well());
    let said =
        "Nothing was imported: 427行中421行可以导入，4行不能导入，2行疑似重复，请全部改好后再导入";
    assert!(report.to_text().contains(said));
    assert_eq!(counts(&city, WRITTEN).await, [0; 12]);
}

const BUREAU: Option<&str> = Some("zhongyuan.bureau");

/// Sends a file; where the answer leads.
async fn send(site: &Site, bytes: &[u8], kind: &str) -> Page {
    let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let file = ("file", "台账.xlsx", media_type, bytes);
    site.upload(BUREAU, "/imports/new", &[("kind", kind)], &[file]).await
}

/// The columns as a page offers them, to be sent back.
fn columns(page: &Page) -> Vec<(String, String)> {
    let names = page.attributes("select", "name");
    let chosen = names.iter().map(|name| {
        let found = page.attributes(&format!("select[name='{name}'] option[selected]"), "value");
        found.into_iter().next().unwrap_or_default()
    });
    names.iter().cloned().zip(chosen).collect()
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Sends a file through all steps; the page of its result.
async fn through(site: &Site, bytes: &[u8], choice: &str) -> String {
    let draft = send(site, bytes, "all").await.expect(StatusCode::SEE_OTHER).location();
    let page = site.get(BUREAU, &draft).await.expect(StatusCode::OK);
    let check = site.act("zhongyuan.bureau", &draft, &borrowed(&columns(&page))).await;
    let page = site.get(BUREAU, &check).await.expect(StatusCode::OK);
    let draft = page.value("draft").unwrap();
    site.act("zhongyuan.bureau", "/imports", &[("draft", &draft), ("choice", choice)]).await
}

#[tokio::test]
async fn a_file_goes_through_its_steps_and_a_wrong_column_is_corrected() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let draft = send(&site, BACKLOG, "all").await.expect(StatusCode::SEE_OTHER).location();
    let page = site.get(BUREAU, &draft).await.expect(StatusCode::OK);
    assert_eq!(page.texts("label[for='ledger.B']"), ["信访人·姓名"]);
    let mut fields = columns(&page);
    assert_eq!(fields.len(), 22);
    assert_eq!(fields[1], ("ledger.B".to_owned(), "name".to_owned()));

    // The name's column is taken for something else: it comes back, and nothing is lost.
    fields[1].1 = "note".to_owned();
    let wrong = site.post(BUREAU, &draft, &borrowed(&fields)).await;
    let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("“备注”已经指定给另一列"));
    assert!(wrong.text().contains("台账还没有指定必需的列：姓名"));
    assert_eq!(columns(&wrong)[1].1, "note");

    fields[1].1 = "name".to_owned();
    fields[21].1 = String::new();
    let check = site.act("zhongyuan.bureau", &draft, &borrowed(&fields)).await;
    let page = site.get(BUREAU, &check).await.expect(StatusCode::OK);
    assert_eq!(page.texts("#said"), ["427行中421行可以导入，4行不能导入，2行疑似重复"]);
    assert_eq!(page.texts("#faults tbody tr").len(), 8);
    assert_eq!(
        page.texts("#faults tbody tr:first-child td"),
        [
            "不能导入",
            "序号58（第62行）",
            "交办日期",
            "2026.13.5",
            "不是有效日期",
            "请改成实有的日期，如2026年1月29日、2026.1.29"
        ]
    );
    assert_eq!(page.texts("#waiting tbody tr").len(), 2);
    assert_eq!(page.texts("#changes tbody tr").len(), 2);
    assert_eq!(counts(&city, &["petition_case", "import"]).await, [0, 0]);
    let corrected = "SELECT NOT (mapping->'ledger' ? 'V') FROM import_draft";
    assert!(city.value::<bool>(corrected).await);
}

/// S36.
#[tokio::test]
async fn all_or_nothing_refuses_and_only_the_good_rows_go_in() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let draft = send(&site, BACKLOG, "all").await.expect(StatusCode::SEE_OTHER).location();
    let id = draft.rsplit('/').next().unwrap();
    let refused =
        site.post(BUREAU, "/imports", &[("draft", id), ("choice", "all_or_nothing")]).await;
    let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refused.problem("").unwrap(),
        "427行中421行可以导入，4行不能导入，2行疑似重复，请全部改好后再导入"
    );
    let faulty = site.get(BUREAU, &format!("{draft}/faults.xlsx")).await.expect(StatusCode::OK);
    let book = ledger::read(&faulty.body).unwrap();
    assert_eq!(book.tables[0].rows.len(), 6);

    let result =
        site.act("zhongyuan.bureau", "/imports", &[("draft", id), ("choice", "good_rows")]).await;
    let page = site.get(BUREAU, &result).await.expect(StatusCode::OK);
    assert_eq!(page.texts("#said"), ["427行：已导入421件，待核对2行，不能导入4行，以前已导入0行"]);
    assert_eq!(page.texts("#stopped tbody tr").len(), 4);
    assert_eq!(page.texts("#warned tbody tr").len(), 4);
    assert_eq!(page.texts("#imported a").len(), 421);
    assert_eq!(counts(&city, &["import_draft"]).await, [0], "the file is kept once");
    let faulty = site.get(BUREAU, &format!("{result}/faults.xlsx")).await.expect(StatusCode::OK);
    let book = ledger::read(&faulty.body).unwrap();
    assert_eq!(book.tables[0].rows[3].cells[0].typed(), "疑似与第308行重复：请核对后决定是否导入");
    let list = site.get(BUREAU, "/imports").await.expect(StatusCode::OK);
    assert_eq!(list.texts("tbody th a"), ["台账.xlsx"]);
}

#[tokio::test]
async fn the_same_file_sent_again_leads_to_the_import_that_brought_it() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let first = through(&site, CLEAN_UP, "all_or_nothing").await;
    assert_eq!(through(&site, CLEAN_UP, "all_or_nothing").await, first);
    assert_eq!(counts(&city, &["import", "petition_case", "import_draft"]).await, [1, 40, 0]);
}

#[tokio::test]
async fn a_waiting_row_is_decided_by_a_person() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let result = through(&site, BACKLOG, "good_rows").await;
    let page = site.get(BUREAU, &result).await.expect(StatusCode::OK);
    assert_eq!(page.attributes("#waiting input[name=row]", "value"), ["309", "406"]);
    assert_eq!(page.texts("#waiting tbody tr").len(), 4, "each beside what it repeats");

    let decisions = format!("{result}/decisions");
    site.act("zhongyuan.bureau", &decisions, &[("row", "309"), ("decision", "same")]).await;
    site.act("zhongyuan.bureau", &decisions, &[("row", "406"), ("decision", "another")]).await;
    let page = site.get(BUREAU, &result).await.expect(StatusCode::OK);
    assert_eq!(
        page.texts("#said"),
        ["427行：已导入422件，待核对0行，不能导入4行，以前已导入0行，确认为同一件1行"]
    );
    let twice = site.post(BUREAU, &decisions, &[("row", "309"), ("decision", "another")]).await;
    let twice = twice.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(twice.problem("").unwrap(), "这一行已经核对过");
    assert_eq!(counts(&city, &["petition_case"]).await, [422]);
    let same_person = "SELECT count(DISTINCT y.petitioner_id) FROM party y JOIN import_row r ON r.case_id = y.case_id
                       WHERE r.ordinal IN ('118', '402')";
    assert_eq!(city.value::<i64>(same_person).await, 1);
}

#[tokio::test]
async fn a_case_of_the_register_lets_its_row_wait() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    import(&site, CLEAN_UP, ALL).await;
    // The ledger names another day of assignment: not the same row, but probably the same case.
    city.force("UPDATE import_row SET row_hash = '\\x00' WHERE ordinal = '7'").await;
    let result = through(&site, CLEAN_UP, "good_rows").await;
    let page = site.get(BUREAU, &result).await.expect(StatusCode::OK);
    assert_eq!(page.texts("#said"), ["40行：已导入0件，待核对1行，不能导入0行，以前已导入39行"]);
    assert_eq!(page.attributes("#waiting a", "href"), ["/cases/XF2026-00007"]);
    let reviews = counts(&city, &["case_review"]).await;
    let decision = [("row", "11"), ("decision", "another")];
    site.act("zhongyuan.bureau", &format!("{result}/decisions"), &decision).await;
    assert_eq!(counts(&city, &["petition_case"]).await, [41]);
    assert!(counts(&city, &["case_review"]).await > reviews, "a row brings its reviews");
}

#[tokio::test]
async fn an_import_is_undone_as_a_whole_and_the_file_can_come_again() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let result = through(&site, CLEAN_UP, "all_or_nothing").await;
    let undo = format!("{result}/undo");
    let page = site.post(BUREAU, &undo, &[("reason", " ")]).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("reason").unwrap(), "请写明撤销原因");
    assert_eq!(site.act("zhongyuan.bureau", &undo, &[("reason", "选错了文件")]).await, result);

    let stages = "SELECT string_agg(DISTINCT stage, ' ') FROM petition_case_now";
    assert_eq!(city.value::<String>(stages).await, "void");
    let page = site.get(BUREAU, &result).await.expect(StatusCode::OK);
    assert!(page.texts("#undone")[0].ends_with("原因：选错了文件"));
    let again = site.post(BUREAU, &undo, &[("reason", "再来")]).await;
    let again = again.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(again.problem("").unwrap(), "本次导入已经撤销");

    let next = through(&site, CLEAN_UP, "all_or_nothing").await;
    assert_ne!(next, result);
    assert_eq!(city.value::<String>("SELECT max(number) FROM petition_case").await, "XF2026-00080");
    assert_eq!(counts(&city, &["petitioner"]).await, [40], "people stay as recorded");
    let reviews = "SELECT count(*) FROM case_review r WHERE NOT EXISTS
                   (SELECT FROM import_undo u WHERE u.import_id = r.import_id)";
    assert_eq!(city.value::<i64>(reviews).await, 69);
}

#[tokio::test]
async fn an_import_on_which_something_was_built_stays() {
    const HANDLED: &str = "已有办理记录，不能整批撤销：XF2026-00007";
    const COUNTED: &str = "已计入通报，不能整批撤销：XF2026-00007";
    let built = [
        (
            HANDLED,
            "INSERT INTO progress_entry (case_id, round_id, kind, happened_at, text, recorded_at, recorded_by)
             SELECT c.id, r.id, 'phone', '2026-06-16', '已联系', '2026-06-16', c.recorded_by
             FROM petition_case c JOIN round r ON r.case_id = c.id WHERE c.number = 'XF2026-00007'",
        ),
        (HANDLED, "UPDATE petition_case SET version = 2 WHERE number = 'XF2026-00007'"),
        (
            HANDLED,
            "INSERT INTO team_member (case_id, round_id, place, name, since, recorded_at, recorded_by)
             SELECT c.id, r.id, 'officer', '李某', '2026-06-16', '2026-06-16', c.recorded_by
             FROM petition_case c JOIN round r ON r.case_id = c.id WHERE c.number = 'XF2026-00007'",
        ),
        (
            COUNTED,
            "INSERT INTO bulletin (unit_id, series, period, issue, first_day, last_day, cut_off, method_version,
                                   recorded_at, recorded_by)
             SELECT unit_id, 'zz', '2026-W24', 12, '2026-06-01', '2026-06-14', '2026-06-15', 1, recorded_at, recorded_by
             FROM import;
             INSERT INTO bulletin_figure (bulletin_id, unit_id, metric, numerator, denominator)
             SELECT id, unit_id, 'I08a', 1, 1 FROM bulletin;
             INSERT INTO bulletin_item (bulletin_id, unit_id, metric, place, case_id, case_number, bucket, reason)
             SELECT b.id, b.unit_id, 'I08a', 1, c.id, c.number, 'counted', ''
             FROM bulletin b, petition_case c WHERE c.number = 'XF2026-00007'",
        ),
    ];
    for (said, fact) in built {
        let city = City::new().await;
        let site = Site::of(&city).await;
        let result = through(&site, CLEAN_UP, "all_or_nothing").await;
        city.force(fact).await;
        let later = Site::at(&city, at("2026-06-17 09:00")).await;
        let undo = format!("{result}/undo");
        let page = later.get(BUREAU, &undo).await.expect(StatusCode::OK);
        assert_eq!(page.texts("#refusal"), [said]);
        assert!(page.texts("button[data-main]").is_empty());
        let page = later.post(BUREAU, &undo, &[("reason", "选错了文件")]).await;
        let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem("").unwrap(), said);
        assert_eq!(counts(&city, &["case_void", "import_undo"]).await, [0, 0]);
    }
}

/// A ledger of so many rows.
fn long_ledger(rows: u32) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let headings = ["姓名", "案号", "案件来源", "交办日期", "责任单位"];
    sheet.write_row(0, 0, headings).unwrap();
    for row in 1..=rows {
        let number = format!("（2023）某0110执{row}号");
        sheet.write_row(row, 0, ["张某", &number, "自排", "2026.1.29", "东湖法院"]).unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_with_a_way_on() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let page = send(&site, b"not a workbook", "all").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    let said = "这不是.xlsx文件，请用Excel或WPS另存为.xlsx后再导入";
    assert_eq!(page.problem("file").unwrap(), said);
    let page = site.upload(BUREAU, "/imports/new", &[("kind", "all")], &[]).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("file").unwrap(), "请选择台账文件");
    let page = send(&site, b"", "all").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    let said = "台账.xlsx是空文件（0字节），请选择有内容的台账文件";
    assert_eq!(page.problem("file").unwrap(), said);
    let large = vec![0; (20 << 20) + 1];
    let page = send(&site, &large, "all").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("file").unwrap(), "文件大于20MB，请拆成几个文件后再导入");
    let long = long_ledger(1501);
    let page = send(&site, &long, "all").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.problem("file").unwrap().starts_with("台账超过1500行"));
    let template = site.get(BUREAU, "/imports/template.xlsx").await.expect(StatusCode::OK);
    let page = send(&site, &template.body, "all").await.expect(StatusCode::SEE_OTHER);
    let page = site.get(BUREAU, &page.location()).await.expect(StatusCode::OK);
    assert_eq!(page.attributes("select", "name").len(), 30);
}

#[tokio::test]
async fn only_the_bureau_imports_and_a_file_in_work_is_private() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for who in ["donghu.clerk", "donghu.president", "zhongyuan.leading_group"] {
        let page = site.get(Some(who), "/imports/new").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{who}");
    }
    let draft = send(&site, CLEAN_UP, "ledger").await.expect(StatusCode::SEE_OTHER).location();
    let colleague = Some("zhongyuan.bureau_head");
    site.get(colleague, &draft).await.expect(StatusCode::NOT_FOUND);
    site.get(colleague, &format!("{draft}/check")).await.expect(StatusCode::NOT_FOUND);
    let page = site.get(BUREAU, &draft).await.expect(StatusCode::OK);
    assert_eq!(page.attributes("select", "name").len(), 22, "the ledger alone");
    site.act("zhongyuan.bureau", &format!("{draft}/removal"), &[]).await;
    site.get(BUREAU, &draft).await.expect(StatusCode::NOT_FOUND);
}
