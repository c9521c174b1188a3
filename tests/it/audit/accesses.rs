//! Who has seen a petitioner's data.

use anjie::store::keys::{Cipher, Keys, hex};
use axum::http::StatusCode;

use super::entries;
use crate::support::laid::{self, Laid};
use crate::support::{City, Site, visit};

const AUDITOR: Option<&str> = Some("zhongyuan.auditor");
const PATH: &str = "/admin/audit/accesses";
const ID: &str = "99011019680101001X";

/// S86.
#[tokio::test]
async fn a_lawful_request_is_answered_with_who_saw_which_fields_and_what_for() {
    let city = City::new().await;
    let (number, other) = (
        laid::lay(&city, Laid::default()).await,
        laid::lay(&city, Laid { name: "李某某", ..Laid::default() }).await,
    );
    let person: uuid::Uuid = city
        .value(&format!(
            "SELECT p.uuid FROM petitioner p JOIN party y ON y.petitioner_id = p.id
             JOIN petition_case c ON c.id = y.case_id WHERE c.number = '{number}'"
        ))
        .await;
    let person = person.to_string();
    let sealed = city.keys.seal_text(("petitioner.id", &person), ID).unwrap();
    let phone = city.keys.seal_text(("petitioner.phone", &person), "10000000021").unwrap();
    let index = hex(&city.keys.index("petitioner.id", ID));
    city.force(&format!(
        "UPDATE petitioner SET id_type = 'id_card', id_sealed = '{sealed}', id_index = '\\x{index}', id_tail = '001X',
                id_verified = true, no_id_reason = NULL, phone_sealed = '{phone}', phone_index = '\\x02',
                phone_tail = '0021', sex = 'male', birth_date = '1968-01-01'
         WHERE id = (SELECT petitioner_id FROM party y JOIN petition_case c ON c.id = y.case_id
                     WHERE c.number = '{number}')"
    ))
    .await;
    let site = Site::of(&city).await;
    site.get(Some("donghu.handler"), &format!("/cases/{number}")).await.expect(StatusCode::OK);
    site.get(Some("donghu.handler"), &format!("/cases/{other}")).await.expect(StatusCode::OK);
    site.get(Some("qingxi.handler"), &format!("/cases/{number}"))
        .await
        .expect(StatusCode::NOT_FOUND);
    let reveal = format!("/cases/{number}/reveal");
    let fields = [("field", "phone"), ("reason", "duplicate")];
    site.post(Some("zhongyuan.bureau"), &reveal, &fields).await.expect(StatusCode::OK);

    let asked = |field, value| [(field, value), ("reason", "petitioner_request")];
    let small = number.to_lowercase();
    for fields in [asked("case_no", small.as_str()), asked("id_number", ID)] {
        let page = site.post(AUDITOR, PATH, &fields).await.expect(StatusCode::OK);
        let lines = page.texts("[data-accesses] tbody tr");
        assert_eq!(lines.len(), 2, "{lines:?}");
        for part in ["信访局", "云州市中级人民法院", "查看全号", "手机号", "核对重复登记", &number]
        {
            assert!(lines[0].contains(part), "{part}: {}", lines[0]);
        }
        for part in ["责任人", "东湖区人民法院", "查看案件", "姓名", "证件尾号"]
        {
            assert!(lines[1].contains(part), "{part}: {}", lines[1]);
        }
        assert!(
            !page.html().contains(ID) && !page.text().contains("张某"),
            "nothing of the person"
        );
    }
    let told = entries(&city, "audit.accesses").await;
    let by_case = format!("done|{number}|petitioner_request|case_no|count=2");
    assert_eq!(told, [by_case.as_str(), "done||petitioner_request|id_number|count=2"]);
}

/// S86.
#[tokio::test]
async fn a_visit_without_a_case_is_found_by_the_number_of_its_person() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let form = [
        ("id_type", "id_card"),
        ("id_number", ID),
        ("no_id_reason", ""),
        ("disposition", "resolved_on_spot"),
        ("answer_text", "已当面答复"),
    ];
    let registered = site.act("donghu.clerk", "/visits/new", &visit(&form)).await;
    let path = registered.split('?').next().unwrap().to_owned();
    site.get(Some("donghu.clerk"), &path).await.expect(StatusCode::OK);
    let fields = [("id_number", ID), ("reason", "organ_request")];
    let page = site.post(AUDITOR, PATH, &fields).await.expect(StatusCode::OK);
    let lines = page.texts("[data-accesses] tbody tr");
    assert!(lines[0].contains("查看来访登记") && lines[0].contains("登记员"), "{lines:?}");
}

/// S86.
/// A search says of whom it showed the card; so does a sheet that is taken up again with their name.
#[tokio::test]
async fn whoever_found_the_person_by_searching_is_named() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let form = [("id_type", "id_card"), ("id_number", ID), ("no_id_reason", "")];
    site.act("donghu.clerk", "/visits/new", &visit(&form)).await;
    let typed = visit(&[("draft", "1"), ("name", "张某")]);
    site.post(Some("qingxi.clerk"), "/petitioners/match", &typed).await.expect(StatusCode::OK);
    let kept = [&[("draft_of", "/visits/new")], &typed[..]].concat();
    site.act("qingxi.clerk", "/drafts", &kept).await;
    site.get(Some("qingxi.clerk"), "/visits/new?draft=1").await.expect(StatusCode::OK);
    site.get(Some("shimen.clerk"), "/visits/new").await.expect(StatusCode::OK);
    let fields = [("id_number", ID), ("reason", "organ_request")];
    let page = site.post(AUDITOR, PATH, &fields).await.expect(StatusCode::OK);
    let lines = page.texts("[data-accesses] tbody tr");
    let by = |court: &str| lines.iter().filter(|line| line.contains(court)).count();
    assert_eq!((by("青溪区人民法院"), by("石门区人民法院")), (2, 0), "{lines:?}");
    assert!(lines[0].contains("查重检索") && lines[0].contains("手机尾号"), "{}", lines[0]);
}

/// S86, S89.
#[tokio::test]
async fn while_keys_are_turned_the_person_is_found_under_the_key_before() {
    let mut city = City::new().await;
    let form = [("id_type", "id_card"), ("id_number", ID), ("no_id_reason", "")];
    Site::of(&city).await.act("donghu.clerk", "/visits/new", &visit(&form)).await;
    let number: String = city.value("SELECT number FROM petition_case").await;
    city.keys = Keys::of((&[9; 32], &[&[42; 32]]), Cipher::Sm4);
    let site = Site::of(&city).await;
    site.get(Some("donghu.handler"), &format!("/cases/{number}")).await.expect(StatusCode::OK);
    let fields = [("id_number", ID), ("reason", "organ_request")];
    let page = site.post(AUDITOR, PATH, &fields).await.expect(StatusCode::OK);
    assert!(page.texts("[data-accesses] tbody tr")[0].contains("查看案件"));
}

/// S86.
#[tokio::test]
async fn a_request_says_whom_and_why() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    site.get(AUDITOR, PATH).await.expect(StatusCode::OK);
    for (fields, field, said) in [
        (
            [("case_no", ""), ("id_number", ""), ("reason", "agent_request")],
            "case_no",
            "请填写信访编号或证件号码",
        ),
        (
            [("case_no", "XF2026-00001"), ("id_number", ID), ("reason", "agent_request")],
            "id_number",
            "只填一项",
        ),
        (
            [("case_no", "XF2026-00001"), ("id_number", ""), ("reason", "")],
            "reason",
            "请选择查询依据",
        ),
    ] {
        let page = site.post(AUDITOR, PATH, &fields).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.problem(field).unwrap().contains(said), "{field}");
    }
    let fields = [("case_no", "XF2026-09999"), ("reason", "agent_request")];
    let page = site.post(AUDITOR, PATH, &fields).await.expect(StatusCode::OK);
    assert!(page.text().contains("没有查看记录"));
    assert_eq!(entries(&city, "audit.accesses").await, ["done||agent_request|case_no|count=0"]);
    site.post(Some("zhongyuan.bureau"), PATH, &fields).await.expect(StatusCode::FORBIDDEN);
}

/// S77, S86.
/// Whoever saw someone in a list saw their name there.
#[tokio::test]
async fn whoever_saw_the_person_in_a_list_is_found_and_who_saw_others_is_not() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let form = [("id_type", "id_card"), ("id_number", ID), ("no_id_reason", "")];
    site.act("donghu.clerk", "/visits/new", &visit(&form)).await;
    let number: String = city.value("SELECT number FROM petition_case").await;
    let other = laid::lay(&city, Laid { name: "李某某", ..Laid::default() }).await;
    let print = format!("/cases?q={number}&mine=no&print=yes");
    let chosen = format!("/assignments/new?case_no={number}");
    let elsewhere = format!("/cases?q={other}&mine=no");
    for (who, path) in [
        ("donghu.president", "/cases?mine=no"),
        ("donghu.president", &print),
        ("donghu.clerk", "/visits"),
        ("zhongyuan.bureau", "/my"),
        ("zhongyuan.bureau", "/my?print=yes"),
        ("zhongyuan.bureau", "/assignments"),
        ("zhongyuan.bureau", &chosen),
        // None of these shows the person.
        ("donghu.president", &elsewhere),
        ("donghu.handler", "/my"),
        ("qingxi.president", "/cases?mine=no"),
        ("donghu.clerk", "/visits?date=2026-06-14"),
    ] {
        site.get(Some(who), path).await.expect(StatusCode::OK);
    }
    let found = async |fields: [(&str, &str); 2]| {
        let page = site.post(AUDITOR, PATH, &fields).await.expect(StatusCode::OK);
        let mut lines = page.texts("[data-accesses] tbody tr");
        let of_lists = ["列表", "检索", "待办", "打印"];
        lines.retain(|line| of_lists.iter().any(|word| line.contains(word)));
        lines
    };
    for asked in [("id_number", ID), ("case_no", &number)] {
        let lines = found([asked, ("reason", "petitioner_request")]).await;
        assert_eq!(lines.len(), 7, "{lines:?}");
        for line in &lines {
            assert!(line.contains("姓名") && !line.contains("李某某"), "{line}");
        }
    }
    let lines = found([("case_no", &other), ("reason", "petitioner_request")]).await;
    // The lists of their court in which both stand, the search, and the queue of the handler.
    assert_eq!(lines.len(), 3, "{lines:?}");
}
