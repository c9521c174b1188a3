//! One visit.

use askama::Template;
use axum::response::Response;

use crate::domain::calendar::{self, day_of};
use crate::domain::receipt;
use crate::domain::visit::{Assist, Disposition, VisitKind};
use crate::store::visit_lists::{self, VisitFile};
use crate::store::visit_voids;
use crate::web::extract::Path;
use crate::web::layout::{self, Shell};
use crate::web::{AppError, AppResult, Asking};

#[derive(Template)]
#[template(path = "visits/show.html")]
struct VisitPage {
    shell: Shell,
    visit: VisitFile,
    received: String,
    /// 「补录」 with the time of entry, where it was registered on a later day.
    late: Option<String>,
    /// Whether the reader can take it back now.
    can_void: bool,
    can_print: bool,
    voided: Option<String>,
}

impl VisitPage {
    fn sealed(&self) -> bool {
        self.visit.kind == VisitKind::Accusation
    }

    /// 「初访」「重复访·第4次」
    fn repeat(&self) -> Option<String> {
        repeat(self.visit.nth)
    }

    fn assists(&self) -> String {
        let known = self.visit.assist.iter().filter_map(|code| Assist::from_code(code));
        known.map(Assist::label).collect::<Vec<_>>().join("、")
    }

    fn notice(&self) -> Option<&'static str> {
        notice(self.visit.disposition).filter(|_| !self.sealed())
    }
}

pub fn repeat(nth: Option<i32>) -> Option<String> {
    nth.map(|nth| if nth > 1 { format!("重复访·第{nth}次") } else { "初访".to_owned() })
}

/// The notice that a disposition calls for.
pub fn notice(disposition: Disposition) -> Option<&'static str> {
    match disposition {
        Disposition::NotAccepted => Some("不予受理告知单"),
        Disposition::RoutedToLitigation => Some("诉讼程序告知单"),
        Disposition::ResolvedOnSpot
        | Disposition::JoinedToCase
        | Disposition::Accepted
        | Disposition::TransferredOut => None,
    }
}

pub async fn show(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let now = asking.now();
    let mut tx = asking.begin().await?;
    let visit = visit_lists::find(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    let standing = visit_voids::standing(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    let late = day_of(visit.received_at) < day_of(visit.recorded_at);
    let page = VisitPage {
        shell: asking.shell(format!("来访{number}")),
        received: receipt::moment(visit.received_at),
        late: late.then(|| receipt::moment(visit.recorded_at)),
        can_void: standing.may_be_taken_back(asking.actor(), now).is_ok(),
        can_print: super::REGISTRARS.admits(asking.actor().role),
        voided: visit.voided_at.map(|at| calendar::format_moment(at, day_of(now))),
        visit,
    };
    layout::shown(&page)
}
