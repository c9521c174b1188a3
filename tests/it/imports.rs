//! Ledgers taken into the register, by command and by page.

use anjie::domain::composition;
use anjie::domain::outcome::Outcome;
use anjie::domain::source::Source;
use anjie::jobs::import_ledger::{Options, Report, run};
use sqlx::AssertSqlSafe;

use crate::support::{City, Site, noon};

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
        .map(|(source, outcome)| {
            (Source::from_code(source).unwrap(), Outcome::from_code(outcome).unwrap())
        })
        .collect();
    let table = composition::by_ending(&closed);
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
async fn of_the_backlog_421_rows_are_imported_4_are_stopped_and_2_wait() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let started = std::time::Instant::now();
    let report = import(&site, BACKLOG, GOOD_ROWS).await;
    eprintln!("TIME {:?}", started.elapsed());
    assert!(!report.is_well());
}
