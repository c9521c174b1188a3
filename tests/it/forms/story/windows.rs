//! The forms of the registration desk, and those about what accuses someone.

use super::{BUREAU, CLERK, Story};
use crate::forms::posts::{PDF, Post, post};
use crate::support::visit;

const INSPECTOR: &str = "zhongyuan.inspection";

impl Story {
    pub(super) async fn windows(&mut self) {
        let page = self.act("/visits/new", CLERK, ("/visits/new", &visit(&[]))).await;
        let path = page.location().split('?').next().unwrap().to_owned();
        let asked = [("name", "张某")];
        self.act("/petitioners/match", CLERK, ("/petitioners/match", &asked)).await;
        let typed = [("draft_of", "/visits/new"), ("draft", "1"), ("summary", "执行案款未发放")];
        self.act("/drafts", CLERK, ("/drafts", &typed)).await;
        self.act("/drafts/visit/{sheet}", CLERK, ("/drafts/visit/1", &[])).await;
        self.act("/drafts", CLERK, ("/drafts", &typed)).await;
        let kept = [("key", "/visits/new?draft=1"), ("back", "/visits/new")];
        self.act("/drafts/removal", CLERK, ("/drafts/removal", &kept)).await;
        let route = "/visits/{visit_no}/materials";
        let material = Post {
            files: vec![("files", "材料.pdf", "application/pdf", PDF)],
            ..post(route, CLERK, &format!("{path}/materials"), &[])
        };
        self.send(&material).await;
        let reason = [("reason", "登记错误")];
        self.act("/visits/{visit_no}/void", CLERK, (&format!("{path}/void"), &reason)).await;
        let order = [
            ("source", "province_court"),
            ("rule", "standard"),
            ("assigned_at", "2026-06-15 11:05"),
        ];
        self.act("/assignments/preview", BUREAU, ("/assignments/preview", &order)).await;
    }

    pub(super) async fn accusations(&mut self) {
        let said = visit(&[("visit_kind", "accusation"), ("summary", "反映某法官逾期不立案")]);
        let page = self.act("/visits/new", CLERK, ("/visits/new", &said)).await;
        let path = page.location();
        let number = path.trim_start_matches("/visits/").split(['/', '?']).next().unwrap();
        let routing = format!("/accusations/{number}/routing");
        self.act("/accusations/{visit_no}/routing", BUREAU, (&routing, &[])).await;
        let at = |part: &str| format!("/inspections/{number}/{part}");
        let outcome = [
            ("kind", "accountability"),
            ("finding", "查明逾期立案，已启动责任追究"),
            ("feedback", "phone"),
            ("told_on", "2026-06-15"),
            ("told", "已电话告知"),
        ];
        let asked = [("field", "name"), ("reason", "contact")];
        for (route, part, fields) in [
            // Before it came there is nothing to conclude.
            ("/inspections/{visit_no}/outcome", "outcome", &outcome[..]),
            ("/inspections/{visit_no}/receipt", "receipt", &[]),
            ("/inspections/{visit_no}/reveal", "reveal", &asked),
            ("/inspections/{visit_no}/outcome", "outcome", &outcome),
        ] {
            self.act(route, INSPECTOR, (&at(part), fields)).await;
        }
    }
}
