//! What a check has to say about a row: the problem and its remedy, in the words of the page.

use super::column::Column;
use super::row::Place;
use crate::domain::code::codes;
use crate::domain::petitioner::{IdFault, NameFault, PhoneFault};

codes! {
    /// What a problem means for its row, the lightest first.
    Weight {
        /// Worth a look.
        Hint = "hint", "提示";
        /// Travels with the row.
        Warning = "warning", "提醒";
        /// The row is not imported.
        Stop = "stop", "不能导入";
    }
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("信访人姓名是空的")]
    NameMissing,
    #[error("{0}")]
    Name(NameFault),
    #[error("{}", .0.to_string().trim_end_matches('。'))]
    IdNumber(IdFault),
    #[error("证件号码被存成了数字，15位以后的数字已经丢失")]
    IdNumberLostDigits,
    #[error("手机号应为11位，固定电话应带区号")]
    Phone(PhoneFault),
    #[error("与常见案号格式不同")]
    CourtCase,
    #[error("案号是空的")]
    CourtCaseMissing,
    #[error("案号中的法院与原审法院不同")]
    CourtsDiffer,
    #[error("没有这个法院")]
    CourtUnknown,
    #[error("案件来源是空的")]
    SourceMissing,
    #[error("没有这种案件来源")]
    SourceUnknown,
    #[error("交办日期是空的")]
    AssignedOnMissing,
    #[error("不是有效日期")]
    DateImpossible,
    #[error("日期早于1980年")]
    DateTooEarly,
    #[error("日期晚于今天")]
    DateInFuture,
    #[error("责任单位是空的")]
    UnitMissing,
    #[error("没有这个单位")]
    UnitUnknown,
    #[error("这个单位不承办信访案件")]
    UnitTakesNone,
    #[error("看不出是怎样办结的")]
    ResultUnknown,
    #[error("写了办结，没有办结日期")]
    ClosedOnMissing,
    #[error("写了办结日期，办理结果却是办理中")]
    ClosedOnWhileOpen,
    #[error("办结日期早于交办日期")]
    ClosedBeforeAssigned,
    #[error("单元格里是出错的公式")]
    BrokenFormula,
    #[error("台账中没有这个序号")]
    LedgerRowUnknown,
    #[error("这个序号在台账中不止一行")]
    LedgerRowAmbiguous,
    #[error("信访人与台账中这一行的不同")]
    PetitionerDiffers,
    #[error("不是一类、二类或三类")]
    GradeUnknown,
    #[error("没有这种程序")]
    ProcedureUnknown,
    #[error("不是“是”或“否”")]
    NotYesOrNo,
}

impl Problem {
    /// What the problem means for its row.
    pub const fn weight(&self) -> Weight {
        match self {
            Self::CourtsDiffer => Weight::Hint,
            Self::IdNumber(_)
            | Self::IdNumberLostDigits
            | Self::Phone(_)
            | Self::CourtCase
            | Self::BrokenFormula
            | Self::PetitionerDiffers
            | Self::ProcedureUnknown => Weight::Warning,
            Self::NameMissing
            | Self::Name(_)
            | Self::CourtUnknown
            | Self::SourceMissing
            | Self::SourceUnknown
            | Self::AssignedOnMissing
            | Self::DateImpossible
            | Self::DateTooEarly
            | Self::DateInFuture
            | Self::UnitMissing
            | Self::UnitUnknown
            | Self::UnitTakesNone
            | Self::ResultUnknown
            | Self::ClosedOnMissing
            | Self::ClosedOnWhileOpen
            | Self::ClosedBeforeAssigned
            | Self::LedgerRowUnknown
            | Self::LedgerRowAmbiguous
            | Self::CourtCaseMissing
            | Self::GradeUnknown
            | Self::NotYesOrNo => Weight::Stop,
        }
    }

    /// What to do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::NameMissing => "请补填信访人姓名后再导入这一行",
            Self::Name(_) => "请只填一位信访人的姓名，其他人写进备注",
            Self::IdNumber(_) => "先导入，请向信访人核对证件号码后更正",
            Self::IdNumberLostDigits => {
                "请把证件号码一列设为文本格式，重新填写号码；也可以先导入再更正"
            }
            Self::Phone(_) => "先导入，请核对电话号码后更正",
            Self::CourtCase => "先导入，请对照卷宗更正案号",
            Self::CourtCaseMissing => "请补填被评查案件的案号",
            Self::CourtsDiffer => "请核对原审法院和案号；两者都对的，不用改",
            Self::CourtUnknown => "请填写本辖区法院的名称；辖区以外的法院请留空，写进备注",
            Self::SourceMissing | Self::SourceUnknown => {
                "请填写来源表中的名称，如“市委政法委交办”“自排”"
            }
            Self::AssignedOnMissing => "请按交办文件补填日期，如2026年1月29日",
            Self::DateImpossible => "请改成实有的日期，如2026年1月29日、2026.1.29",
            Self::DateTooEarly | Self::DateInFuture => "请对照文件核对年份和月份",
            Self::UnitMissing | Self::UnitUnknown => {
                "请填写单位表中的名称，如“石门区人民法院”或“石门法院”"
            }
            Self::UnitTakesNone => "请写明承办的业务庭或者基层法院，如“执行一庭”“石门法院”",
            Self::ResultUnknown => {
                "请写明“书面保证息诉罢访”“口头息诉”“省法院批准终结”“核销”“导入再审程序”“移送”“已结未息”或“办理中”"
            }
            Self::ClosedOnMissing => "请补填办结日期；还没办结的，办理结果写“办理中”",
            Self::ClosedOnWhileOpen => "已办结的请写明办理结果；没办结的请删去办结日期",
            Self::ClosedBeforeAssigned => "请核对交办日期和办结日期",
            Self::BrokenFormula => "请把公式改成填好的内容",
            Self::LedgerRowUnknown => "请核对台账序号，台账中的那一行要能导入",
            Self::LedgerRowAmbiguous => "请给台账中的每一行不同的序号",
            Self::PetitionerDiffers => "请核对台账序号是否写错",
            Self::GradeUnknown => "请填写一类、二类或三类",
            Self::ProcedureUnknown => "请填写一审、二审、再审、复查或执行",
            Self::NotYesOrNo => "请填写是或否",
        }
    }
}

/// A problem at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The row.
    pub place: Place,
    /// The column.
    pub column: Column,
    /// The column's heading in the file.
    pub heading: String,
    /// The value as typed.
    pub value: String,
    /// What is wrong.
    pub problem: Problem,
}

/// A value that was right once the habits of typing were taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The row.
    pub place: Place,
    /// The column.
    pub column: Column,
    /// The column's heading in the file.
    pub heading: String,
    /// The value as typed.
    pub from: String,
    /// The value as it is imported.
    pub to: String,
}
