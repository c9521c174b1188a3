//! From where one signs in, once the security administrators have named addresses.

use axum::http::StatusCode;

use super::Browser;
use crate::security::{set, settings};
use crate::support::{City, Site};

/// S95.
#[tokio::test]
async fn administrators_sign_in_from_the_named_addresses_alone() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let ranges = "10.1.0.0/16\n127.0.0.1";
    set(&city, &site, &settings(&[("reach", "administrators"), ("ranges", ranges)])).await;
    for (address, username, status) in [
        ("192.0.2.1", "zhongyuan.auditor", StatusCode::UNPROCESSABLE_ENTITY),
        ("10.2.0.1", "zhongyuan.sysadmin", StatusCode::UNPROCESSABLE_ENTITY),
        ("10.1.7.7", "zhongyuan.auditor", StatusCode::SEE_OTHER),
        ("192.0.2.1", "donghu.clerk", StatusCode::SEE_OTHER),
    ] {
        let page = Browser::at(&site, address).sign_in(username, "yunzhou-2026").await;
        assert_eq!(page.status, status, "{username} from {address}");
        if status != StatusCode::SEE_OTHER {
            let said = page.problem("").unwrap();
            assert!(said.starts_with("不能从这里登录"), "{said}");
        }
    }
    let refused =
        "SELECT count(*) FROM audit WHERE verb = 'session.refused' AND detail = 'address'";
    assert_eq!(city.value::<i64>(refused).await, 2);
}

/// S5.
#[tokio::test]
async fn fewer_tries_are_free_where_that_is_set() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    set(&city, &site, &settings(&[("tries", "3")])).await;
    let mut browser = Browser::new(&site);
    for said in ["还可以试2次。", "还可以试1次。", "请1分钟后再试。"] {
        let page = browser.sign_in("donghu.clerk", "wrong").await;
        assert_eq!(page.problem("").unwrap(), format!("用户名或密码不正确。{said}"));
    }
    let page = browser.sign_in("donghu.clerk", "yunzhou-2026").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}
