// The story of a petition, told by everyone who takes part: from the hall to the bulletin that a
// base court reads. `look` is shown each main page on the way.

const VISITOR = { number: "990101198001010014", name: "张某", phone: "10012345678" };
const PLAN = "与执行员核对案款分配表，余款由法院专户分两次发放。";
const MINUTES = "说明案款分配情况和后续工作安排，听取本人意见。";

/** Tells the story at the addresses of its moments; the last one stands for those that are missing. */
export async function story(browser, addresses, look = async () => {}) {
  const as = async (username, moment, ...acts) => {
    const person = await browser.signIn(addresses[moment] ?? addresses.at(-1), username);
    person.look = (name) => look(person, name);
    let told;
    for (const act of acts) told = await act(person);
    await person.leave();
    return told;
  };

  await as("qingxi.clerk", 0, visitElsewhere);
  const no = await as("donghu.clerk", 0, visit);
  await as("zhongyuan.bureau", 0, (it) => assign(it, no));
  await as("donghu.handler", 1, queue, (it) => acknowledge(it, no), (it) => takeUp(it, no));
  await as("donghu.leader", 1, (it) => meet(it, no));
  await as("donghu.handler", 1, (it) => progress(it, no));
  await as("donghu.handler", 2, (it) => report(it, no));
  await as("zhongyuan.bureau", 2, (it) => receive(it, no));
  await as("donghu.handler", 3, (it) => answer(it, no), (it) => applyForClosing(it, no));
  await as("donghu.leader", 3, sign);
  await as("donghu.president", 3, sign);
  await as("zhongyuan.bureau", 3, sign);
  await as("zhongyuan.leading_group", 3, sign);
  await as("donghu.handler", 3, (it) => closed(it, no));
  await as("zhongyuan.bureau", 4, draft, freeze, (it) => openFigure(it, no), publish);
  await as("donghu.leader", 4, read);
}

/** 来访登记 at another court, answered on the spot. */
async function visitElsewhere(clerk) {
  await clerk.look("来访登记");
  await introduce(clerk);
  await state(clerk, "青溪", "（2025）某0104执88号", "请求恢复执行，被执行人名下有新的财产线索。");
  await clerk.choose("处理方式", "当场答复");
  await clerk.fill("答复内容", "已告知恢复执行的条件和需要提交的材料。");
  await clerk.press("仅保存");
  await clerk.sees("LF20260601-0104-001");
}

/** 来访登记 at the court of the story, where the clerk sees that the person was elsewhere before. */
async function visit(clerk) {
  await introduce(clerk);
  if (!clerk.script) await clerk.advance("按已填内容查找");
  await clerk.sees("历次来访");
  await clerk.sees("青溪法院");
  await clerk.look("来访登记，有历次来访");
  await clerk.advance("同一人，另一件事");
  await state(clerk, "东湖", "（2023）某0110执1187号", "胜诉后执行案款只发放了一部分，请求查清余款去向并尽快发放。");
  await clerk.choose("处理方式", "受理待交办");
  await clerk.press("仅保存");
  await clerk.sees("LF20260601-0110-001");
  await clerk.look("来访");
  return clerk.finds(/XF2026-\d{5}/);
}

async function introduce(clerk) {
  await clerk.fill("证件号码", VISITOR.number);
  await clerk.fill("姓名", VISITOR.name);
  await clerk.fill("手机号", VISITOR.phone);
}

async function state(clerk, court, courtCase, summary) {
  await clerk.select("诉求类别", "执行·案款发放");
  await clerk.select("原审法院", court);
  await clerk.fill("原审案号", courtCase);
  await clerk.fill("事由与诉求", summary);
}

/** 交办, a batch of one. */
async function assign(bureau, no) {
  await bureau.open("/assignments");
  await bureau.look("待交办");
  await bureau.tick(`选择${no}`);
  await bureau.advance("交办所选");
  await bureau.select(`${no}的责任法院`, "东湖");
  await bureau.select("来源", "省院");
  await bureau.choose("时限规则", "标准");
  await bureau.look("交办");
  await bureau.advance("核对并下发1件");
  await bureau.look("确认下发");
  await bureau.press("确认下发");
  await bureau.sees("已送达");
  await bureau.look("交办批次");
}

/** 我的待办 */
async function queue(handler) {
  await handler.open("/my");
  await handler.look("我的待办");
  await handler.follow("签收交办");
}

async function acknowledge(handler) {
  await handler.look("签收交办");
  await handler.press("签收交办");
}

/** 2日台账 */
async function takeUp(handler, no) {
  await handler.open(`/cases/${no}/ledger`);
  await handler.select("包案领导", "副院长");
  await handler.select("责任领导", "执行局局长");
  await handler.select("责任人", "执行员");
  await handler.fill("诉求要点第1条", "发放剩余执行案款");
  await handler.fill("化解方案（初步）", PLAN);
  await handler.look("台账");
  await handler.press("保存台账并报中院");
}

/** 包案领导约见 */
async function meet(leader, no) {
  await leader.open(`/cases/${no}/interviews/new?kind=lead_meeting`);
  await leader.choose("形式", "包案领导约见");
  await leader.fill("日期", "2026-06-02");
  await leader.fill("时间", "14:30");
  await leader.fill("地点", "第三接谈室");
  await leader.select("主持人", "副院长");
  await leader.choose("信访人是否到场", "到场");
  await leader.fill("谈话要点", MINUTES);
  await leader.choose("信访人意见", "部分认可");
  await leader.attach("笔录、录音录像", "约见笔录.pdf");
  await leader.look("约见记录");
  await leader.press("保存记录");
}

/** 办理进展 */
async function progress(handler, no) {
  await handler.open(`/cases/${no}/progress/new`);
  await handler.choose("类别", "调卷");
  await handler.fill("做了什么、结果如何", "调取执行卷宗，查明首笔案款已入专户。");
  await handler.fill("答复信访人的话", "首笔案款已入专户，余款正在结算。");
  await handler.look("补充进展");
  await handler.press("保存，不能再改");
  await handler.open(`/cases/${no}/progress`);
  await handler.sees("首笔案款已入专户");
  await handler.look("办理进展");
}

/** 7日报告 */
async function report(handler, no) {
  await handler.open(`/cases/${no}/report`);
  await handler.fillRest("已与信访人核对案款分配情况，按方案推进。");
  await handler.look("书面进展情况报告");
  await handler.press("报送中院信访局");
  await handler.sees("等待中院信访局审核");
}

async function receive(bureau, no) {
  await bureau.open(`/cases/${no}/report`);
  await bureau.look("审核报告");
  await bureau.press("接收");
}

/** 答复 */
async function answer(handler, no) {
  await handler.open(`/cases/${no}/answer`);
  await handler.fill("答复时间", "2026-06-08 08:30");
  await handler.choose("答复方式", "当面");
  await handler.fill("地点", "第三接谈室");
  await handler.fill("答复内容", "余款已经全部发放，共计两笔。");
  await handler.fill("信访人意见", "认可，不再信访。");
  await handler.choose("签字情况", "已签字");
  await handler.attach("答复笔录、录音、短信截图", "答复笔录.pdf");
  await handler.look("答复");
  await handler.press("保存答复");
}

/** 办结报告 */
async function applyForClosing(handler, no) {
  await handler.open(`/cases/${no}/closing`);
  await handler.choose("办理结果", "书面息诉");
  for (const paper of ["评查报告", "息诉材料", "化解方案"]) {
    await handler.attach(`上传${paper}`, `${paper}.pdf`);
  }
  await handler.fillRest("经查，案款已经全部发放，信访人书面表示息诉。");
  await handler.look("办结报告");
  await handler.press("报包案领导签字");
}

/** 签批, whoever's turn it is. */
async function sign(person) {
  await person.open("/approvals");
  await person.look("待我签批");
  await person.follow("去签批");
  await person.choose("意见", "同意");
  await person.fill("意见内容", "同意。");
  await person.fillPassword();
  await person.look("签批");
  await person.press("确认签批");
}

async function closed(handler, no) {
  await handler.open(`/cases/${no}`);
  await handler.sees("已办结");
  await handler.look("已办结的案件");
}

/** 双周通报 of the fortnight in which all this happened: draft, frozen figures. */
async function draft(bureau) {
  await bureau.open("/bulletins");
  await bureau.look("双周通报");
  await bureau.select("期次", "第12期");
  await bureau.press("生成草稿");
  await bureau.look("通报草稿");
}

async function freeze(bureau) {
  await bureau.follow("冻结数据");
  await bureau.look("冻结数据");
  await bureau.press("冻结数据");
}

/** From the ranking to a figure, and on to the case behind it. */
async function openFigure(bureau, no) {
  await bureau.follow("台账按期建立率");
  await bureau.look("位次表");
  const figure = bureau.page.getByRole("row", { name: /东湖法院/ }).getByRole("link", { name: /100/ });
  await bureau.openBeside(figure, "这个数怎么来的");
  await bureau.look("数字来源");
  await bureau.sees(no);
  if (bureau.script) await bureau.follow("查看全部1件");
  await bureau.follow(no);
  await bureau.sees(VISITOR.name);
}

async function publish(bureau) {
  await bureau.open("/bulletins/2026-W24");
  await bureau.follow("发布");
  await bureau.look("发布");
  await bureau.press("发布");
}

async function read(leader) {
  await leader.open("/bulletins");
  await leader.sees("已发布");
  await leader.follow("2026年第12期");
  await leader.follow("息诉情况");
  await leader.look("息诉情况");
}
