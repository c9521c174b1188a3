//! The forms with which people sign in and keep their accounts, and those that end what they keep.

use anjie::domain::sign_in::SecondFactor;
use chrono::Duration;

use super::{SECADMIN, Story};
use crate::sign_in::second_factor::{code, secret};
use crate::sign_in::{Browser, rules};
use crate::support::{Site, noon};

const WHO: &str = "donghu.handler2";
const RIGHT: &str = "yunzhou-2026";
const GOOD: &str = "湖边有一棵会唱歌的老柳树 Lv7";

impl Story {
    pub(super) async fn accounts(&mut self) {
        self.city
            .force(
                "INSERT INTO role_grant (staff_id, role, unit_id, valid_from)
                 SELECT s.id, 'leader', s.unit_id, '2020-01-01' FROM staff s
                 WHERE s.username = 'donghu.handler2'",
            )
            .await;
        let all = rules(|rules| rules.second_factor = SecondFactor::All);
        let site = Site::under(&self.city, noon(), all).await;
        self.own_account(&mut Browser::new(&site)).await;
        let user =
            self.one("SELECT uuid::text FROM staff WHERE username = 'donghu.handler2'").await;
        for (route, part) in [
            ("/admin/accounts/{uuid}/factor", "factor"),
            ("/admin/accounts/{uuid}/password", "password"),
            ("/admin/accounts/{uuid}/sessions", "sessions"),
        ] {
            let path = format!("/admin/accounts/{user}/{part}");
            self.act(route, SECADMIN, (&path, &[])).await;
        }
        let ending = "/admin/accounts/sessions/ending";
        self.act(ending, SECADMIN, (ending, &[])).await;
    }

    async fn own_account(&mut self, desk: &mut Browser<'_>) {
        let whole = [("username", WHO), ("password", RIGHT), ("next", "")];
        self.press(desk, ("/login", "/login"), &whole).await;
        let old = secret(&desk.get("/login/code").await);
        let given = code(&old, noon());
        self.press(desk, ("/login/code", "/login/code"), &[("otp", &given), ("next", "")]).await;
        let codes = "/account/recovery-codes";
        self.press(desk, (codes, codes), &[]).await;
        let other = desk.get("/account/grant").await.attributes("button[name='grant']", "value");
        let other = other.into_iter().next_back().unwrap_or_default();
        self.press(desk, ("/account/grant", "/account/grant"), &[("grant", &other)]).await;
        self.press(desk, ("/account", "/account/sessions"), &[("session", "others")]).await;
        let factor = "/account/second-factor";
        let next = code(&old, noon() + Duration::seconds(30));
        let set = [("act", "set"), ("password", RIGHT), ("otp", &next)];
        self.press(desk, (factor, factor), &set).await;
        let new = secret(&desk.get(factor).await);
        let given = code(&new, noon());
        let confirmation = "/account/second-factor/confirmation";
        self.press(desk, (factor, confirmation), &[("otp", &given)]).await;
        let password = "/account/password";
        let fields = [("old_password", RIGHT), ("new_password", GOOD), ("confirm", GOOD)];
        self.press(desk, (password, password), &fields).await;
        self.press(desk, ("/account/grant", "/logout"), &[]).await;
    }
}
