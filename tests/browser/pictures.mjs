// node pictures.mjs ADDRESS: takes the README's pictures of a running `anjie demo`.

import { Browser } from "./support.mjs";

const [address] = process.argv.slice(2);
const FOLDER = new URL("../../.readme/", import.meta.url).pathname;
const PICTURES = [
  ["intake", "donghu.clerk", (person) => person.open("/visits/new")],
  ["my", "donghu.handler", (person) => person.open("/my")],
  ["case", "donghu.handler", async (person) => {
    await person.open("/cases");
    await person.page.locator("table a[href^='/cases/XF']").first().click();
    await person.page.waitForURL(/\/cases\/XF/);
  }],
  ["bulletin", "zhongyuan.bureau", async (person) => {
    await person.open("/bulletins");
    await person.page.locator("main a[href^='/bulletins/']").first().click();
    await person.page.waitForURL(/\/bulletins\/\d/);
  }],
];

await Browser.with({}, async (browser) => {
  for (const [name, username, go] of PICTURES) {
    const person = await browser.signIn(address, username);
    await go(person);
    await person.page.screenshot({ path: `${FOLDER}${name}.png` });
    await person.leave();
  }
});
