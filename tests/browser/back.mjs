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

/** Neither the case nor the person stands on the page, in what it holds or in what it shows. */
async function holdsNothing(page, where) {
  const content = await page.content();
  for (const text of [number, name]) {
    assert.ok(!content.includes(text), `${where}, at ${page.url()}: ${text}`);
  }
}
