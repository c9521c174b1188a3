//! Two who write the same thing: the second chooses what stays, and nothing typed is lost.

use axum::http::StatusCode;

use super::{BUREAU, HANDLER, LEADER, PDF, Team, close, kept, staff, version};
use crate::support::{City, Page, Site, chain};

type Fields = Vec<(String, String)>;

/// The hidden fields of a page's form that say what it was made from.
fn read(page: &Page) -> Fields {
    let fields = ["version", "base", "of"].into_iter();
    fields.filter_map(|name| Some((name.to_owned(), page.value(name)?))).collect()
}

/// Everything that the page of a conflict sends, with these choices in place of what it marks.
fn choosing(page: &Page, choices: &[(&str, &str)]) -> Fields {
    let names = page.attributes("main input[type=hidden]", "name");
    let values = page.attributes("main input[type=hidden]", "value");
    let own = ["csrf_token", "idempotency_key", "address", "back"];
    let hidden = names.into_iter().zip(values).filter(|(name, _)| !own.contains(&name.as_str()));
    let marked = page.attributes("input[type=radio][checked]", "name").into_iter();
    let marked = marked.zip(page.attributes("input[type=radio][checked]", "value"));
    let chosen = |name: &str| choices.iter().find(|(field, _)| name == format!("choice[{field}]"));
    let choices = marked.map(|(name, value)| {
        let value = chosen(&name).map_or(value, |(_, choice)| (*choice).to_owned());
        (name, value)
    });
    hidden.chain(choices.collect::<Fields>()).collect()
}

async fn send(site: &Site, who: &str, path: &str, fields: &Fields) -> Page {
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    site.post(Some(who), path, &fields).await
}

fn with(read: &Fields, fields: &[(&str, &str)]) -> Fields {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    read.iter().cloned().chain(fields).collect()
}

/// The rows of the page, and what is marked in them.
fn rows(page: &Page) -> Vec<(String, String)> {
    let marked = page.attributes("input[type=radio][checked]", "value");
    page.texts("tbody th").into_iter().zip(marked).collect()
}

fn row(label: &str, choice: &str) -> (String, String) {
    (label.to_owned(), choice.to_owned())
}

/// R3.
#[tokio::test]
async fn of_two_who_correct_one_line_the_second_goes_on_from_the_first() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let line =
        [("kind", "phone"), ("happened_at", "2026-06-15 11:20"), ("text", "首笔42,000元已入专户")];
    site.act(HANDLER, &format!("/cases/{number}/progress/new"), &line).await;
    let uuid = city.value::<String>("SELECT uuid::text FROM progress_entry").await;
    let path = format!("/cases/{number}/corrections/new");
    let form = read(&site.get(Some(HANDLER), &format!("{path}?of={uuid}")).await);
    let amend = |text| with(&form, &[("reason", "金额有误"), ("text", text)]);
    send(&site, LEADER, &path, &amend("首笔42,600元")).await.expect(StatusCode::SEE_OTHER);

    let page = send(&site, HANDLER, &path, &amend("首笔42,800元")).await;
    let page = page.expect(StatusCode::CONFLICT);
    assert_eq!(rows(&page), [row("更正后的内容", "both")]);
    let leader = city.value::<String>("SELECT name FROM staff WHERE username = 'donghu.leader'");
    let said = format!("{}在06-15 12:00保存了新的内容。您的内容没有丢失，请选择。", leader.await);
    assert_eq!(page.texts("[data-focus]"), [said], "whoever works by keyboard begins there");
    // The first corrects their own line once more: the page comes again.
    let second = city.value::<String>(
        "SELECT max(uuid::text) FROM progress_entry WHERE corrects_id IS NOT NULL",
    );
    let again = vec![("of".to_owned(), second.await)];
    let again = with(&again, &[("reason", "再更正"), ("text", "首笔42,700元")]);
    send(&site, LEADER, &path, &again).await.expect(StatusCode::SEE_OTHER);
    let chosen = choosing(&page, &[("text", "mine")]);
    let page = send(&site, HANDLER, &path, &chosen).await.expect(StatusCode::CONFLICT);
    assert_eq!(rows(&page), [row("更正的原因", "both"), row("更正后的内容", "mine")]);

    let chosen = choosing(&page, &[("text", "both"), ("reason", "mine")]);
    send(&site, HANDLER, &path, &chosen).await.expect(StatusCode::SEE_OTHER);
    let last =
        "SELECT text || ' ' || correction_reason FROM progress_entry ORDER BY id DESC LIMIT 1";
    assert_eq!(city.value::<String>(last).await, "首笔42,700元\n首笔42,800元 金额有误");
    // Whoever takes the other's text over writes nothing.
    let page = send(&site, LEADER, &path, &amend("首笔42,900元")).await;
    let page = page.expect(StatusCode::CONFLICT);
    let theirs = choosing(&page, &[("text", "theirs")]);
    send(&site, LEADER, &path, &theirs).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM progress_entry").await, 4);
}

/// R3.
#[tokio::test]
async fn of_two_who_reply_the_second_sees_the_reply_that_was_given() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/answer");
    let form = read(&site.get(Some(HANDLER), &path).await);
    let told = |way, content| {
        let fields = [
            ("answered_at", "2026-06-15 11:40"),
            ("way", way),
            ("place", "第二接访室"),
            ("content", content),
            ("opinion", "认可"),
            ("signature", "signed"),
            ("none_reason", ""),
        ];
        with(&form, &fields)
    };
    send(&site, LEADER, &path, &told("in_person", "案款已全部发放")).await;
    let page = send(&site, HANDLER, &path, &told("phone", "余款下周发放")).await;
    let page = page.expect(StatusCode::CONFLICT);
    assert_eq!(rows(&page), [row("答复方式", "theirs"), row("答复内容", "both")]);
    assert!(page.texts("td")[0].contains("当面"), "by its name: {:?}", page.texts("td"));
    assert_eq!(page.attributes("input[type=file]", "name"), ["files"], "files are chosen anew");

    let chosen = choosing(&page, &[("content", "mine"), ("way", "mine")]);
    let fields: Vec<_> = chosen.iter().map(|(name, value)| (name.as_str(), &**value)).collect();
    let files: [super::Sent<'_>; 1] = [("files", "短信截图.pdf", "application/pdf", PDF)];
    site.upload(Some(HANDLER), &path, &fields, &files).await.expect(StatusCode::SEE_OTHER);
    let replies = "SELECT string_agg(way || content, ' ' ORDER BY id) FROM reply";
    assert_eq!(city.value::<String>(replies).await, "in_person案款已全部发放 phone余款下周发放");
    // Only who takes nothing of their own over writes nothing.
    let page = send(&site, LEADER, &path, &told("phone", "全部发放完毕")).await;
    let theirs = choosing(&page.expect(StatusCode::CONFLICT), &[("content", "theirs")]);
    send(&site, LEADER, &path, &theirs).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM reply").await, 2);
}

fn report(read: &Fields, last: &str) -> Fields {
    let sections = ["s1", "s2", "s3", "s4", "s5", "s6", "s7"].map(|code| (code, "已写"));
    with(&with(read, &sections), &[("s8", last)])
}

/// R3.
#[tokio::test]
async fn a_report_that_came_back_stands_beside_the_one_that_was_being_written() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/report");
    let form = read(&site.get(Some(HANDLER), &path).await);
    send(&site, LEADER, &path, &report(&form, "下周发放余款")).await.expect(StatusCode::SEE_OTHER);

    // While it is before the bureau nothing can be written; what was typed is there to be copied.
    let waiting = send(&site, HANDLER, &path, &report(&form, "本周核对余款")).await;
    let waiting = waiting.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(waiting.problem("").unwrap(), "已报送。等待中院信访局审核。");
    assert!(waiting.raw_texts("#typed")[0].contains("本周核对余款"));

    let page = site.get(Some(BUREAU), &path).await;
    let fields =
        [("report", page.value("report").unwrap()), ("version", page.value("version").unwrap())];
    let fields = fields.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let returned = with(&fields, &[("decision", "returned"), ("return_reason", "补评查意见")]);
    send(&site, BUREAU, &format!("{path}/review"), &returned).await.expect(StatusCode::SEE_OTHER);
    let page = send(&site, HANDLER, &path, &report(&form, "本周核对余款")).await;
    let page = page.expect(StatusCode::CONFLICT);
    assert_eq!(rows(&page), [row("下一步措施", "both")]);
    send(&site, HANDLER, &path, &choosing(&page, &[])).await.expect(StatusCode::SEE_OTHER);
    let last = "SELECT sections[8] FROM progress_report ORDER BY id DESC LIMIT 1";
    assert_eq!(city.value::<String>(last).await, "下周发放余款\n本周核对余款");
}

/// R3.
#[tokio::test]
async fn a_close_report_that_came_back_stands_beside_the_one_that_was_being_written() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = chain::handled(&city, &site).await;
    let path = format!("/cases/{number}/closing");
    let form = read(&site.get(Some(LEADER), &path).await);
    chain::report(&site, HANDLER, &number, "settled_written").await.expect(StatusCode::SEE_OTHER);
    let mine =
        with(&form, &[("outcome", "terminated"), ("c6", "自查另有意见。"), ("action", "submit")]);

    let signed = send(&site, LEADER, &path, &mine).await.expect(StatusCode::CONFLICT);
    assert_eq!(signed.texts(".notice"), ["办结报告正在签批，退回前不能改动"]);
    assert!(signed.raw_texts("#typed")[0].contains("自查另有意见。"));

    let first = chain::approval(&city).await;
    chain::sign(&site, LEADER, &first, ("return", "缺签名")).await.expect(StatusCode::SEE_OTHER);
    let page = send(&site, LEADER, &path, &mine).await.expect(StatusCode::CONFLICT);
    let labels: Vec<_> = rows(&page).into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels[0], "办理结果");
    assert!(labels.contains(&"自查意见".to_owned()), "{labels:?}");
    let theirs = ["c1", "c2", "c3", "c4", "c5", "c7"].map(|code| (code, "theirs"));
    let chosen = choosing(&page, &theirs);
    send(&site, LEADER, &path, &chosen).await.expect(StatusCode::SEE_OTHER);
    let last = "SELECT outcome || sections[6] FROM closing ORDER BY id DESC LIMIT 1";
    assert_eq!(city.value::<String>(last).await, "settled_written自查无误。\n自查另有意见。");
}

#[tokio::test]
async fn where_nothing_can_be_written_any_more_what_was_typed_can_be_copied() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let seen = version(&city, &number).await;
    close(&city, &number).await;
    let leader = staff(&city, LEADER).await;
    for (form, field) in [
        ("ledger", "plan"),
        ("interviews/new", "notes"),
        ("progress/new", "text"),
        ("answer", "content"),
        ("report", "s8"),
    ] {
        let path = format!("/cases/{number}/{form}");
        let fields =
            [("version", seen.as_str()), ("host_id", &leader), (field, "写了很久的一段话")];
        let page = site.post(Some(HANDLER), &path, &fields).await;
        let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem("").unwrap(), "本案已办结归档，内容不能改动。", "{form}");
        assert!(page.raw_texts("#typed")[0].contains("写了很久的一段话"), "{form}");
        let read = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
        assert!(read.texts("#typed").is_empty(), "{form}: nothing was typed");
    }
}

#[tokio::test]
async fn a_form_that_comes_back_with_a_fault_keeps_the_reading_that_it_was_made_from() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/ledger");
    let team = Team::of(&city).await;
    site.act(LEADER, &path, &team.ledger("1", "评估费由法院垫付")).await;
    for form in ["answer", "report"] {
        let path = format!("/cases/{number}/{form}");
        let page = site.post(Some(HANDLER), &path, &[("version", "1")]).await;
        let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.value("version").as_deref(), Some("1"), "{form}");
    }
}

/// R3.
#[tokio::test]
async fn whoever_gives_their_text_up_finds_what_the_other_saved() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/ledger");
    let team = Team::of(&city).await;
    site.act(LEADER, &path, &team.ledger("1", "评估费由法院垫付")).await;
    let page = site.post(Some(HANDLER), &path, &team.ledger("1", "评估费由院里垫付")).await;
    let page = page.expect(StatusCode::CONFLICT);
    assert_eq!(page.texts("button[form='give-up']"), ["放弃我的内容"]);
    let form = "#give-up input[type=hidden]";
    let names = page.attributes(form, "name").into_iter().zip(page.attributes(form, "value"));
    let fields: Fields = names.filter(|(name, _)| name == "address" || name == "back").collect();
    let to = send(&site, HANDLER, "/drafts/removal", &fields).await.location();
    let page = site.get(Some(HANDLER), &to).await.expect(StatusCode::OK);
    assert_eq!(page.value("plan").unwrap(), "评估费由法院垫付");
    // The same text twice is no conflict.
    let same = site.post(Some(HANDLER), &path, &team.ledger("1", "评估费由法院垫付")).await;
    assert_eq!(same.expect(StatusCode::SEE_OTHER).location(), format!("/cases/{number}"));
    assert_eq!(city.value::<i32>("SELECT version FROM ledger").await, 2);
}
