// node unsent.mjs on|off ADDRESS NUMBER: the session ends while the report of a case is written. Whoever
// started this ends it when told to on the standard output, and says so on the standard input.

import assert from "node:assert/strict";
import { Browser } from "./support.mjs";

const [script, address, number] = process.argv.slice(2);
const WHO = "donghu.handler";
const parts = Array.from({ length: 8 }, (_, nth) => [`s${nth + 1}`, `第${nth + 1}部分：已核对，\n余款待结算。`]);

await Browser.with({ script: script === "on" }, async (browser) => {
  const person = await browser.signIn(address, WHO);
  await person.open(`/cases/${number}/report`);
  const { page } = person;
  const area = (name) => page.locator(`textarea[name=${name}]`);
  for (const [name, text] of parts.slice(0, 4)) await area(name).fill(text);
  if (script === "on") {
    await area("s4").blur();
    await person.sees("草稿已存");
    await page.reload();
    await person.sees("有未提交的草稿");
    for (const [name, text] of parts.slice(0, 4)) assert.equal(await area(name).inputValue(), text);
  }
  await told("end the session");
  for (const [name, text] of parts.slice(4)) await area(name).fill(text);
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "报送中院信访局" }).click()]);
  await person.sees("登录已过期");
  await person.sees("您填写的内容已存为草稿");
  await person.follow("重新登录");
  await person.fill("用户名", WHO);
  await person.fillPassword();
  await person.press("登录");
  assert.equal(new URL(page.url()).pathname, `/cases/${number}/report`);
  for (const [name, text] of parts) assert.equal(await area(name).inputValue(), text);
  await person.sees("当时登录已过期，没有提交");
  await person.press("报送中院信访局");
  await person.sees("已报送");
});
process.exit(0);

/** Waits until it was done. */
async function told(what) {
  const done = new Promise((resolve) => process.stdin.once("data", resolve));
  process.stdout.write(`${what}\n`);
  await done;
}
