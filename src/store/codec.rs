//! How ids and codes look in a column.

use sqlx::postgres::{PgTypeInfo, PgValueRef, Postgres};
use sqlx::{Decode, Type};

use crate::domain::calendar::DayKind;
use crate::domain::closing::Decision;
use crate::domain::deadline::{ClockKind, DayCount, Roll};
use crate::domain::document::{DocumentKind, MediaType};
use crate::domain::figure::{Bucket, Mark, Metric};
use crate::domain::ids;
use crate::domain::import;
use crate::domain::job::{Job, RunState};
use crate::domain::ledger::Place;
use crate::domain::ledger_import::Kind;
use crate::domain::outcome::Outcome;
use crate::domain::password::Profile;
use crate::domain::petition_case::Stage;
use crate::domain::petitioner::{IdOverride, IdType, NoIdReason, Sex};
use crate::domain::reviewing::ReviewKind;
use crate::domain::scan::Standing;
use crate::domain::security_setting::Reach;
use crate::domain::sign_in::{Ending, SecondFactor};
use crate::domain::sign_step::SignStep;
use crate::domain::source::Source;
use crate::domain::staff::{PostKind, Role};
use crate::domain::unit::UnitKind;
use crate::domain::visit::{
    Category, Channel, Disposition, LitigationRoute, ReopenReason, VisitForm, VisitKind,
};
use crate::domain::{
    accusation, alert, audit_chain, interview, progress, reply, report, retention,
};

type DecodeResult<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A key: a `bigint`.
macro_rules! id_column {
    ($($name:ty),* $(,)?) => {$(
        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                <i64 as Type<Postgres>>::type_info()
            }
        }

        impl<'r> Decode<'r, Postgres> for $name {
            fn decode(value: PgValueRef<'r>) -> DecodeResult<Self> {
                <i64 as Decode<Postgres>>::decode(value).map(Self)
            }
        }
    )*};
}

/// A code: a `text` with a check.
macro_rules! code_column {
    ($($name:ty),* $(,)?) => {$(
        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                <str as Type<Postgres>>::type_info()
            }

            fn compatible(ty: &PgTypeInfo) -> bool {
                <str as Type<Postgres>>::compatible(ty)
            }
        }

        impl<'r> Decode<'r, Postgres> for $name {
            fn decode(value: PgValueRef<'r>) -> DecodeResult<Self> {
                let code = <&str as Decode<Postgres>>::decode(value)?;
                Self::from_code(code)
                    .ok_or_else(|| format!("{} has no code {code:?}", stringify!($name)).into())
            }
        }
    )*};
}

id_column! {
    ids::UnitId, ids::StaffId, ids::GrantId, ids::PetitionerId, ids::VisitId, ids::PetitionCaseId,
    ids::RoundId, ids::CourtCaseId, ids::AssignmentId, ids::BatchId, ids::ClockId, ids::RuleSetId,
    ids::ClosingId, ids::ReportId, ids::BulletinId, ids::ImportId, ids::DocumentId,
}

code_column! {
    Bucket,
    Category,
    Channel,
    ClockKind,
    DayCount,
    DayKind,
    Decision,
    Disposition,
    DocumentKind,
    Ending,
    IdOverride,
    IdType,
    Job,
    Kind,
    LitigationRoute,
    ReopenReason,
    Mark,
    MediaType,
    Metric,
    NoIdReason,
    Outcome,
    Place,
    PostKind,
    Profile,
    Reach,
    Role,
    Roll,
    RunState,
    SecondFactor,
    Sex,
    SignStep,
    Source,
    Stage,
    Standing,
    UnitKind,
    VisitForm,
    VisitKind,
    ReviewKind,
    accusation::Feedback,
    accusation::OutcomeKind,
    alert::Kind,
    audit_chain::Outcome,
    import::State,
    interview::Kind,
    interview::Opinion,
    progress::Kind,
    reply::NoneReason,
    reply::Signature,
    reply::Way,
    report::Decision,
    retention::Class,
}
