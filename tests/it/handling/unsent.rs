//! What was typed into a form whose session was over by the time it was sent.

use axum::http::StatusCode;

use super::long_forms::{Filled, Forms, TEXT, report};
use super::{HANDLER, LEADER, Team, kept};
use crate::support::{City, Page, Site, at};

/// Sends it when everyone's session is over.
async fn send_late(form: &Filled, city: &City, why: &str) -> Page {
    let site = Site::of(city).await;
    let token = site.token(form.who).await;
    end_sessions(city, why).await;
    form.send(&site, &token).await
}

async fn end_sessions(city: &City, why: &str) {
    city.force(&format!(
        "UPDATE session SET ended_at = '2026-06-15 12:00+08', ended_why = '{why}' WHERE ended_at IS NULL"
    ))
    .await;
}

async fn drafts(city: &City) -> i64 {
    city.value("SELECT count(*) FROM draft WHERE form = 'form'").await
}

fn encode(text: &str) -> String {
    text.replace('/', "%2F").replace('?', "%3F").replace('=', "%3D")
}

/// Every form in which someone writes at length.
#[tokio::test]
async fn a_long_form_whose_session_was_over_stands_filled_in_after_signing_in() {
    let forms = Forms::new().await;
    for (city, form) in forms.all() {
        let page = send_late(form, city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
        assert!(page.text().contains("已存为草稿"), "{}: {}", form.path, page.text());
        let leads = page.attributes(".actions a", "href").remove(0);
        assert_eq!(leads, format!("/login?next={}", encode(&form.page)));
        let page = form.look(city).await;
        assert_eq!(form.typed(&page), TEXT, "{}", form.path);
        assert_eq!(page.texts("[data-unsent]").len(), 1, "{}", form.path);
        assert!(!page.html().contains("geheim"), "a password is kept nowhere");
    }
}

#[tokio::test]
async fn a_form_that_was_taken_up_again_and_sent_is_a_draft_no_more() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/progress/new");
    let form = Filled::new(HANDLER, path.clone(), "text")
        .and("kind", "phone")
        .and("happened_at", "2026-06-15 11:20");
    send_late(&form, &city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
    let site = Site::of(&city).await;
    let token = site.token(HANDLER).await;
    form.send(&site, &token).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(drafts(&city).await, 0);
    assert!(form.look(&city).await.texts("[data-unsent]").is_empty());

    send_late(&form, &city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
    let site = Site::of(&city).await;
    let page = site.get(Some(HANDLER), &path).await;
    let (key, back) = (page.value("key").unwrap(), page.value("back").unwrap());
    let fields = [("key", key.as_str()), ("back", &back)];
    assert_eq!(site.act(HANDLER, "/drafts/removal", &fields).await, path);
    assert_eq!(drafts(&city).await, 0, "and it can be thrown away");
}

/// S27.
/// Nobody else reads it, the database neither; it is kept for nobody who can't be known.
#[tokio::test]
async fn what_is_kept_of_a_late_form_is_its_writers_alone() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let form = report(&kept(&city, &site).await);
    let forged = {
        let site = Site::of(&city).await;
        site.token(HANDLER).await;
        end_sessions(&city, "elsewhere").await;
        form.send(&site, "forged").await.expect(StatusCode::UNAUTHORIZED)
    };
    assert!(!forged.text().contains("已存为草稿"), "not a form of that session");
    assert_eq!(forged.raw_texts("#typed").len(), 1, "it is given back to be copied");
    send_late(&form, &city, "revoked").await.expect(StatusCode::UNAUTHORIZED);
    for why in ["administrator", "reset", "factor"] {
        send_late(&form, &city, why).await.expect(StatusCode::UNAUTHORIZED);
    }
    assert_eq!(drafts(&city).await, 0, "a device that was put out keeps nothing");

    send_late(&form, &city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
    let body = city.value::<String>("SELECT body FROM draft WHERE form = 'form'").await;
    assert!(!body.contains("s8"), "sealed");
    let page = Site::of(&city).await.get(Some(LEADER), &form.page).await.expect(StatusCode::OK);
    assert!(!page.html().contains(TEXT) && page.texts("[data-unsent]").is_empty());
}

#[tokio::test]
async fn a_late_form_of_the_greatest_length_is_kept_and_the_oldest_of_many_go() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let long = "信".repeat(110_000);
    let form = report(&number).and("s7", &long);
    send_late(&form, &city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
    assert_eq!(form.look(&city).await.raw_texts("textarea[name='s7']"), [long]);
    city.force(
        "INSERT INTO draft (staff_id, form, subject, body, saved_at)
         SELECT staff_id, form, n::text, '', saved_at - interval '1 hour' FROM draft, generate_series(1, 99) n",
    )
    .await;
    let other = report("XF2026-90000");
    send_late(&other, &city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
    assert_eq!(drafts(&city).await, 100);
    assert_eq!(form.look(&city).await.raw_texts("textarea[name='s8']"), [TEXT], "the oldest went");
    let other = Filled { page: form.page.clone(), ..report("XF2026-90001") };
    let site = Site::of(&city).await;
    other.keep(&site).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(drafts(&city).await, 100);
}

/// S41.
/// It is refused, and nothing of it is carried out; what was typed waits on its page.
#[tokio::test]
async fn a_form_opened_before_its_person_signed_in_anew_is_refused_and_kept() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let form = report(&kept(&city, &site).await);
    let token = site.token(HANDLER).await;
    end_sessions(&city, "elsewhere").await;
    let again = Site::of(&city).await;
    let page = form.send(&again, &token).await.expect(StatusCode::FORBIDDEN);
    assert!(page.text().contains("没有提交"), "{}", page.text());
    assert_eq!(page.attributes(".actions a", "href"), [&*form.page]);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM progress_report").await, 0);
    assert_eq!(form.typed(&form.look(&city).await), TEXT);

    let others = Filled { who: LEADER, ..form };
    others.send(&again, &token).await.expect(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_late_form_says_when_its_record_went_on_and_that_its_files_are_gone() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let form = Filled::new(HANDLER, format!("/cases/{number}/ledger"), "plan").and("version", "1");
    send_late(&form, &city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
    assert!(!form.look(&city).await.text().contains("此后已有新的记录"));
    let site = Site::of(&city).await;
    let team = Team::of(&city).await;
    site.act(LEADER, &form.path, &team.ledger("1", "他人的方案")).await;
    let page = form.look(&city).await;
    assert!(page.text().contains("此后已有新的记录"));
    assert_eq!(page.value("version").unwrap(), "1", "so that its conflict is settled, not hidden");

    let path = format!("/cases/{number}/progress/new");
    let site = Site::of(&city).await;
    site.token(HANDLER).await;
    let cookie = site.cookie(HANDLER).await;
    let token = site.token(HANDLER).await;
    end_sessions(&city, "elsewhere").await;
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n{token}\r\n\
         --x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{TEXT}\r\n\
         --x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.pdf\"\r\n\r\n%PDF\r\n--x--\r\n"
    );
    let request = axum::http::Request::builder()
        .method("POST")
        .uri(&path)
        .header("cookie", cookie)
        .header("content-type", "multipart/form-data; boundary=x");
    let page = site.send(None, request, body.into()).await.expect(StatusCode::UNAUTHORIZED);
    assert!(page.text().contains("文件没有留下"), "{}", page.text());
    let page = Site::of(&city).await.get(Some(HANDLER), &path).await;
    assert!(page.text().contains("文件没有留下，请重新选择"));
    assert_eq!(page.raw_texts("textarea[name='text']"), [TEXT]);
}

/// An old page that is sent after half an hour of writing in a new one: neither text is lost.
#[tokio::test]
async fn a_late_form_takes_no_newer_drafts_place_and_is_given_back_to_be_copied() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let form = report(&kept(&city, &site).await);
    let old = (site.cookie(HANDLER).await, site.token(HANDLER).await);
    // Signing in anew ends the session of the old page.
    let anew = Site::at(&city, at("2026-06-15 12:31")).await;
    let new = (anew.cookie(HANDLER).await, anew.token(HANDLER).await);
    let site = Site::at(&city, at("2026-06-15 12:50")).await;
    let newer = [("draft_of", form.path.as_str()), ("s8", "新写的一段"), ("s1", "已写")];
    let kept = site.post_with(&new.0, &new.1, "/drafts", &newer).await;
    kept.expect(StatusCode::SEE_OTHER);
    let fields: Vec<_> =
        form.fields.iter().map(|(name, it)| (name.as_str(), it.as_str())).collect();
    for (cookie, status) in [(&old.0, StatusCode::UNAUTHORIZED), (&new.0, StatusCode::FORBIDDEN)] {
        let page = site.post_with(cookie, &old.1, &form.path, &fields).await.expect(status);
        assert!(!page.text().contains("已存为草稿"), "{}", page.text());
        let given = page.raw_texts("#typed").concat();
        assert!(given.contains("经办人写了很久的一段话"), "{given}");
    }
    assert_eq!(form.typed(&form.look(&city).await), "新写的一段");
}
