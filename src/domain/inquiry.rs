//! Upon which inquiry (查询) it is told who has seen a petitioner's data.

use super::code::codes;

codes! {
    /// The basis of the inquiry (查询依据). A closed list: the audit holds codes, never somebody's words.
    Basis {
        /// 个人信息保护法 44, 45.
        Petitioner = "petitioner_request", "信访人本人申请";
        Agent = "agent_request", "代理人持授权申请";
        Organ = "organ_request", "有权机关依法调取";
        Complaint = "complaint_review", "投诉举报核查";
    }
}
