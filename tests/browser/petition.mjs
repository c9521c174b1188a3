// The story of a petition: from the hall to the bulletin that a base court reads, told by everyone
// who takes part. `look` is shown each main page on the way.

const SAID = "2023年胜诉后执行案款只发放了一部分，请求查清余款去向并尽快发放。";
const PERSON = { id: "990101198001010014", name: "张某", phone: "10012345678" };

/** Tells the story at the addresses of its moments; one address stands for all the others. */
export async function story(browser, addresses, look = async () => {}) {
  const at = (moment) => addresses[moment] ?? addresses.at(-1);
  const as = async (moment, username, work) => {
    const person = await browser.signIn(at(moment), username);
    person.look = (name) => look(person, name);
    const found = await work(person);
    await person.leave();
    return found;
  };

  await as(0, "qingxi.clerk", firstVisit);
  const no = await as(0, "donghu.clerk", secondVisit);
  await as(0, "zhongyuan.bureau", (bureau) => assignment(bureau, no));
  await as(1, "donghu.handler", (handler) => ledger(handler, no));
  await as(1, "donghu.leader", (leader) => meeting(leader, no));
  await as(1, "donghu.handler", (handler) => progress(handler, no));
  await as(2, "donghu.handler", (handler) => report(handler, no));
  await as(3, "donghu.handler", (handler) => closing(handler, no));
  for (const signer of ["donghu.leader", "donghu.president", "zhongyuan.bureau", "zhongyuan.leading_group"]) {
    await as(3, signer, (person) => signature(person, no));
  }
  await as(4, "zhongyuan.bureau", bulletin);
}

/** Somebody comes to another court first. */
async function firstVisit(clerk) {
  await clerk.look("intake");
  await clerk.fill("证件号码", PERSON.id);
  await clerk.fill("姓名", PERSON.name);
  await clerk.fill("手机号", PERSON.phone);
  await matter(clerk, "青溪区人民法院", "（2025）某0104执88号", "请求恢复执行，被执行人名下有新的财产线索。");
  await clerk.choose("处理方式", "当场答复");
  await clerk.fill("答复内容", "已告知恢复执行的条件和需要提交的材料。");
  await clerk.press("仅保存");
  await clerk.sees("LF20260601-0104-001");
}

/** The clerk of the next court sees that, and registers another matter. */
async function secondVisit(clerk) {
  await clerk.fill("证件号码", PERSON.id);
  await clerk.fill("姓名", PERSON.name);
  await clerk.fill("手机号", PERSON.phone);
  await clerk.sees("青溪法院");
  await matter(clerk, "东湖区人民法院", "（2023）某0110执1187号", SAID);
  await clerk.choose("处理方式", "受理待交办");
  await clerk.press("仅保存");
  return clerk.number(/XF2026-\d{5}/);
}

async function matter(clerk, court, courtCase, said) {
  await clerk.select("诉求类别", "执行·案款发放");
  await clerk.fill("原审法院", court);
  await clerk.fill("原审案号", courtCase);
  await clerk.fill("事由与诉求", said);
}
