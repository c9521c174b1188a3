//! What is kept for a fortnight only.

use anjie::store::drafts;

use crate::support::{City, Site, at};

#[tokio::test]
async fn a_draft_is_kept_for_a_fortnight() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    city.force(
        "INSERT INTO draft (staff_id, form, subject, body, saved_at)
         SELECT id, 'visit', username, '', '2026-06-01 12:00+08' FROM staff WHERE username LIKE 'donghu.%';
         INSERT INTO draft (staff_id, form, subject, body, saved_at)
         SELECT id, 'visit', 'later', '', '2026-06-02 12:00+08' FROM staff WHERE username = 'donghu.clerk'",
    )
    .await;
    drafts::sweep(&site.app.db, at("2026-06-15 12:00")).await.unwrap();
    assert_eq!(city.value::<i64>("SELECT count(*) FROM draft").await, 7);
    drafts::sweep(&site.app.db, at("2026-06-15 12:01")).await.unwrap();
    assert_eq!(city.value::<String>("SELECT string_agg(subject, ' ') FROM draft").await, "later");
}
