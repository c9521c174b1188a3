// S19.
// node back.mjs ADDRESS NUMBER NAME: after signing out, the browser's way back leads to nothing that was
// read. The cache of whole pages, which the driver of the browser switches off, is on here.

import assert from "node:assert/strict";
import { Browser } from "./support.mjs";

const [address, number, name] = process.argv.slice(2);
const PAGES = ["/cases", `/cases/${number}`, `/cases/${number}/progress`, "/my"];
const launch = { ignoreDefaultArgs: ["--disable-back-forward-cache"] };

for (const script of [true, false]) {
  await Browser.with({ script, launch }, async (browser) => {
    const person = await browser.signIn(address, "donghu.handler");
    const { page } = person;
    let seen = 0;
    for (const path of PAGES) {
      await person.open(path);
      if ((await page.content()).includes(name)) seen += 1;
    }
    assert.ok(seen >= 3, `the name stands on ${seen} pages`);
    await page.locator("form[action='/logout']").first().evaluate((form) => form.submit());
    await page.waitForURL("**/login**");
    for (let steps = 0; steps < PAGES.length + 1; steps += 1) {
      await page.goBack({ waitUntil: "commit" }).catch(() => null);
      await holdsNothing(page, `${steps + 1} steps back`);
      await page.waitForLoadState();
      await holdsNothing(page, `${steps + 1} steps back, loaded`);
    }
    await page.goForward({ waitUntil: "load" }).catch(() => null);
    await holdsNothing(page, "forward again");
  });
}

/** The person stands nowhere on the page. The number may stand in what leads back after signing in. */
async function holdsNothing(page, where) {
  const [content, shown] = [await page.content(), await page.innerText("body")];
  assert.ok(!content.includes(name), `${where}, at ${page.url()}: ${name}`);
  assert.ok(!shown.includes(number), `${where}, at ${page.url()}: ${number}`);
}
