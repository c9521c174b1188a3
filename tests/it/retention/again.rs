//! An older backup brings nothing back that was destroyed since.

use std::path::PathBuf;

use anjie::domain::anchor::Broken;
use anjie::jobs::retention::{again, beside, write_down};
use anjie::store::owner::Owner;

use super::{DAY_AFTER, db, ended, machine_says, night, said};
use crate::backups::{Folder, backed_up, run, sealed_with_key, well};
use crate::commands::anjie;
use crate::support::{City, Site, at};

/// A file that goes with the test.
struct List(PathBuf);

impl List {
    fn new() -> Self {
        let name = format!("anjie-list-{}", uuid::Uuid::new_v4().simple());
        Self(beside(&anjie::cluster::scratch().unwrap().join(name)))
    }
}

impl Drop for List {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap_or_default();
    }
}

/// What a backup of the day before would bring back: the same case, with everything in it.
async fn as_before(site: &Site, city: &City) -> String {
    let number = ended(city, site, "KANARI1", "2026-06-12").await;
    ended(city, site, "KANARI2", "2026-06-14").await;
    number
}

/// S90, S106.
#[tokio::test]
async fn what_was_destroyed_is_destroyed_again_in_a_database_from_before() {
    let (city, list) = (City::new().await, List::new());
    let number = as_before(&Site::of(&city).await, &city).await;
    assert_eq!(night(&city, DAY_AFTER).await.unwrap(), 1);
    for _ in 0..2 {
        write_down(&db(&city), &list.0, &mut None).await.unwrap();
    }
    let text = std::fs::read_to_string(&list.0).unwrap();
    assert_eq!(text.lines().count(), 1, "each once: {text}");
    assert!(text.contains(&format!(" case_file {number} ")), "{text}");

    let older = City::new().await;
    let site = Site::of(&older).await;
    assert_eq!(as_before(&site, &older).await, number);
    // It was held then; the hold was lifted and the case destroyed since.
    site.act(super::BUREAU, &format!("/cases/{number}/holds"), &[("reason", "诉讼未结")]).await;
    let then = "2036-06-16 09:00";
    machine_says(&older, then).await;
    let mut owner = Owner::connect(&older.owner()).await.unwrap();
    let done = again((&mut owner, &db(&older)), Some(&list.0), at(then)).await.unwrap();
    assert_eq!((done.listed, done.revived, done.due, done.broken.len()), (1, 1, 1, 0));
    for word in ["KANARI1", "KANARI2"] {
        assert_eq!(said(&older, word).await, [""; 0], "{word}");
    }
    let entries: Vec<String> = older
        .value(
            "SELECT array_agg(s.username || ' ' || a.object ORDER BY a.nth) FROM audit a
             JOIN staff s ON s.id = a.staff_id WHERE a.verb = 'retention.erased'",
        )
        .await;
    assert_eq!(entries[0], format!("job.admin {number}"));
    assert!(entries[1].starts_with("job.schedule "), "{entries:?}");
    // Twice is once; and what is destroyed later comes after it in the list.
    let done = again((&mut owner, &db(&older)), Some(&list.0), at(then)).await.unwrap();
    assert_eq!((done.revived, done.due), (0, 0));
    owner.close().await.unwrap();
    write_down(&db(&older), &list.0, &mut None).await.unwrap();
    let text = std::fs::read_to_string(&list.0).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
}

/// S106.
/// A list that somebody shortened or changed is found out.
#[tokio::test]
async fn a_list_that_was_changed_is_named_by_its_line() {
    let (city, list) = (City::new().await, List::new());
    let number = as_before(&Site::of(&city).await, &city).await;
    assert_eq!(night(&city, "2036-06-15 03:10").await.unwrap(), 2);
    write_down(&db(&city), &list.0, &mut None).await.unwrap();
    let text = std::fs::read_to_string(&list.0).unwrap();
    std::fs::write(&list.0, text.replace(&number, "XF2026-99999")).unwrap();
    let mut owner = Owner::connect(&city.owner()).await.unwrap();
    let at = at("2036-06-15 09:00");
    let done = again((&mut owner, &db(&city)), Some(&list.0), at).await.unwrap();
    assert_eq!(done.broken, [Broken::Line(1)]);
    owner.close().await.unwrap();
}

/// S90, S106.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_from_before_is_put_back_without_what_was_destroyed_since() {
    let (city, folder, list) = (sealed_with_key(City::new().await), Folder::new(), List::new());
    let recipient = folder.pair("key");
    let number = as_before(&Site::of(&city).await, &city).await;
    // What was laid as files of the case opens with no key.
    city.force("DELETE FROM closing_document; DELETE FROM document").await;
    well(&backed_up(&city, &folder, "before", &recipient).await);
    assert_eq!(night(&city, DAY_AFTER).await.unwrap(), 1);
    write_down(&db(&city), &list.0, &mut None).await.unwrap();

    let there = City::empty().await;
    let mut command = anjie(&there, "restore");
    command.args([&folder.at("before"), "--key", &folder.at("key"), "--destroyed"]).arg(&list.0);
    let report = well(&run(command).await);
    let expected = "1 matters on the list of what was destroyed, 1 of them were here again";
    assert!(report.contains(expected), "{report}");
    assert_eq!(said(&there, "KANARI1").await, [""; 0]);
    assert!(!said(&there, "KANARI2").await.is_empty());
    let kept: String = there.value("SELECT min(number) FROM petition_case").await;
    assert_eq!(kept, number, "the number stays");

    let again = City::empty().await;
    let mut command = anjie(&again, "restore");
    command.args([&folder.at("before"), "--key", &folder.at("key")]);
    let report = well(&run(command).await);
    assert!(report.contains("No list of what was destroyed was given or found"), "{report}");
}

/// The petitioner of a destroyed case comes back: its next round begins.
async fn opened_anew(city: &City, number: &str, word: &str) {
    city.force(&format!(
        "INSERT INTO round (case_id, number, opened_at, recorded_at, recorded_by, reason)
         SELECT id, 2, '2037-03-01 09:00+08', '2037-03-01 09:00+08', recorded_by, 'new_grounds'
         FROM petition_case WHERE number = '{number}';
         INSERT INTO grounds (case_id, summary, recorded_at, recorded_by)
         SELECT id, '{word}', '2037-03-01 09:00+08', recorded_by FROM petition_case WHERE number = '{number}'"
    ))
    .await;
}

/// S90.
/// The note is about the round that was destroyed: the next one is another matter, open or ended.
#[tokio::test]
async fn a_case_that_was_opened_anew_is_not_destroyed_by_the_note_of_its_former_round() {
    let (city, list) = (City::new().await, List::new());
    let number = as_before(&Site::of(&city).await, &city).await;
    assert_eq!(night(&city, DAY_AFTER).await.unwrap(), 1);
    write_down(&db(&city), &list.0, &mut None).await.unwrap();
    let erased =
        format!("SELECT count(case_erased_at(id)) FROM petition_case WHERE number = '{number}'");
    assert_eq!(city.as_server(super::BUREAU, &erased).await, Some(1));
    opened_anew(&city, &number, "KANARI3").await;
    let then = "2038-01-01 09:00";
    machine_says(&city, then).await;
    let mut owner = Owner::connect(&city.owner()).await.unwrap();
    for ended in [false, true] {
        if ended {
            city.force(&format!(
                "INSERT INTO screening (case_id, round_id, decision, decided_at, recorded_at, recorded_by)
                 SELECT c.id, r.id, 'not_accepted', '2037-06-01 09:00+08', '2037-06-01 09:00+08', c.recorded_by
                 FROM petition_case c JOIN round r ON r.case_id = c.id AND r.number = 2 WHERE c.number = '{number}'"
            ))
            .await;
        }
        let done = again((&mut owner, &db(&city)), Some(&list.0), at(then)).await.unwrap();
        assert_eq!((done.listed, done.revived), (1, 0), "ended: {ended}");
        assert_eq!(said(&city, "KANARI3").await, ["grounds 1"], "ended: {ended}");
        assert_eq!(city.as_server(super::BUREAU, &erased).await, Some(0), "it is full again");
    }
    owner.close().await.unwrap();
}
