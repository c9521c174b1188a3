//! The columns of a ledger, and the headings by which they are found.

use crate::domain::code::codes;

codes! {
    /// The two kinds of sheet that an import reads.
    Kind {
        /// One row a petition case.
        Ledger = "ledger", "台账";
        /// One row a reviewed court case, pointing at a ledger row.
        Review = "review", "评查";
    }
}

codes! {
    /// What a column of a ledger holds. The label is its heading in the template.
    Column {
        Index = "index", "序号";
        Name = "name", "姓名";
        IdNumber = "id_number", "证件号码";
        Phone = "phone", "联系电话";
        Address = "address", "住址";
        CourtCaseNumber = "court_case_number", "案号";
        OriginCourt = "origin_court", "原审法院";
        Grounds = "grounds", "信访事由";
        Request = "request", "信访诉求";
        Source = "source", "案件来源";
        AssignedOn = "assigned_on", "交办日期";
        Unit = "unit", "责任单位";
        Leader = "leader", "包案领导";
        /// Of the leader.
        LeaderPost = "leader_post", "职务";
        Chief = "chief", "责任领导";
        Handler = "handler", "责任人";
        HandlerPhone = "handler_phone", "责任人电话";
        Plan = "plan", "化解方案";
        Progress = "progress", "办理进展";
        Result = "result", "办理结果";
        ClosedOn = "closed_on", "办结日期";
        Note = "note", "备注";
        /// The ledger row that a review belongs to.
        LedgerIndex = "ledger_index", "台账序号";
        Procedure = "procedure", "程序";
        Grade = "grade", "评查等次";
        Accountability = "accountability", "是否追责";
        Summary = "summary", "问题摘要";
    }
}

impl Column {
    /// The columns of a ledger, in the order of the template.
    pub const LEDGER: [Self; 22] = [
        Self::Index,
        Self::Name,
        Self::IdNumber,
        Self::Phone,
        Self::Address,
        Self::CourtCaseNumber,
        Self::OriginCourt,
        Self::Grounds,
        Self::Request,
        Self::Source,
        Self::AssignedOn,
        Self::Unit,
        Self::Leader,
        Self::LeaderPost,
        Self::Chief,
        Self::Handler,
        Self::HandlerPhone,
        Self::Plan,
        Self::Progress,
        Self::Result,
        Self::ClosedOn,
        Self::Note,
    ];

    /// The columns of a review sheet.
    pub const REVIEW: [Self; 8] = [
        Self::Index,
        Self::LedgerIndex,
        Self::Name,
        Self::CourtCaseNumber,
        Self::Procedure,
        Self::Grade,
        Self::Accountability,
        Self::Summary,
    ];

    /// The columns that a sheet of this kind may have.
    pub const fn of(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Ledger => &Self::LEDGER,
            Kind::Review => &Self::REVIEW,
        }
    }

    /// Whether a sheet of this kind can't be imported without the column.
    pub const fn is_required(self, kind: Kind) -> bool {
        match kind {
            Kind::Ledger => {
                matches!(self, Self::Name | Self::Source | Self::AssignedOn | Self::Unit)
            }
            Kind::Review => {
                matches!(self, Self::LedgerIndex | Self::CourtCaseNumber | Self::Grade)
            }
        }
    }

    /// The heading above a group of columns in the template (first level of two).
    pub const fn group(self) -> Option<&'static str> {
        match self {
            Self::Name | Self::IdNumber | Self::Phone | Self::Address => Some("信访人"),
            Self::CourtCaseNumber | Self::OriginCourt | Self::Grounds => Some("原审案件"),
            Self::Leader | Self::LeaderPost | Self::Chief | Self::Handler | Self::HandlerPhone => {
                Some("包案责任")
            }
            Self::Index
            | Self::Request
            | Self::Source
            | Self::AssignedOn
            | Self::Unit
            | Self::Plan
            | Self::Progress
            | Self::Result
            | Self::ClosedOn
            | Self::Note
            | Self::LedgerIndex
            | Self::Procedure
            | Self::Grade
            | Self::Accountability
            | Self::Summary => None,
        }
    }

    /// The column that a heading of one or two levels names, in a sheet of this kind.
    pub fn of_heading(kind: Kind, group: &str, heading: &str) -> Option<Self> {
        let (group, heading) = (bare(group), bare(heading));
        let about_the_court = ["包案", "责任", "承办"].iter().any(|word| group.contains(word));
        if about_the_court && PHONES.contains(&heading.as_str()) {
            return (kind == Kind::Ledger).then_some(Self::HandlerPhone);
        }
        Self::of(kind).iter().copied().find(|column| {
            column.label() == heading || column.also_headed().contains(&heading.as_str())
        })
    }

    /// The other ways in which courts head the column.
    const fn also_headed(self) -> &'static [&'static str] {
        match self {
            Self::Index => &["编号", "顺号"],
            Self::Name => &["信访人", "信访人姓名", "上访人", "上访人姓名"],
            Self::IdNumber => &["身份证号", "身份证号码", "证件号", "公民身份号码"],
            Self::Phone => &["电话", "联系方式", "手机号", "手机号码", "信访人电话"],
            Self::Address => &["地址", "家庭住址", "联系地址", "户籍地址"],
            Self::CourtCaseNumber => &["原审案号", "原案号"],
            Self::OriginCourt => &["原办法院", "原办理法院"],
            Self::Grounds => &["事由", "案由", "反映问题", "信访问题"],
            Self::Request => &["诉求", "主要诉求", "信访请求"],
            Self::Source => &["来源", "交办来源", "交办单位"],
            Self::AssignedOn => &["交办时间", "交办日"],
            Self::Unit => &["责任法院", "承办单位", "承办法院", "办理单位"],
            Self::Leader => &["包案领导姓名", "包案人", "包案院领导"],
            Self::LeaderPost => &["包案领导职务"],
            Self::Chief => &["责任领导姓名"],
            Self::Handler => &["责任人姓名", "承办人", "具体责任人"],
            Self::HandlerPhone => &["责任人联系电话", "责任人联系方式", "承办人电话"],
            Self::Plan => &["化解措施", "工作方案"],
            Self::Progress => &["进展情况", "工作进展", "办理情况"],
            Self::Result => &["办结方式", "化解结果", "结果"],
            Self::ClosedOn => &["办结时间", "化解时间", "化解日期"],
            Self::Note => &["备考"],
            Self::LedgerIndex => &["信访案件序号"],
            Self::Procedure => &["审理程序", "案件程序"],
            Self::Grade => &["等次", "评查等级", "评查结论"],
            Self::Accountability => &["追责"],
            Self::Summary => &["存在问题", "问题"],
        }
    }
}

/// Headings of a phone, whose owner only the group above tells.
const PHONES: [&str; 5] = ["联系电话", "电话", "联系方式", "手机号", "手机号码"];

/// A heading without blanks, line breaks, the star of a required field and what is in brackets.
fn bare(heading: &str) -> String {
    let plain = super::cell::plain(heading);
    let before_bracket = plain.split('(').next().unwrap_or_default();
    before_bracket.chars().filter(|c| !c.is_whitespace() && !matches!(c, '*' | ':')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_names_its_column_together_with_its_group() {
        let table = [
            ("信访人", "姓名", Some(Column::Name)),
            ("", "信访人", Some(Column::Name)),
            ("信访人", "联系\n电话", Some(Column::Phone)),
            ("包案责任", "联系电话", Some(Column::HandlerPhone)),
            ("", "* 交办日期（年月日）", Some(Column::AssignedOn)),
            ("原审案件", "案 号", Some(Column::CourtCaseNumber)),
            ("", "评查等次", None),
            ("", "星座", None),
        ];
        for (group, heading, expected) in table {
            assert_eq!(Column::of_heading(Kind::Ledger, group, heading), expected, "{heading}");
        }
        assert_eq!(Column::of_heading(Kind::Review, "", "评查等次"), Some(Column::Grade));
        assert_eq!(Column::of_heading(Kind::Review, "", "信访人"), Some(Column::Name));
    }

    #[test]
    fn every_column_is_found_by_the_heading_of_the_template() {
        for kind in [Kind::Ledger, Kind::Review] {
            for column in Column::of(kind) {
                let group = column.group().unwrap_or_default();
                assert_eq!(Column::of_heading(kind, group, column.label()), Some(*column));
            }
        }
    }
}
