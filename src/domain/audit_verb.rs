//! What an act of the audit is called among people. A test holds the table to the verbs that the
//! program writes.

/// Code and name, in the order in which they are offered as a filter.
const VERBS: &[(&str, &str)] = &[
    ("session.opened", "登录"),
    ("session.begun", "登录（待第二因素）"),
    ("session.refused", "登录被拒"),
    ("session.switched", "切换身份"),
    ("session.ended", "退出登录"),
    ("password.changed", "修改密码"),
    ("access.refused", "越权访问被拒"),
    ("act.failed", "操作失败"),
    ("visit.registered", "来访登记"),
    ("visit.voided", "撤销来访登记"),
    ("visit.read", "查看来访登记"),
    ("visit.printed", "打印来访单据"),
    ("visit.listed", "查看来访列表"),
    ("material.filed", "上传来访材料"),
    ("material.read", "查看来访材料"),
    ("petitioner.searched", "查重检索"),
    ("petitioner.filled", "带入信访人信息"),
    ("petitioner.contact", "更新联系方式"),
    ("identity.revealed", "查看全号"),
    ("case.listed", "查看案件列表"),
    ("case.searched", "检索案件"),
    ("case.printed", "打印案件"),
    ("case.read", "查看案件"),
    ("case.assigned", "交办"),
    ("case.reopened", "登记重新办理"),
    ("case.imported", "台账导入"),
    ("case.voided", "作废"),
    ("work.listed", "查看待办"),
    ("assignment.acknowledged", "签收"),
    ("ledger.kept", "保存台账"),
    ("interview.held", "录入约见接访"),
    ("progress.added", "补充进展"),
    ("progress.corrected", "更正进展"),
    ("report.submitted", "报送书面报告"),
    ("report.received", "接收书面报告"),
    ("report.returned", "退回书面报告"),
    ("reply.recorded", "录入答复"),
    ("closing.applied", "申请办结"),
    ("closing.signed", "签批办结报告"),
    ("closing.returned", "退回办结报告"),
    ("closing.confirmed", "认定办结"),
    ("document.filed", "上传材料"),
    ("document.read", "查看材料"),
    ("bulletin.drafted", "生成通报"),
    ("bulletin.frozen", "冻结通报"),
    ("bulletin.published", "发布通报"),
    ("import.recorded", "导入台账文件"),
    ("import.decided", "处理疑似重复"),
    ("import.undone", "撤销导入"),
    ("import.read", "查看导入台账"),
    ("import.exported", "下载导入结果"),
    ("audit.read", "查看审计日志"),
    ("audit.exported", "导出审计日志"),
    ("audit.accesses", "查询个人信息被查看情况"),
    ("alert.raised", "触发告警"),
    ("program.started", "系统启动"),
    ("program.stopped", "系统停止"),
    ("program.configured", "系统配置变更"),
    ("unit.added", "新增单位"),
    ("staff.added", "新增人员"),
    ("post.added", "登记职务"),
    ("contact.added", "指定联系点"),
    ("role.granted", "授予岗位"),
    ("role.ended", "收回岗位"),
    ("password.set", "重置密码"),
    ("demonstration.built", "生成演示数据"),
];

/// What an act is called; one that has no name shows its code.
pub fn label(code: &str) -> &str {
    VERBS.iter().find(|(verb, _)| *verb == code).map_or(code, |(_, label)| label)
}

/// Every act, with its name.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    VERBS.iter().copied()
}
