//! What the fields are called that an entry of the audit names: those of people, of ledgers, of forms.
//! A name that several forms have is called by what they share.

const FIELDS: &[(&str, &str)] = &[
    ("absence_note", "未到场的联系经过"),
    ("action", "操作"),
    ("actor", "人员"),
    ("address", "住址"),
    ("agent", "代理人"),
    ("answer_text", "答复内容"),
    ("answered_at", "答复时间"),
    ("appeal_category", "诉求类别"),
    ("assigned_at", "交办时间"),
    ("assigned_from", "交办日期从"),
    ("assigned_to", "交办日期到"),
    ("attachments", "附件"),
    ("attendees", "参加人"),
    ("basis", "依据"),
    ("birth_date", "出生日期"),
    ("case_no", "信访编号"),
    ("category", "诉求类别"),
    ("chief", "庭长"),
    ("chief_phone", "庭长电话"),
    ("code", "代码"),
    ("confirm", "再次输入"),
    ("confirmation", "动态口令"),
    ("contact_leader", "联系点院领导"),
    ("content", "内容"),
    ("court", "法院"),
    ("date", "日期"),
    ("day_source", "到期日依据"),
    ("days", "更换密码"),
    ("days_close", "办结期限"),
    ("days_ledger", "台账期限"),
    ("days_meeting", "约见期限"),
    ("days_report", "报告期限"),
    ("decision", "意见"),
    ("devices", "同时登录的设备"),
    ("disposition", "处理方式"),
    ("due", "期限"),
    ("feedback", "反馈方式"),
    ("field", "查看的内容"),
    ("file", "文件"),
    ("files", "文件"),
    ("finding", "查明的情况"),
    ("form", "整张表单"),
    ("from", "自"),
    ("handler", "责任人"),
    ("handler_phone", "责任人电话"),
    ("happened_at", "时间"),
    ("history", "密码历史"),
    ("host_id", "主持人"),
    ("id_number", "证件号码"),
    ("id_override_reason", "确认号码无误"),
    ("id_tail", "证件尾号"),
    ("idle_minutes", "空闲退出"),
    ("involved_count", "涉及人数"),
    ("ip", "地址"),
    ("kind", "类别"),
    ("late_reason", "逾期原因"),
    ("leader", "包案领导"),
    ("leader_phone", "包案领导电话"),
    ("lifted_reason", "解除理由"),
    ("litigation_route", "导入的程序"),
    ("longest_hours", "最长登录"),
    ("mandate", "委托手续"),
    ("merge_case_no", "并入案件"),
    ("mine", "我负责的"),
    ("name", "姓名"),
    ("new_password", "新密码"),
    ("next", "下一步"),
    ("no_id_reason", "没有证件的原因"),
    ("no_record_reason", "没有笔录的原因"),
    ("none_reason", "不能答复的原因"),
    ("not_same_reason", "不是同一事项的理由"),
    ("note", "交办说明"),
    ("notes", "谈话要点"),
    ("number", "编号"),
    ("object", "对象"),
    ("old_password", "原密码"),
    ("opinion", "意见"),
    ("order", "顺序"),
    ("origin_court", "原审法院"),
    ("otp", "动态口令"),
    ("outcome", "办理结果"),
    ("password", "密码"),
    ("pasted", "信访编号"),
    ("period", "期次"),
    ("person", "人员"),
    ("phone", "手机号"),
    ("phone_tail", "手机尾号"),
    ("place", "地点"),
    ("plan", "化解方案（初步）"),
    ("post", "职务类别"),
    ("post_title", "职务名称"),
    ("posted_on", "邮戳日期"),
    ("present", "信访人是否到场"),
    ("principal_name", "委托人姓名"),
    ("profile", "密码规则"),
    ("q", "关键词"),
    ("ranges", "允许的地址"),
    ("reach", "限制登录地址"),
    ("reason", "理由"),
    ("received_at", "收到时间"),
    ("receiver_id", "接谈人"),
    ("region", "户籍地"),
    ("reopen_reason", "重新办理的原因"),
    ("reply_to_public", "答复信访人的话"),
    ("return_reason", "要补正什么"),
    ("reviewer", "评查员"),
    ("role", "岗位"),
    ("rows", "放假安排"),
    ("rule", "时限规则"),
    ("same_claim", "同一诉求"),
    ("second_factor", "动态口令"),
    ("sex", "性别"),
    ("short_name", "简称"),
    ("shortest", "密码长度"),
    ("sign_note", "谈话人签字确认及说明"),
    ("signature", "签字情况"),
    ("source", "来源"),
    ("source_no", "来文文号"),
    ("stage", "状态"),
    ("summary", "信访事由"),
    ("text", "内容"),
    ("time", "时间"),
    ("to", "到"),
    ("told", "反馈经过"),
    ("told_on", "反馈日期"),
    ("transfer_organ", "转送机关"),
    ("tries", "失败次数"),
    ("unit", "单位"),
    ("until", "至"),
    ("urgent_reason", "紧急情况"),
    ("user", "用户"),
    ("username", "用户名"),
    ("valid_from", "生效日期"),
    ("version", "版本"),
    ("visit_form", "来访形式"),
    ("way", "答复方式"),
    ("withdrawn_reason", "收回理由"),
    ("year", "年份"),
];

/// What a field is called; one that has no name shows its code.
pub fn label(code: &str) -> &str {
    FIELDS.iter().find(|(field, _)| *field == code).map_or(code, |(_, label)| label)
}

/// Several, which stand with blanks between them.
pub fn labels(codes: &str) -> String {
    codes.split_whitespace().map(label).collect::<Vec<_>>().join("、")
}

#[cfg(test)]
mod tests {
    use super::FIELDS;

    /// The fields that a template names: label and name are the first two arguments of these macros.
    fn named(template: &str) -> Vec<String> {
        const SHAPES: [&str; 8] =
            ["text", "date", "number", "textarea", "select", "combo", "radios", "field"];
        let mut names = Vec::new();
        for call in template.split("ui::").skip(1) {
            let shape = call.split('(').next().unwrap_or_default();
            let Some(name) = call.split('"').nth(3) else { continue };
            let is_name = !name.is_empty()
                && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
            if SHAPES.contains(&shape) && is_name {
                names.push(name.to_owned());
            }
        }
        names
    }

    #[test]
    fn every_field_of_a_form_has_a_name_for_the_auditor() {
        let mut folders = vec![std::path::PathBuf::from("templates")];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                for name in named(&std::fs::read_to_string(&path).unwrap()) {
                    seen += 1;
                    let known = FIELDS.iter().any(|(field, _)| *field == name);
                    assert!(known, "{}: {name} has no name here", path.display());
                }
            }
        }
        assert!(seen > 100, "only {seen} fields were found");
    }

    #[test]
    fn a_field_is_named_once() {
        for (nth, (field, _)) in FIELDS.iter().enumerate() {
            assert!(FIELDS[nth + 1..].iter().all(|(other, _)| other != field), "{field}");
        }
    }
}
