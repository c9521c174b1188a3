//! A period is changed by a command, forwards; the database lets nobody change it backwards.

use sqlx::{Connection, PgConnection};

use crate::commands::{anjie, said};
use crate::support::City;

/// S90.
#[tokio::test]
async fn a_period_is_changed_from_a_day_to_come_with_a_line_in_the_audit() {
    let city = City::new().await;
    let set = |class: &str, months: &str, from: &str| {
        let mut command = anjie(&city, "retention");
        command.args([
            "set",
            class,
            "--months",
            months,
            "--from",
            from,
            "--basis",
            "院长办公会决定",
        ]);
        command.output().unwrap()
    };
    let done = set("case_file", "360", "2099-01-01");
    assert!(done.status.success(), "{}", said(&done));
    for (class, months, from, why) in [
        ("case_file", "12", "2026-01-02", "begins tomorrow at the earliest"),
        ("case_file", "12", "2098-01-01", "another version begins on that day or later"),
        ("audit", "5", "2099-01-01", "6 months at least"),
        ("session", "5", "2099-01-01", "6 months at least"),
        ("job_run", "1", "2099-01-01", "6 months at least"),
        ("watch", "5", "2099-01-01", "6 months at least"),
        ("visits", "12", "2099-01-01", "The classes are"),
    ] {
        let refused = set(class, months, from);
        assert!(!refused.status.success() && said(&refused).contains(why), "{}", said(&refused));
    }
    let rules: i64 =
        city.value("SELECT count(*) FROM retention_rule WHERE class = 'case_file'").await;
    assert_eq!(rules, 2);
    let entry: String =
        city.value("SELECT object FROM audit WHERE verb = 'retention.changed'").await;
    assert_eq!(entry, "case_file 360 month 2099-01-01");
    for statement in [
        "UPDATE retention_rule SET length = 1",
        "DELETE FROM retention_rule",
        "INSERT INTO retention_rule VALUES ('visit', '2026-02-01', 1, 'month', 'x')",
        "INSERT INTO retention_rule VALUES ('audit', '2099-02-01', 5, 'month', 'x')",
        "INSERT INTO retention_rule VALUES ('session', '2099-02-01', 400, 'day', 'x')",
        "INSERT INTO retention_rule VALUES ('job_run', '2099-02-01', 1, 'day', 'x')",
        "INSERT INTO retention_rule VALUES ('watch', '2099-02-01', 5, 'month', 'x')",
    ] {
        let mut conn = PgConnection::connect_with(&city.owner()).await.unwrap();
        let refused = sqlx::raw_sql(statement).execute(&mut conn).await;
        assert!(refused.is_err(), "{statement}");
    }
}
