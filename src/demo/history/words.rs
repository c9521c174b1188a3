//! The recurring words of the history: sources, notes, reasons and opinions.

use crate::domain::outcome::Outcome;
use crate::domain::source::Source;
use crate::domain::visit::LitigationRoute;

use super::act::Course;

/// Where a batch comes from, the letters of its document, and what is said with it.
pub const BATCHES: &[(Source, &str, &str)] = &[
    (Source::CityCourt, "", "请按期建立台账，包案领导本人约见信访人。"),
    (Source::ProvinceCourt, "省院信交", "省院交办，请逐案核查并按期书面报告进展。"),
    (Source::CityPlc, "市政法信交", "请核清事实、依法处理，办结后报送办结报告。"),
    (Source::JointOffice, "市联席转", "联席会议办公室转送，请依法办理并答复信访人。"),
    (Source::CityCourt, "", "近期来访登记案件，请责任法院认真办理。"),
    (Source::ProvincePlc, "省政法信交", "省委政法委交办，请院领导包案，按期报结。"),
    (Source::Hotline, "", "12368热线转办，请及时与信访人联系。"),
    (Source::Congress, "市人大转", "市人大常委会转来，请依法办理并反馈结果。"),
    (Source::CityCourt, "", "请对照交办时限逐项落实，进展情况全程留痕。"),
    (Source::Letter, "", "来信集中交办，请核实后答复来信人。"),
];

/// The batch before today has days of its own.
pub const CAMPAIGN: (Source, &str) =
    (Source::SelfIdentified, "自排案件专项交办，时限单独确定，请逐案落实包案领导。");

/// What an immediate answer says.
pub const ANSWERS: &[Course] = &[
    Course::Answered("已当场查询案件进度并打印送达信息，告知承办人联系方式，来访人表示清楚。"),
    Course::Answered("已当场联系执行员核实，案款将于三日内发放，来访人表示认可。"),
    Course::Answered("已释明上诉期限和缴费方式，并提供诉讼指南。"),
    Course::Answered("已协助办理阅卷预约，告知阅卷时间和地点。"),
    Course::Routed(LitigationRoute::EnforcementObjection),
    Course::Answered("已现场更正送达地址确认书，并补寄裁判文书。"),
    Course::Routed(LitigationRoute::Retrial),
    Course::Transferred("云州市人力资源和社会保障局"),
    Course::Routed(LitigationRoute::ResumedEnforcement),
    Course::NotAccepted("该事项正在二审审理中，请在诉讼中提出，已告知承办法官联系方式。"),
    Course::Answered("已说明拍卖流程和竞买规则，告知查询公告的网站。"),
    Course::Transferred("云州市公安局"),
    Course::Routed(LitigationRoute::NewSuit),
    Course::NotAccepted("该诉求已经终审裁定处理，没有新的事实和证据，已当面释明理由和依据。"),
    Course::Transferred("东湖区人民政府"),
    Course::Routed(LitigationRoute::Reconsideration),
];

/// What is said by way of suggestion.
pub const SUGGESTIONS: &[&str] = &[
    "建议在立案大厅增设材料打印设备，并延长中午值班时间。",
    "建议开通执行案款发放短信提醒，方便当事人及时查询。",
];

/// What a sealed entry says; nobody at the desks reads it.
pub const ACCUSATION: &str = "反映某案办理中工作人员未按规定公开拍卖信息，请求核查。";

/// Why something is urgent.
pub const URGENT: &[&str] =
    &["涉及十余人工资，节前需要支付生活费用。", "查封车辆即将到期，需要及时续封。"];

/// How an appointment failed.
pub const ABSENCES: &[&str] = &[
    "上午9时电话通知，本人称在外地务工，约定返回后见面；已短信告知约见安排。",
    "两次拨打登记电话无人接听，已按登记地址邮寄约见通知书。",
    "下午3时电话联系，本人称当日有事不能到院，已约定改期当面约见。",
];

/// Why a report comes late.
pub const LATE: &[&str] = &[
    "等待评估机构补充说明，影响报告形成。",
    "调卷时间较长，未能按期完成核查，今后将提前安排。",
    "承办人外出办理查封，未能及时报送。",
];

/// What a report lacks.
pub const LACKS: &[&str] = &[
    "评查意见没有写明自查结论，请补充。",
    "采取的措施过于笼统，请写明时间和经办人。",
    "下一步措施没有完成时限，请补正。",
];

/// What a close report lacks.
pub const SENT_BACK: &[&str] = &[
    "缺少答复笔录的签字页，请补充后重新报送。",
    "调查核实情况与信访事由没有逐项对应，请补正。",
    "评查结论没有写明问题整改情况，请补充。",
];

/// What signatories write.
pub const AGREED: &[&str] = &["同意。", "同意，请做好后续跟踪。", "同意报结。", "情况属实，同意。"];

/// What a leader notes of a case that is still open.
pub const LED: &[(&str, &str)] = &[
    ("听取承办人汇报，研究争议焦点和下一步化解措施。", "一周内再次听取汇报"),
    ("与信访人电话沟通，说明办理进展，听取意见。", "责成承办人限期办理"),
    ("召集承办人和执行员会商，明确分工和完成时限。", "跟踪落实"),
    ("阅看卷宗，指出需要补充核查的问题。", "三日内补充核查"),
];

/// What the petitioner reads when asking for the state of the case.
pub const PUBLIC: &[&str] =
    &["您反映的问题已经调卷核查，办理结果将在期限内答复。", "承办人已经与您联系，案件正在办理。"];

/// The outcomes that do not settle a case, the frequent ones first.
pub const UNSETTLED: &[Outcome] = &[
    Outcome::ClosedUnsettled,
    Outcome::SettledOralProvisional,
    Outcome::ClosedUnsettled,
    Outcome::SettledOralProvisional,
    Outcome::RoutedToLitigation,
    Outcome::ClosedUnsettled,
    Outcome::Terminated,
    Outcome::TransferredOut,
    Outcome::WrittenOff,
];

/// What the petitioner says of the answer.
pub const fn opinion(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::SettledWritten => "认可办理结果，书面承诺不再就此事项信访。",
        Outcome::SettledOralProvisional | Outcome::SettledOralMatured => {
            "口头表示接受，暂不签署书面承诺。"
        }
        Outcome::RoutedToLitigation => "同意通过诉讼程序解决。",
        Outcome::TransferredOut => "知悉移送单位和联系方式。",
        Outcome::ClosedUnsettled | Outcome::Terminated | Outcome::WrittenOff => {
            "对结果仍有意见，已告知救济途径。"
        }
    }
}

/// What is said by those who come again.
pub const AGAIN: &[&str] = &[
    "再次反映“{事由}”一事，询问办理进展。",
    "就“{事由}”补充提交材料两份，要求书面答复。",
    "来访询问“{事由}”的办理期限和承办人联系方式。",
    "认为“{事由}”一事尚未解决，要求约见包案领导。",
    "来电询问“{事由}”办理结果，希望尽快答复。",
];
