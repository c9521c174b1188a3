//! What the bureau takes in from ledgers, and what it gives out every fortnight.

use super::{BUREAU, Story};
use crate::forms::posts::{Post, post};

const BOOK: &[u8] = include_bytes!("../../data/ledger-40.xlsx");
const BOOK_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Story {
    pub(super) async fn import(&mut self) {
        let (removed, route) = (self.chosen().await, "/imports/new/{draft}/removal");
        self.act(route, BUREAU, (&format!("{removed}/removal"), &[])).await;
        self.imported().await;
        // The ledger names another day of assignment: not the same row, but probably the same case.
        let hash = "UPDATE import_row SET row_hash = '\\x00' WHERE ordinal = '7'";
        self.city.force(hash).await;
        let result = self.imported().await;
        let row = [("row", "11"), ("decision", "another")];
        let route = "/imports/{import}/decisions";
        self.act(route, BUREAU, (&format!("{result}/decisions"), &row)).await;
        let reason = [("reason", "选错了文件")];
        let route = "/imports/{import}/undo";
        self.act(route, BUREAU, (&format!("{result}/undo"), &reason)).await;
    }

    /// A file that was chosen; the address of its draft.
    async fn chosen(&mut self) -> String {
        let choose = Post {
            files: vec![("file", "台账.xlsx", BOOK_TYPE, BOOK)],
            ..post("/imports/new", BUREAU, "/imports/new", &[("kind", "all")])
        };
        self.send(&choose).await.location()
    }

    /// The good rows of the file; the address of the import.
    async fn imported(&mut self) -> String {
        let draft = self.chosen().await;
        let page = self.site.get(Some(BUREAU), &draft).await;
        let names = page.attributes("select", "name");
        let chosen = |name: &String| {
            let option = format!("select[name='{name}'] option[selected]");
            page.attributes(&option, "value").into_iter().next().unwrap_or_default()
        };
        let chosen: Vec<String> = names.iter().map(chosen).collect();
        let fields: Vec<_> =
            names.iter().map(String::as_str).zip(chosen.iter().map(String::as_str)).collect();
        self.act("/imports/new/{draft}", BUREAU, (&draft, &fields)).await;
        let id = draft.rsplit('/').next().unwrap();
        let good = [("draft", id), ("choice", "good_rows")];
        let page = self.act("/imports", BUREAU, ("/imports", &good)).await;
        page.location().split('?').next().unwrap().to_owned()
    }

    pub(super) async fn bulletins(&mut self) {
        let issue = |step: &str| format!("/bulletins/2026-W24/{step}");
        let (freeze, publish) = ("/bulletins/{period}/freeze", "/bulletins/{period}/publication");
        self.act("/bulletins", BUREAU, ("/bulletins", &[("period", "2026-W24")])).await;
        for (route, step) in
            [(publish, "publication"), (freeze, "freeze"), (publish, "publication")]
        {
            self.act(route, BUREAU, (&issue(step), &[])).await;
        }
    }
}
