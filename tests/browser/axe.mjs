// The story of a petition: from the hall to the bulletin that a base court reads.
// node story.mjs on|off ADDRESS…, one address for each moment of the story.

import { Browser } from "./support.mjs";

export async function story(browser, addresses, look = async () => {}) {
  const clerk = await browser.signIn(addresses[0], "donghu.clerk");
  console.log(clerk.page.url(), await clerk.page.context().cookies());
}

const [script, ...addresses] = process.argv.slice(2);
await Browser.with({ script: script === "on" }, (browser) => story(browser, addresses));
