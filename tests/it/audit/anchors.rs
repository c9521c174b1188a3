//! What is written down outside the database shows what the database alone could hide.

use std::path::PathBuf;

use anjie::jobs::watch::{Watch, check};
use anjie::jobs::{anchor, verify_audit};

use crate::support::{City, Site, noon};

const BUREAU: &str = "zhongyuan.bureau";

struct File(PathBuf);

impl File {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("anjie-anchors-{}", uuid::Uuid::new_v4())))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Every chain written anew from its rows with hashes that fit, and its head.
const REWRITTEN: &str = "DO $$ DECLARE r audit; h bytea; u bigint := 0; BEGIN
    FOR r IN SELECT * FROM audit ORDER BY unit_id, seq LOOP
        IF r.unit_id <> u THEN u := r.unit_id; h := '\\x00'; END IF;
        r.previous_hash := h; r.hash := audit_hash(r); h := r.hash;
        UPDATE audit SET previous_hash = r.previous_hash, hash = r.hash WHERE unit_id = r.unit_id AND seq = r.seq;
        UPDATE audit_head SET hash = h WHERE unit_id = r.unit_id AND seq = r.seq;
    END LOOP; END $$";

/// What, how, and what is said of it.
const KINDS: &[(&str, &str, &str)] = &[
        ("at", "UPDATE audit SET at = at + interval '1 microsecond' WHERE seq = 2", "第2条：内容"),
        ("nth", "UPDATE audit SET nth = nth + 100 WHERE seq = 2", "第2条：内容"),
        ("outcome", "UPDATE audit SET outcome = 'failed' WHERE seq = 2", "第2条：内容"),
        ("case", "UPDATE audit SET case_id = 7 WHERE seq = 2", "第2条：内容"),
        ("before", "UPDATE audit SET before_digest = '\\x01' WHERE seq = 2", "第2条：内容"),
        ("after", "UPDATE audit SET after_digest = '\\x01' WHERE seq = 2", "第2条：内容"),
        ("previous", "UPDATE audit SET previous_hash = '\\x02' WHERE seq = 2", "第2条：与上一条不相接"),
        ("hash", "UPDATE audit SET hash = '\\x02' WHERE seq = 2", "第2条：内容"),
        ("court", "UPDATE audit SET unit_id = unit_id + 1 WHERE seq = 2", "第2条：缺失"),
        ("a row taken out", "DELETE FROM audit WHERE seq = 3", "第3条：缺失"),
        (
            "a row put in",
            "UPDATE audit SET seq = seq + 100 WHERE seq > 2; UPDATE audit SET seq = seq - 99 WHERE seq > 100;
             INSERT INTO audit SELECT a.* FROM sound a WHERE seq = 3;
             UPDATE audit SET nth = -1, seq = 3 WHERE nth = (SELECT max(nth) FROM sound)",
            "与上一条不相接",
        ),
        (
            "two rows swapped",
            "UPDATE audit SET seq = CASE seq WHEN 2 THEN 103 ELSE 102 END WHERE seq IN (2, 3);
             UPDATE audit SET seq = seq - 100 WHERE seq > 100",
            "第2条：内容",
        ),
        (
            "a row put in at the end",
            "INSERT INTO audit SELECT a.* FROM sound a WHERE seq = 5; UPDATE audit SET nth = -1
             WHERE ctid = (SELECT max(ctid) FROM audit); UPDATE audit SET seq = 6 WHERE nth = -1",
            "第6条：不是系统写入的",
        ),
        ("the head gone", "DELETE FROM audit_head", "第5条：链尾记录缺失"),
        ("another head", "UPDATE audit_head SET hash = '\\x00'", "第5条：与链尾记录不符"),
        ("the tail cut off", "DELETE FROM audit WHERE seq > 3", "末尾缺失"),
        (
            "the tail and the head cut",
            "DELETE FROM audit WHERE seq > 3;
             UPDATE audit_head h SET seq = 3, hash = (SELECT hash FROM audit a WHERE a.seq = 3)",
            "第4至4条：库外锚点有记载，现已缺失",
        ),
        (
            "all rewritten with hashes that fit",
            "UPDATE audit SET detail = 'x' WHERE seq = 2; REWRITTEN",
            "第4条：与库外锚点不符",
        ),
        ("all of it gone", "DELETE FROM audit; DELETE FROM audit_head", "01：整条审计链缺失"),
];

/// S79.
#[tokio::test]
async fn every_kind_of_tampering_is_found_in_every_column() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for period in ["2026-W22", "2026-W24"] {
        let issue = site.act(BUREAU, "/bulletins", &[("period", period)]).await;
        site.act(BUREAU, &format!("{issue}/freeze"), &[]).await;
    }
    let file = File::new();
    anchor::write(&site.app.db, &file.0, noon()).await.unwrap();
    site.act(BUREAU, "/bulletins/2026-W22/publication", &[]).await;
    let verified = async || verify_audit::run(&site.app.db, Some(&file.0)).await.unwrap();
    assert!(verified().await.is_sound(), "{}", verified().await);
    city.force("CREATE TABLE sound AS SELECT * FROM audit; CREATE TABLE sound_head AS SELECT * FROM audit_head")
        .await;
    let text = |column: &str| format!("UPDATE audit SET {column} = {column} || 'x' WHERE seq = 2");
    let number = |column: &str| format!("UPDATE audit SET {column} = {column} + 1 WHERE seq = 2");
    let mut cases: Vec<(String, String, &str)> =
        ["session", "address", "verb", "object", "reason", "fields", "detail", "shown"]
            .map(|column| (column.to_owned(), text(column), "第2条：内容"))
            .into();
    cases.extend(
        ["staff_id", "grant_id"].map(|column| (column.to_owned(), number(column), "第2条：内容")),
    );
    let principal = "UPDATE audit SET on_behalf_of = 1 WHERE seq = 2".to_owned();
    cases.push(("on_behalf_of".to_owned(), principal, "第2条：内容"));
    for (what, tampering, expected) in KINDS {
        let tampering = tampering.replace("REWRITTEN", REWRITTEN);
        cases.push(((*what).to_owned(), tampering, expected));
    }
    for (what, tampering, expected) in cases {
        let dropped = "ALTER TABLE audit DROP CONSTRAINT IF EXISTS audit_nth_key, DROP CONSTRAINT IF EXISTS audit_pkey";
        city.force(&format!(
            "SET session_replication_role = replica; {dropped}; {tampering}; RESET session_replication_role"
        ))
        .await;
        let report = verified().await;
        assert!(!report.is_sound(), "{what}");
        assert!(report.to_string().contains(expected), "{what}: {report}");
        city.force(
            "SET session_replication_role = replica; DELETE FROM audit; DELETE FROM audit_head;
             INSERT INTO audit SELECT * FROM sound; INSERT INTO audit_head SELECT * FROM sound_head;
             RESET session_replication_role",
        )
        .await;
    }
    assert!(verified().await.is_sound());
    let lines = std::fs::read_to_string(&file.0).unwrap();
    std::fs::write(&file.0, lines.replace(" 01 4 ", " 01 3 ")).unwrap();
    assert!(verified().await.to_string().contains("锚点文件第1行：校验码不符"));
}

/// S79.
#[tokio::test]
async fn the_program_writes_an_anchor_and_notes_its_start_its_settings_and_its_stop() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let file = File::new();
    let watch = Watch {
        db: site.app.db.clone(),
        clock: site.app.clock,
        anchors: Some(file.0.clone()),
        scanner: None,
    };
    watch.begin("ANJIE_LISTEN", b"one").await.unwrap();
    watch.end().await;
    watch.begin("ANJIE_LISTEN", b"one").await.unwrap();
    watch.begin("ANJIE_LISTEN", b"two").await.unwrap();
    let verbs: Vec<String> = city.value("SELECT array_agg(verb ORDER BY nth) FROM audit").await;
    let (started, configured) = ("program.started", "program.configured");
    assert_eq!(verbs, [started, configured, "program.stopped", started, started, configured]);
    let who =
        "SELECT DISTINCT s.username || ' ' || u.code FROM audit a JOIN staff s ON s.id = a.staff_id
               JOIN unit u ON u.id = a.unit_id";
    assert_eq!(city.value::<String>(who).await, "job.admin 01");
    let written = std::fs::read_to_string(&file.0).unwrap();
    assert_eq!(written.lines().count(), 1, "{written}");
    assert!(written.starts_with("2026-06-15T04:00:00.000000Z 01 3 "), "{written}");
    let found = check(&site.app.db, Some(&file.0), noon()).await.unwrap();
    assert_eq!((found.entries, found.findings, found.anchored_at), (6, vec![], Some(noon())));
}
