//! The keys that seal: changed while others work, refused when wrong, and what doesn't open says so.

use std::sync::atomic::{AtomicBool, Ordering};

use anjie::jobs::import_ledger;
use anjie::store::key_check;
use anjie::store::keys::{Cipher, Keys};
use anjie::store::owner::{Owner, sealed_columns};
use axum::http::StatusCode;
use futures_util::future::{join, join_all};

use crate::commands::{anjie, said};
use crate::support::laid::{self, Laid};
use crate::support::{City, Site, noon, visit};
use crate::visits::{NEW, id_number, visit_with_id};

const CLERK: &str = "donghu.clerk";
const LEDGER: &[u8] = include_bytes!("data/ledger-40.xlsx");
const PDF: &[u8] = b"%PDF-1.7 made for a test";
const FILE: (&str, &str, &str, &[u8]) = ("files", "申诉状.pdf", "application/pdf", PDF);
/// The key of the tests' city, and the one after it.
const OLD: [u8; 32] = [42; 32];
const NEW_KEY: [u8; 32] = [43; 32];

fn both(cipher: Cipher) -> Keys {
    Keys::of((&NEW_KEY, &[&OLD]), cipher)
}

async fn site_with(city: &mut City, keys: Keys) -> Site {
    city.keys = keys;
    Site::of(city).await
}

async fn register(site: &Site, id: &str) -> StatusCode {
    let fields = [("address", "公正路9号"), ("name", "张某")];
    site.upload(Some(CLERK), NEW, &visit_with_id(id, &fields), &[FILE]).await.status
}

/// A number of its own for each visit.
fn person(order: u32) -> String {
    id_number(&format!("19{:02}0312", 40 + order / 900), order % 900)
}

/// A group with representatives, a draft, a ledger: something in every sealed column.
async fn something_of_everything(site: &Site) {
    assert_eq!(register(site, &person(1)).await, StatusCode::SEE_OTHER);
    let group = [
        ("visit_form", "group"),
        ("people_count", "6"),
        ("representatives[]", "李某某"),
        ("representative_ids[]", &person(2)),
        ("name", "李某某"),
    ];
    site.post(Some(CLERK), NEW, &visit(&group)).await.expect(StatusCode::SEE_OTHER);
    let typed = [("draft_of", "/visits/new"), ("draft", "1"), ("summary", "只写了一半的事由")];
    site.act(CLERK, "/drafts", &visit(&typed)).await;
    take_over(site).await;
}

async fn take_over(site: &Site) {
    let options = import_ledger::Options { dry_run: false, good_rows: true, system_user: "sun" };
    let file = ("ledger.xlsx", LEDGER.to_vec());
    import_ledger::run(&site.app.db, file, options, noon()).await.unwrap();
}

/// S89.
#[tokio::test(flavor = "multi_thread")]
async fn everything_is_sealed_anew_while_others_work_also_after_an_interruption() {
    let mut city = City::new().await;
    something_of_everything(&Site::of(&city).await).await;
    let keys = both(Cipher::Sm4);
    let site = site_with(&mut city, keys.clone()).await;

    let mut owner = Owner::connect(&city.owner()).await.unwrap();
    let old = owner.sealed_with().await.unwrap();
    assert!(old.len() == 1 && old[0].1 > 80, "{old:?}");
    let cut = tokio::sync::Notify::new();
    tokio::select! {
        biased;
        () = cut.notified() => {}
        _ = owner.rotate(&keys, |_, _| cut.notify_one()) => panic!("it was not interrupted"),
    }
    drop(owner);

    let mut owner = Owner::connect(&city.owner()).await.unwrap();
    let half = owner.sealed_with().await.unwrap();
    assert_eq!(half.len(), 2, "one batch was sealed anew: {half:?}");
    assert_eq!(register(&site, &person(3)).await, StatusCode::SEE_OTHER);
    let done = AtomicBool::new(false);
    let writers = join_all((0..4).map(|writer| {
        let (site, done) = (&site, &done);
        async move {
            let mut count = 0;
            while !done.load(Ordering::Relaxed) || count == 0 {
                count += 1;
                assert_eq!(
                    register(site, &person(100 * (writer + 1) + count)).await,
                    StatusCode::SEE_OTHER
                );
                // Someone whom the old key knows.
                assert_eq!(register(site, &person(1)).await, StatusCode::SEE_OTHER);
            }
        }
    }));
    let rotating = async {
        let rotated = owner.rotate(&keys, |_, _| ()).await.unwrap();
        done.store(true, Ordering::Relaxed);
        rotated
    };
    let (rotated, _) = join(rotating, writers).await;
    assert_eq!(rotated.broken, [""; 0]);
    for table in ["visit_representative", "draft", "import_row", "import"] {
        let rows = format!("SELECT count(*) FROM {table}");
        assert!(city.value::<i64>(&rows).await > 0, "{table}");
    }
    assert_eq!(owner.rotate(&keys, |_, _| ()).await.unwrap().broken, [""; 0]);
    let left = owner.sealed_with().await.unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].0, keys.prefix().to_string());
    owner.forget_older_keys(&keys, noon()).await.unwrap();

    all_is_there_without_the_old_key(&mut city, &mut owner).await;
}

async fn all_is_there_without_the_old_key(city: &mut City, owner: &mut Owner) {
    let alone = Keys::of((&NEW_KEY, &[]), Cipher::Sm4);
    let site = site_with(city, alone.clone()).await;
    let files = owner.check_files(&alone).await.unwrap();
    assert!(files.broken.is_empty() && files.sound > 5, "{files:?}");
    let twice = "SELECT count(*) FROM (SELECT id_tail, name FROM petitioner WHERE id_verified
                 GROUP BY id_tail, birth_date, name HAVING count(*) > 1) t";
    assert_eq!(city.value::<i64>(twice).await, 0, "nobody was recorded twice");
    let one = person(1);
    let found = site.post(Some(CLERK), "/petitioners/match", &[("id_number", one.as_str())]).await;
    assert!(found.text().contains("按证件号码找到1人"), "{}", found.text());
    let draft = site.get(Some(CLERK), "/visits/new?draft=1").await.expect(StatusCode::OK);
    assert!(draft.html().contains("只写了一半的事由"));
    let cases = "SELECT count(*) FROM petition_case";
    let before: i64 = city.value(cases).await;
    take_over(&site).await;
    assert_eq!(city.value::<i64>(cases).await, before, "the ledger's rows are known");
    assert!(city.audit_verbs().await.contains(&"keys.rotated".to_owned()));
}

#[tokio::test]
async fn every_sealed_column_is_sealed_anew_when_the_key_changes() {
    let city = City::new().await;
    let columns: Vec<String> = city
        .value(
            "SELECT array_agg(table_name || '.' || column_name ORDER BY 1) FROM (
                 SELECT table_name::text, column_name::text FROM information_schema.columns
                 WHERE table_schema = 'public' AND table_name <> 'key_check'
                   AND (column_name LIKE '%\\_sealed' OR column_name = 'sealed' AND data_type = 'bytea')
                 UNION SELECT 'draft', 'body') c (table_name, column_name)",
        )
        .await;
    let mut known = sealed_columns();
    known.sort();
    let mut columns = columns;
    columns.sort();
    assert_eq!(known, columns);
}

/// S94.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_found_out_before_anything_is_sealed_with_it() {
    let mut city = City::new().await;
    let check = async |city: &mut City, keys: Keys| {
        let site = site_with(city, keys).await;
        key_check::check(&site.app.db, noon()).await.unwrap()
    };
    let (old, new) = (Keys::from_master(&OLD), Keys::from_master(&NEW_KEY));
    assert_eq!(check(&mut city, old.clone()).await, Ok(()));
    assert_eq!(check(&mut city, old.clone()).await, Ok(()));
    let refused = check(&mut city, new.clone()).await.unwrap_err().to_string();
    assert!(refused.contains(&old.prefix().to_string()), "{refused}");
    assert_eq!(check(&mut city, both(Cipher::Aes)).await, Ok(()));
    assert_eq!(check(&mut city, both(Cipher::Sm4)).await, Ok(()));
    assert_eq!(city.value::<i64>("SELECT count(*) FROM key_check").await, 3);
    assert!(check(&mut city, old.clone()).await.is_err(), "the newer key is missing");
    let mut owner = Owner::connect(&city.owner()).await.unwrap();
    owner.rotate(&both(Cipher::Aes), |_, _| ()).await.unwrap();
    owner.forget_older_keys(&both(Cipher::Aes), noon()).await.unwrap();
    assert_eq!(check(&mut city, new).await, Ok(()));

    // As an administrator types it, with another key still.
    let output = anjie(&city, "keys check").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("This database is sealed with the key"), "{}", said(&output));
    let output = anjie(&city, "keys rotate").output().unwrap();
    assert!(said(&output).contains("was not started with the newest key"), "{}", said(&output));
}

/// A case whose petitioner told a telephone number.
async fn reachable(city: &City, name: &str, phone: &str) -> String {
    let number = laid::lay(city, Laid { name, ..Laid::default() }).await;
    let person = format!(
        "(SELECT y.petitioner_id FROM party y JOIN petition_case c ON c.id = y.case_id WHERE c.number = '{number}')"
    );
    let uuid: String =
        city.value(&format!("SELECT uuid::text FROM petitioner WHERE id = {person}")).await;
    let sealed = city.keys.seal_text(("petitioner.phone", &uuid), phone).unwrap();
    city.force(&format!(
        "UPDATE petitioner SET phone_sealed = '{sealed}', phone_index = '\\x01', phone_tail = '0021' WHERE id = {person}"
    ))
    .await;
    number
}

/// S88, R28.
#[tokio::test]
async fn what_does_not_open_says_so_and_the_page_goes_on() {
    let city = City::new().await;
    let (one, other) = (
        reachable(&city, "张某", "10000000021").await,
        reachable(&city, "李某", "10000000022").await,
    );
    let site = Site::of(&city).await;
    let reveal = async |number: &str| {
        let path = format!("/cases/{number}/reveal");
        let page = site.post(Some("donghu.handler"), &path, &[("field", "phone")]).await;
        page.expect(StatusCode::OK).texts("[data-revealed]").remove(0)
    };
    assert_eq!(reveal(&one).await, "10000000021");
    let broken = "无法解密，请告知系统管理员";
    let keep = "CREATE TABLE kept AS SELECT id, phone_sealed, address_sealed FROM petitioner";
    city.force(keep).await;
    let put_back =
        "UPDATE petitioner p SET phone_sealed = k.phone_sealed, address_sealed = k.address_sealed
                    FROM kept k WHERE k.id = p.id";
    for (what, tampering) in [
        (
            "swapped between people",
            "UPDATE petitioner p SET phone_sealed = k.phone_sealed FROM kept k WHERE k.id <> p.id
             AND k.phone_sealed IS NOT NULL AND p.phone_sealed IS NOT NULL",
        ),
        (
            "another suite",
            "UPDATE petitioner SET phone_sealed = overlay(phone_sealed PLACING '02' FROM 1 FOR 2)",
        ),
        (
            "another key",
            "UPDATE petitioner SET phone_sealed = overlay(phone_sealed PLACING 'ffffffff' FROM 3 FOR 8)",
        ),
        ("no hexadecimal", "UPDATE petitioner SET phone_sealed = 'x' || phone_sealed"),
        ("cut off", "UPDATE petitioner SET phone_sealed = left(phone_sealed, 20)"),
    ] {
        city.force(tampering).await;
        assert_eq!(reveal(&one).await, broken, "{what}");
        assert_eq!(reveal(&other).await, broken, "{what}");
        city.force(put_back).await;
        assert_eq!(reveal(&one).await, "10000000021", "{what}");
    }
    let told =
        "SELECT count(*) FROM audit WHERE verb = 'seal.broken' AND detail = 'petitioner.phone'";
    assert_eq!(city.value::<i64>(told).await, 2, "once for each of the two");
}

/// S88, R28.
#[tokio::test]
async fn a_file_that_does_not_open_is_not_handed_out_and_its_visit_is_read_all_the_same() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for order in [1, 2] {
        assert_eq!(register(&site, &person(order)).await, StatusCode::SEE_OTHER);
    }
    let number: String = city.value("SELECT number FROM visit ORDER BY id LIMIT 1").await;
    let uuid: String =
        city.value("SELECT uuid::text FROM visit_material ORDER BY id LIMIT 1").await;
    let (page, file) = (format!("/visits/{number}"), format!("/visits/{number}/materials/{uuid}"));
    assert_eq!(site.get(Some(CLERK), &file).await.expect(StatusCode::OK).body, PDF);
    let keep = "CREATE TABLE kept AS SELECT id, sealed, sha256 FROM visit_material";
    city.force(keep).await;
    for (what, tampering) in [
        (
            "a flipped bit",
            "UPDATE visit_material SET sealed = set_bit(sealed, 300, 1 - get_bit(sealed, 300))",
        ),
        (
            "the file of another visit",
            "UPDATE visit_material m SET sealed = k.sealed FROM kept k WHERE k.id <> m.id",
        ),
        ("another file's hash", "UPDATE visit_material SET sha256 = sha256('x')"),
        ("nothing", "UPDATE visit_material SET sealed = ''"),
    ] {
        city.force(tampering).await;
        let answer = site.get(Some(CLERK), &file).await.expect(StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.text().contains("这份内容无法解密"), "{what}: {}", answer.text());
        assert!(
            site.get(Some(CLERK), &page).await.expect(StatusCode::OK).text().contains("申诉状.pdf")
        );
        city.force(
            "UPDATE visit_material m SET sealed = k.sealed, sha256 = k.sha256 FROM kept k WHERE k.id = m.id",
        )
        .await;
        assert_eq!(site.get(Some(CLERK), &file).await.status, StatusCode::OK, "{what}");
    }
    let told = "SELECT count(*) FROM audit WHERE verb = 'seal.broken'";
    assert_eq!(city.value::<i64>(told).await, 1, "told once");
}
