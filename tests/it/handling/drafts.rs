//! What is typed into the long forms is kept while they are written.

use std::time::Duration;

use anjie::store::{Begun, FormKey, sessions};
use axum::http::StatusCode;
use uuid::Uuid;

use super::long_forms::{Filled, Forms, TEXT};
use super::{HANDLER, LEADER, Team, kept};
use crate::support::{City, Page, Site};

async fn drafts(city: &City) -> i64 {
    city.value("SELECT count(*) FROM draft").await
}

fn progress(number: &str) -> Filled {
    Filled::new(HANDLER, format!("/cases/{number}/progress/new"), "text")
        .and("kind", "phone")
        .and("happened_at", "2026-06-15 11:20")
}

/// Without script: by the button of the page.
#[tokio::test]
async fn every_long_form_is_kept_and_found_again_by_its_writer() {
    let forms = Forms::new().await;
    for (city, form) in forms.all() {
        let site = Site::of(city).await;
        let page = form.look(city).await;
        assert_eq!(page.attributes("form[data-draft]", "method"), ["post"], "{}", form.path);
        let named = page.value("draft_of").unwrap_or_default();
        assert_eq!(named, form.path, "{}", form.path);
        assert_eq!(
            page.texts("[data-draft-state]").len(),
            1,
            "{}: where it says 草稿已存",
            form.path
        );
        assert!(page.texts("button").iter().any(|name| name == "存草稿"), "{}", form.path);

        let to = form.keep(&site).await.expect(StatusCode::SEE_OTHER).location();
        assert_eq!(to, form.page, "{}", form.path);
        let page = form.look(city).await;
        assert_eq!(form.typed(&page), TEXT, "{}", form.path);
        assert!(!page.html().contains("geheim"), "a password is kept nowhere");
        let visits = form.path == "/visits/new";
        let said = usize::from(!visits);
        let notice = page.texts("[data-unsent]");
        assert_eq!(notice.len(), said, "{}: {notice:?}", form.path);
        assert!(notice.iter().all(|it| it.contains("有未提交的草稿（今天12:00），已填入本页。")));
    }
}

/// S27, S88.
///
/// Sealed; and nobody else opens it, of the same case and with the same rights.
#[tokio::test]
async fn a_draft_is_its_writers_alone_until_it_is_given_up_or_sent() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let form = progress(&kept(&city, &site).await);
    form.keep(&site).await.expect(StatusCode::SEE_OTHER);
    let body = city.value::<String>("SELECT body FROM draft").await;
    assert!(!body.contains("kind") && !body.contains("%E7"), "sealed: {body}");
    let other = site.get(Some(LEADER), &form.page).await.expect(StatusCode::OK);
    assert!(!other.html().contains("写了很久") && other.texts("[data-unsent]").is_empty());
    let stolen = [("key", form.path.as_str()), ("back", "/my")];
    site.act(LEADER, "/drafts/removal", &stolen).await;
    assert_eq!(drafts(&city).await, 1, "nor does anyone else throw it away");

    let page = form.look(&city).await;
    assert!(page.texts("button").iter().any(|name| name == "放弃草稿"));
    let back = [("key", page.value("key").unwrap()), ("back", page.value("back").unwrap())];
    let back = back.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(site.act(HANDLER, "/drafts/removal", &back).await, form.page);
    assert_eq!(drafts(&city).await, 0);

    form.keep(&site).await.expect(StatusCode::SEE_OTHER);
    let faulty = Filled { fields: vec![("text".to_owned(), TEXT.to_owned())], ..progress("") };
    let faulty = Filled { path: form.path.clone(), ..faulty };
    let token = site.token(HANDLER).await;
    faulty.send(&site, &token).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(drafts(&city).await, 1, "what came back with a fault was not carried out");
    form.send(&site, &token).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(drafts(&city).await, 0);
}

#[tokio::test]
async fn only_a_long_form_is_kept_and_one_of_each_thing() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for path in ["", "/account/password", "/cases", "/drafts", "//evil", "/cases/a/b/ledger"] {
        let fields = [("draft_of", path), ("text", "x")];
        let page = site.post(Some(HANDLER), "/drafts", &fields).await;
        page.expect(StatusCode::BAD_REQUEST);
    }
    let (one, other) = (kept(&city, &site).await, kept(&city, &site).await);
    for number in [&one, &other, &one] {
        progress(number).keep(&site).await.expect(StatusCode::SEE_OTHER);
    }
    assert_eq!(drafts(&city).await, 2);
    let then = [("draft_of", "/visits/new"), ("draft", "1"), ("then", "//evil")];
    let page = site.post(Some(HANDLER), "/drafts", &then).await;
    assert_eq!(page.location(), "/visits/new?draft=1", "nothing leads outside");
}

/// Waits until the save hangs on the form that is being carried out.
async fn until_it_waits(city: &City) {
    let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    for _ in 0..200 {
        if city.value::<i64>(waiting).await > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nothing waits");
}

/// R2.
///
/// The form is on its way and has not ended; the save of the moment before comes now.
#[tokio::test]
async fn a_save_waits_for_a_form_that_is_being_carried_out_and_does_not_bring_it_back() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let form = progress(&kept(&city, &site).await);
    let token = site.cookie(HANDLER).await.trim_start_matches("__Host-sid=").to_owned();
    let now = site.app.clock.now();
    let session = sessions::resume(&site.app.db, &token, site.app.rest(), now).await;
    let session = session.unwrap().unwrap();
    let key = FormKey { key: Uuid::new_v4(), path: form.path.clone(), draft: form.path.clone() };
    let Begun::Fresh(tx) = site.app.db.begin_form(&session, &key, now).await.unwrap() else {
        panic!("pressed before")
    };
    let mut fields = vec![("draft_of", form.path.as_str())];
    fields.extend(form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let id = key.key.to_string();
    let save = site.post_again(Some(HANDLER), "/drafts", &fields, &id);
    let ending = async {
        until_it_waits(&city).await;
        tx.commit_to("/my").await.unwrap();
    };
    let (page, ()) = tokio::join!(save, ending);
    page.expect(StatusCode::SEE_OTHER);
    assert_eq!(drafts(&city).await, 0, "sent is sent");
}

/// R3.
#[tokio::test]
async fn a_draft_of_an_old_reading_is_shown_with_what_was_saved_since_and_ends_with_the_choice() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/ledger");
    let team = Team::of(&city).await;
    let mut typed = vec![("draft_of", path.as_str())];
    typed.extend(team.ledger("1", "评估费由院里垫付"));
    site.act(HANDLER, "/drafts", &typed).await;
    site.act(LEADER, &path, &team.ledger("1", "评估费由法院垫付")).await;
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.value("plan").unwrap(), "评估费由院里垫付");
    assert!(page.texts("[data-unsent]")[0].contains("此后已有新的记录，请先核对。"));
    let seen = page.value("version").unwrap();
    let page = site.post(Some(HANDLER), &path, &team.ledger(&seen, "评估费由院里垫付")).await;
    let page = page.expect(StatusCode::CONFLICT);

    // Over the page of the conflict the session ends: the choice is made anew.
    let mut chosen = team.ledger("2", "评估费由院里垫付");
    chosen.extend([("choice[plan]", "both"), ("draft_key", &path)]);
    chosen.push(("draft_of", &path));
    site.act(HANDLER, "/drafts", &chosen).await;
    let again = site.get(Some(HANDLER), &path).await;
    assert_eq!(again.value("version").unwrap(), "", "of no reading");
    assert_eq!(page.value("draft_key").unwrap(), path);
    chosen.pop();
    site.act(HANDLER, &path, &chosen).await;
    let plan = city.value::<String>("SELECT plan FROM ledger").await;
    assert_eq!(plan, "评估费由法院垫付\n评估费由院里垫付");
    assert_eq!(drafts(&city).await, 0);
}

/// A correction goes on from another line after a conflict; its draft was kept under the first.
#[tokio::test]
async fn the_draft_of_a_correction_ends_with_the_correction_of_the_latest_line() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let at = |rest: &str| format!("/cases/{number}/{rest}");
    let line = [("kind", "phone"), ("happened_at", "2026-06-15 11:20"), ("text", "首笔已入专户")];
    site.act(HANDLER, &at("progress/new"), &line).await;
    let of = city.value::<String>("SELECT uuid::text FROM progress_entry").await;
    let path = at("corrections/new");
    let amend = |text| [("of", of.as_str()), ("reason", "金额有误"), ("text", text)];
    let mine = [&[("draft_of", path.as_str())], &amend("首笔42,800元")[..]].concat();
    let to = site.act(HANDLER, "/drafts", &mine).await;
    assert_eq!(to, format!("{path}?of={of}"));
    site.act(LEADER, &path, &amend("首笔42,600元")).await;
    let page = site.post(Some(HANDLER), &path, &amend("首笔42,800元")).await;
    let page: Page = page.expect(StatusCode::CONFLICT);
    let (of, key) = (page.value("of").unwrap(), page.value("draft_key").unwrap());
    let chosen = [
        ("of", of.as_str()),
        ("reason", "金额有误"),
        ("text", "首笔42,800元"),
        ("choice[text]", "mine"),
        ("draft_key", &key),
    ];
    site.act(HANDLER, &path, &chosen).await;
    assert_eq!(drafts(&city).await, 0);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM progress_entry").await, 3);
}

/// S41.
///
/// What a script saves when the session is over already is the person's all the same.
#[tokio::test]
async fn a_save_that_comes_too_late_is_kept_and_one_that_is_not_of_the_page_is_not() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let form = progress(&kept(&city, &site).await);
    let token = site.token(HANDLER).await;
    let key = Uuid::new_v4().to_string();
    let end = "UPDATE session SET ended_at = '2026-06-15 12:00+08', ended_why = 'elsewhere' WHERE ended_at IS NULL";
    let fields = |token| {
        let tokens = [("csrf_token", token), ("idempotency_key", key.as_str())];
        let typed = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all = tokens.into_iter().chain([("draft_of", form.path.as_str())]).chain(typed);
        all.collect::<Vec<_>>()
    };
    let forged = site.post_as_it_is(Some(HANDLER), "/drafts", &fields("forged")).await;
    forged.expect(StatusCode::FORBIDDEN);
    city.force(end).await;
    let late = site.post_as_it_is(Some(HANDLER), "/drafts", &fields("forged")).await;
    late.expect(StatusCode::UNAUTHORIZED);
    assert_eq!(drafts(&city).await, 0);
    let late = site.post_as_it_is(Some(HANDLER), "/drafts", &fields(&token)).await;
    let late = late.expect(StatusCode::UNAUTHORIZED);
    assert!(late.text().contains("已存为草稿"), "{}", late.text());
    assert_eq!(form.typed(&form.look(&city).await), TEXT);
}
