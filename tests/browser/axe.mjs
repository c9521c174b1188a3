// node axe.mjs ADDRESS…: tells the story and lets axe look at each main page on the way, on a wide
// screen and on a phone's, neither of which a page may be wider than. Nothing that it finds is forgiven.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { story } from "./petition.mjs";
import { Browser } from "./support.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SCREENS = [{ width: 1366, height: 768 }, { width: 390, height: 844 }];

const found = new Set();
const seen = new Set();

async function look({ page }, name) {
  seen.add(name);
  for (const screen of SCREENS) {
    await page.setViewportSize(screen);
    // Through the debugger, which the content policy doesn't bind.
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(
      (rules) => axe.run(document, { runOnly: rules, resultTypes: ["violations"] }),
      RULES,
    );
    if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)) {
      found.add(`${name}, ${screen.width} wide: the page is wider than the screen`);
    }
    for (const { id, help, nodes } of violations) {
      const where = nodes.map((node) => node.html.slice(0, 160)).join("\n    ");
      found.add(`${name}, ${screen.width} wide: ${id} (${help})\n    ${where}`);
    }
  }
  await page.setViewportSize(SCREENS[0]);
}

await Browser.with({}, (browser) => story(browser, process.argv.slice(2), look));
console.log(`axe looked at ${[...seen].join(", ")}`);
if (found.size > 0) {
  console.error([...found].join("\n"));
  process.exitCode = 1;
}
