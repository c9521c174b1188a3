//! A story in which each form of the program is sent and carried out, in the order of the work.

mod accounts;
mod bureau;
pub mod cases;
mod offices;
mod windows;

use axum::http::StatusCode;

use super::posts::{Post, post};
use crate::edge::reads::prints;
use crate::sign_in::Browser;
use crate::support::{City, Page, Site};

const CLERK: &str = "donghu.clerk";
const BUREAU: &str = "zhongyuan.bureau";
const HEAD: &str = "zhongyuan.bureau_head";
const SYSADMIN: &str = "zhongyuan.sysadmin";
const SECADMIN: &str = "zhongyuan.secadmin";
const SECOND: &str = "zhongyuan.secadmin2";

/// What goes along with every form.
pub type Further = Vec<(String, String)>;

pub struct Story {
    pub city: City,
    pub site: Site,
    further: Further,
    is_sent_twice: bool,
    /// What was answered on each route.
    pub answers: Vec<(String, StatusCode)>,
    /// What was answered when what was carried out was sent once more, and the tables that it changed.
    pub again: Vec<(String, StatusCode, Vec<String>)>,
}

impl Story {
    /// Told with these further fields in every form.
    pub async fn told(further: Further) -> Self {
        Self::tell(further, false).await
    }

    /// Told so that each form is sent once more after it was carried out, as a new one.
    pub async fn told_twice() -> Self {
        Self::tell(Further::new(), true).await
    }

    async fn tell(further: Further, is_sent_twice: bool) -> Self {
        let city = City::new().await;
        let site = Site::of(&city).await;
        let (answers, again) = (Vec::new(), Vec::new());
        let mut story = Self { city, site, further, is_sent_twice, answers, again };
        story.cases().await;
        story.windows().await;
        story.accusations().await;
        story.import().await;
        story.bulletins().await;
        story.people().await;
        story.grants().await;
        story.stand_ins().await;
        story.settings().await;
        story.accounts().await;
        story
    }

    /// Those further fields that the form doesn't have by itself.
    fn further(&self, own: &[&str]) -> Vec<(&str, &str)> {
        let has = |name: &str| own.iter().any(|own| own.trim_end_matches("[]") == name);
        let further = self.further.iter().filter(|(name, _)| !has(name));
        further.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The names that a form has on its page, also of fields that it would send empty.
    async fn own(&self, post: &Post) -> Vec<String> {
        let page = self.site.get(Some(post.who), &post.path).await;
        let mut own: Vec<String> = post.fields.iter().map(|(name, _)| name.clone()).collect();
        let form = format!("form[action='{}']", post.path);
        own.extend(page.attributes(&format!("{form} [name]"), "name"));
        for id in page.attributes(&form, "id") {
            own.extend(page.attributes(&format!("[form='{id}'][name]"), "name"));
        }
        own
    }

    async fn send(&mut self, post: &Post) -> Page {
        let own = self.own(post).await;
        let own: Vec<_> = own.iter().map(String::as_str).collect();
        let page = post.send(&self.site, &self.further(&own)).await;
        self.answers.push((post.route.to_owned(), page.status));
        if self.is_sent_twice && is_done(page.status) {
            let before = prints(&self.city).await;
            let again = post.send(&self.site, &[]).await;
            let after = prints(&self.city).await;
            let differ = after.iter().filter(|(table, print)| before.get(*table) != Some(print));
            let differ = differ.map(|(table, _)| table.clone()).collect();
            self.again.push((post.route.to_owned(), again.status, differ));
        }
        page
    }

    async fn act(
        &mut self,
        route: &'static str,
        who: &'static str,
        (path, fields): (&str, &[(&str, &str)]),
    ) -> Page {
        self.send(&post(route, who, path, fields)).await
    }

    /// Sends a form of someone who sits at a browser.
    async fn press(
        &mut self,
        browser: &mut Browser<'_>,
        (page, route): (&str, &str),
        fields: &[(&str, &str)],
    ) -> Page {
        let own: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        let further = self.further(&own);
        let all: Vec<_> = fields.iter().copied().chain(further).collect();
        let answer = browser.post(page, route, &all).await;
        self.answers.push((route.to_owned(), answer.status));
        answer
    }

    async fn one(&self, statement: &str) -> String {
        self.city.value(statement).await
    }
}

/// Whether a form was carried out.
pub fn is_done(status: StatusCode) -> bool {
    status.is_success() || status.is_redirection()
}
