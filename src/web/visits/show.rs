//! One visit.

use askama::Template;
use axum::response::Response;
use chrono::NaiveDate;

use crate::domain::calendar::{self, day_of};
use crate::domain::receipt;
use crate::domain::visit::{Assist, Disposition, VisitKind};
use crate::store::materials::{self, MaterialLine};
use crate::store::visit_lists::{self, VisitFile};
use crate::store::{Tx, visit_voids};
use crate::web::extract::Path;
use crate::web::files::{file_size, withheld};
use crate::web::form::Problems;
use crate::web::layout::{self, Shell};
use crate::web::traces::Told;
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
    /// The day on which its content was destroyed.
    erased: Option<NaiveDate>,
    sent: Option<String>,
    materials: Section,
    today: NaiveDate,
}

/// What was handed in with it.
struct Section {
    lines: Vec<MaterialLine>,
    has_scanner: bool,
    /// Whether files can join it.
    can_add: bool,
    /// Whether files came that must be chosen again.
    again: bool,
    problems: Problems,
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

    /// 「06-12 10:20　李某某　120KB」
    fn about(&self, line: &MaterialLine) -> String {
        let when = calendar::format_moment(line.recorded_at, self.today);
        let why = withheld(line.standing, self.materials.has_scanner);
        format!("{when}　{}　{}{why}", line.recorded_by, file_size(line.size))
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
    let tx = asking.begin().await?;
    page(&asking, tx, &number, (Problems::default(), false)).await
}

/// The visit, as first shown or with what was wrong with files that were to join it, and whether
/// there were any.
pub async fn page(
    asking: &Asking,
    mut tx: Tx,
    number: &str,
    (problems, again): (Problems, bool),
) -> AppResult<Response> {
    let (actor, now) = (asking.actor(), asking.now());
    let visit = visit_lists::find(&mut tx, number).await?.ok_or(AppError::NotFound)?;
    let standing = visit_voids::standing(&mut tx, number).await?.ok_or(AppError::NotFound)?;
    let receiving = materials::receiving(&mut tx, number).await?.ok_or(AppError::NotFound)?;
    let late = day_of(visit.received_at) < day_of(visit.recorded_at);
    let registers = super::REGISTRARS.admits(actor.role);
    let page = VisitPage {
        shell: asking.shell(format!("来访{number}")),
        received: receipt::moment(visit.received_at),
        late: late.then(|| receipt::moment(visit.recorded_at)),
        can_void: standing.may_be_taken_back(actor, now).is_ok(),
        can_print: registers
            && visit.erased_at.is_none()
            && (visit.kind != VisitKind::Accusation || visit.recorded_by == actor.staff),
        voided: visit.voided_at.map(|at| calendar::format_moment(at, day_of(now))),
        erased: visit.erased_at.map(day_of),
        sent: visit.sent_at.map(|at| calendar::format_moment(at, day_of(now))),
        materials: Section {
            lines: materials::list(&mut tx, visit.id).await?,
            has_scanner: asking.has_scanner(),
            can_add: registers && receiving.may_be_added_to(actor).is_ok(),
            again,
            problems,
        },
        today: day_of(now),
        visit,
    };
    let mut answer = layout::answer(&page, &page.materials.problems)?;
    if page.sealed() {
        answer.extensions_mut().insert(Told("number"));
    }
    Ok(answer)
}
