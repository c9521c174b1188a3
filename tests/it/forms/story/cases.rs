//! The forms about a case, each at the first stage at which it is carried out.

use std::collections::BTreeSet;

use axum::http::StatusCode;

use super::Story;
use crate::forms::posts::all;
use crate::forms::stages::{Matter, STAGES};

impl Story {
    pub(super) async fn cases(&mut self) {
        let mut done: BTreeSet<&str> = BTreeSet::new();
        for stage in STAGES {
            let mut matter = Matter::at(&self.city, &self.site, stage).await;
            let mut posts = all(&self.city, &matter).await;
            for nth in 0..posts.len() {
                let post = posts[nth].clone();
                if done.contains(post.route) {
                    continue;
                }
                let page = self.send(&post).await;
                if page.status == StatusCode::SEE_OTHER || page.status == StatusCode::OK {
                    done.insert(post.route);
                }
                if page.status == StatusCode::SEE_OTHER {
                    if !is_taken_back(post.route) {
                        matter = Matter::at(&self.city, &self.site, stage).await;
                    }
                    posts = all(&self.city, &matter).await;
                }
            }
        }
    }
}

/// Whether the next form undoes it.
pub fn is_taken_back(route: &str) -> bool {
    ["/exclusions", "/holds", "/reviewers"].iter().any(|part| route.ends_with(part))
}
