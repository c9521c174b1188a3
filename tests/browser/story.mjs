// node story.mjs on|off ADDRESS…: the story with script or without, one address for each moment.

import { story } from "./petition.mjs";
import { Browser } from "./support.mjs";

const [script, ...addresses] = process.argv.slice(2);
await Browser.with({ script: script === "on" }, (browser) => story(browser, addresses));
