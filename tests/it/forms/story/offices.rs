//! The forms of the three administrators.

use super::{HEAD, SECADMIN, SECOND, SYSADMIN, Story};
use crate::rules::closing;
use crate::security::settings;

const NOTICE: &str = "国办发明电〔2026〕9号";

impl Story {
    pub(super) async fn people(&mut self) {
        let unit = self.one("SELECT id::text FROM unit WHERE code = '0110'").await;
        let new = [
            ("username", "donghu.clerk9"),
            ("version", ""),
            ("name", "马某某"),
            ("unit", unit.as_str()),
            ("post", "officer"),
            ("post_title", "书记员"),
            ("phone", "0000-1000099"),
            ("active", "yes"),
        ];
        let page = self.act("/admin/users/new", SYSADMIN, ("/admin/users/new", &new)).await;
        let user = page.location();
        let page = self.site.get(Some(SYSADMIN), &user).await;
        let version = page.value("version").unwrap_or_default();
        let changed: Vec<_> =
            [("version", version.as_str())].into_iter().chain(new[2..].iter().copied()).collect();
        self.act("/admin/users/{uuid}", SYSADMIN, (&user, &changed)).await;
        let court = [
            ("version", ""),
            ("order", "98"),
            ("code", "0114"),
            ("kind", "base_court"),
            ("name", "新城区人民法院"),
            ("short_name", "新城法院"),
            ("contact_leader", ""),
        ];
        self.act("/admin/courts/new", SYSADMIN, ("/admin/courts/new", &court)).await;
        let page = self.site.get(Some(SYSADMIN), "/admin/courts/0114").await;
        let version = page.value("version").unwrap_or_default();
        let renamed = [
            ("version", version.as_str()),
            ("name", "新城区人民法院"),
            ("short_name", "新城区法院"),
            ("order", "99"),
            ("code", "0114"),
            ("kind", "base_court"),
            ("contact_leader", ""),
        ];
        self.act("/admin/courts/{code}", SYSADMIN, ("/admin/courts/0114", &renamed)).await;
    }

    pub(super) async fn grants(&mut self) {
        let proposal = [
            ("user", "donghu.handler2"),
            ("role", "clerk"),
            ("unit", "0110"),
            ("reason", ""),
            ("from", ""),
            ("until", ""),
        ];
        for (route, part, fields) in [
            ("/admin/roles/proposals/{uuid}/confirmation", "confirmation", &[][..]),
            ("/admin/roles/proposals/{uuid}/refusal", "refusal", &[("reason", "岗位不符")]),
        ] {
            let role = if part == "refusal" { ("role", "leader") } else { proposal[1] };
            let wanted = [proposal[0], role, proposal[2], proposal[3], proposal[4], proposal[5]];
            self.act("/admin/roles", SECADMIN, ("/admin/roles", &wanted)).await;
            let last = "SELECT uuid::text FROM grant_proposal ORDER BY id DESC LIMIT 1";
            let path = format!("/admin/roles/proposals/{}/{part}", self.one(last).await);
            self.act(route, SECOND, (&path, fields)).await;
        }
        let given = "SELECT max(grant_id)::text FROM grant_proposal";
        let path = format!("/admin/roles/{}/ending", self.one(given).await);
        self.act("/admin/roles/{grant}/ending", SECADMIN, (&path, &[])).await;
        let asked =
            [("case_no", "XF2026-00001"), ("id_number", ""), ("reason", "petitioner_request")];
        let route = "/admin/audit/accesses";
        self.act(route, "zhongyuan.auditor", (route, &asked)).await;
    }

    /// A leader asks for someone who stands in, and takes it back.
    pub(super) async fn stand_ins(&mut self) {
        let (leader, here) = ("donghu.leader", "/account/substitutions");
        let role = "SELECT g.id::text FROM role_grant g JOIN staff s ON s.id = g.staff_id
                    WHERE s.username = 'donghu.leader' AND g.stands_in_for IS NULL";
        let person = "SELECT uuid::text FROM staff WHERE username = 'donghu.handler2'";
        let (role, person) = (self.one(role).await, self.one(person).await);
        let wanted =
            [("role", role.as_str()), ("person", &person), ("from", ""), ("until", "2026-06-20")];
        self.act(here, leader, (here, &wanted)).await;
        let last = "SELECT uuid::text FROM grant_proposal ORDER BY id DESC LIMIT 1";
        let path = format!("{here}/{}/ending", self.one(last).await);
        self.act("/account/substitutions/{uuid}/ending", leader, (&path, &[])).await;
    }

    pub(super) async fn settings(&mut self) {
        self.calendar().await;
        self.rules().await;
        self.security("confirmation", ("tries", "4"), &[]).await;
        self.security("refusal", ("tries", "3"), &[("reason", "尚不需要")]).await;
        self.city
            .force(
                "INSERT INTO job_run (job, due_at, state, tries, next_try_at, error)
                 VALUES ('sweep', '2026-06-15 03:00+08', 'parked', 5, '2026-06-15 04:00+08', 'test')",
            )
            .await;
        let run = self.one("SELECT uuid::text FROM job_run").await;
        let path = format!("/admin/jobs/{run}/retry");
        self.act("/admin/jobs/{uuid}/retry", SYSADMIN, (&path, &[])).await;
    }

    async fn security(
        &mut self,
        part: &str,
        changed: (&'static str, &str),
        decided: &[(&str, &str)],
    ) {
        let wanted = settings(&[changed]);
        self.act("/admin/security", SECADMIN, ("/admin/security", &wanted)).await;
        let last = "SELECT uuid::text FROM security_setting ORDER BY id DESC LIMIT 1";
        let path = format!("/admin/security/{}/{part}", self.one(last).await);
        let route = match part {
            "refusal" => "/admin/security/{uuid}/refusal",
            _ => "/admin/security/{uuid}/confirmation",
        };
        self.act(route, SECOND, (&path, decided)).await;
    }

    async fn calendar(&mut self) {
        let day = [
            ("what", "day"),
            ("date", "2026-06-16"),
            ("kind", "holiday"),
            ("name", "抗洪"),
            ("day_source", NOTICE),
        ];
        let here = "/admin/calendar";
        let seen = self.act(here, SYSADMIN, (here, &day)).await.value("seen").unwrap_or_default();
        let confirmed = [("action", "confirm"), ("seen", seen.as_str())];
        let fields: Vec<_> = day.into_iter().chain(confirmed).collect();
        self.act(here, SYSADMIN, (here, &fields)).await;
    }

    async fn rules(&mut self) {
        let reason = [("reason", "依据不足")];
        for (route, part, decided) in [
            ("/admin/rules/{uuid}/refusal", "refusal", &reason[..]),
            ("/admin/rules/{uuid}/confirmation", "confirmation", &[]),
        ] {
            let proposal = closing("40", "2026-06-20");
            self.act("/admin/rules", SYSADMIN, ("/admin/rules", &proposal)).await;
            let last = "SELECT uuid::text FROM rule_proposal ORDER BY id DESC LIMIT 1";
            let path = format!("/admin/rules/{}/{part}", self.one(last).await);
            self.act(route, HEAD, (&path, decided)).await;
        }
    }
}
