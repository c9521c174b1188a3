// What the scripts of this folder share: a browser, people who sign in, and what they do on a page,
// told in the words that the page shows.

import { chromium } from "playwright-core";

const PASSWORD = process.env.ANJIE_PASSWORD ?? "yunzhou-2026";
const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
// The sandbox needs rights that containers and root don't have; the rest keeps it off the network.
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
// For each step; the machine may be busy with other tests.
const PATIENCE = 30_000;

/** A browser at the courts: their language, time zone and screens, with or without script. */
export class Browser {
  #browser;
  #options;

  constructor(browser, options) {
    this.#browser = browser;
    this.#options = options;
  }

  /** Runs what is to be done in a browser and closes it whatever happens. */
  static async with({ script = true, launch = {}, ...options }, work) {
    const browser = await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS, ...launch });
    try {
      await work(new Browser(browser, {
        javaScriptEnabled: script,
        locale: "zh-CN",
        timezoneId: "Asia/Shanghai",
        viewport: { width: 1366, height: 768 },
        ...options,
      }));
    } finally {
      await browser.close();
    }
  }

  /** Signs someone in through the page, with cookies of their own. */
  async signIn(address, username) {
    const context = await this.#browser.newContext({ ...this.#options, baseURL: address });
    const person = new Person(await context.newPage(), address, this.#options.javaScriptEnabled);
    await person.open("/login");
    await person.fill("用户名", username);
    await person.fillPassword();
    await person.press("登录");
    return person;
  }
}

/** Someone at a page. Whatever they do fails with what the page says, not with a time-out alone. */
export class Person {
  /** Faults that no person would see: refused by the content policy, thrown by a script. */
  #faults = [];

  constructor(page, address, script) {
    this.page = page;
    this.script = script;
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => this.#faults.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy/.test(message.text())) this.#faults.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(address)) this.#faults.push(`asked ${request.url()}`);
    });
  }

  async open(path) {
    await this.#arrive(await this.page.goto(path), `GET ${path}`);
  }

  /** Presses a button that sends its form, and fails unless the act succeeded. */
  async press(name) {
    const response = await this.#go(this.page.getByRole("button", { name: exactly(name) }), name);
    if (response.request().redirectedFrom() === null && response.request().method() === "POST") {
      await this.#refuse(`pressing ${name} was refused`);
    }
  }

  /** Presses a button that leads to a further page of the same form. */
  async advance(name) {
    await this.#go(this.page.getByRole("button", { name: exactly(name) }), name);
  }

  /** Follows the first link whose name begins like this. */
  async follow(name) {
    await this.#go(this.page.getByRole("link", { name: starting(name) }).first(), name);
  }

  /** Opens a link beside the page with script, in its place without. */
  async openBeside(link, title) {
    if (!this.script) return void await this.#go(link, title);
    await this.#try(`open ${title}`, () => link.click());
    await this.sees(title);
  }

  async fill(label, text) {
    await this.#try(`fill ${label}`, () => this.field(label).fill(text));
  }

  /** Takes the option that bears these words, of a list or of what is suggested while typing. */
  async select(label, words) {
    await this.#try(`select ${words} as ${label}`, async () => {
      const field = this.field(label);
      const list = await field.getAttribute("list");
      const value = list
        ? await this.page.locator(`[id="${list}"] option[value*="${words}"]`).first().getAttribute("value")
        : await field.locator("option", { hasText: words }).first().getAttribute("value");
      await (list ? field.fill(value) : field.selectOption(value));
    });
  }

  /** Takes the radio whose label begins like this. */
  async choose(legend, option) {
    const group = this.page.getByRole("group", { name: beginning(legend) });
    const radio = group.getByRole("radio", { name: starting(option) });
    // The box itself is drawn over by its label.
    await this.#try(`choose ${legend}`, () => radio.check({ force: true }));
  }

  async attach(label, name) {
    const file = { name, mimeType: "application/pdf", buffer: Buffer.from(PDF) };
    await this.#try(`attach ${label}`, () => this.field(label).setInputFiles(file));
  }

  async sees(text) {
    await this.#try(`see ${text}`, () => this.page.getByText(text).first().waitFor());
  }

  async tick(label) {
    await this.#try(`tick ${label}`, () => this.field(label).check({ force: true }));
  }

  /** Writes into every long text that is needed and still empty. */
  async fillRest(text) {
    for (const area of await this.page.locator("textarea[data-needed]").all()) {
      if ((await area.inputValue()).trim() === "") await area.fill(text);
    }
  }

  async fillPassword() {
    await this.fill("密码", PASSWORD);
  }

  /** The first place on the page where something of this form is written. */
  async finds(form) {
    const found = form.exec(await this.page.locator("main").innerText());
    if (found === null) await this.#refuse(`nothing like ${form} stands there`);
    return found[0];
  }

  field(label) {
    return this.page.getByLabel(beginning(label)).and(this.page.locator("input,select,textarea"));
  }

  async leave() {
    await this.page.context().close();
  }

  async #go(control, name) {
    const [response] = await this.#try(`press ${name}`, () => Promise.all([
      this.page.waitForNavigation(),
      control.click(),
    ]));
    await this.#arrive(response, name);
    return response;
  }

  async #arrive(response, what) {
    if (response !== null && response.status() >= 400) {
      await this.#refuse(`${what} was answered ${response.status()}`);
    }
    if (this.#faults.length > 0) throw new Error(`${what}: ${this.#faults.join("\n")}`);
  }

  async #try(what, act) {
    try {
      return await act();
    } catch (error) {
      throw new Error(`could not ${what} at ${this.page.url()}: ${await this.#said()}`, { cause: error });
    }
  }

  async #refuse(what) {
    throw new Error(`${what} at ${this.page.url()}: ${await this.#said()}`);
  }

  async #said() {
    const problems = await this.page.locator("[data-problem]").allTextContents();
    const main = problems.length > 0 ? problems.join(" ") : await this.page.locator("main").innerText();
    return main.slice(0, 1000);
  }
}

/** The smallest file that is a PDF by its first bytes. */
const PDF = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
  + "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
  + "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

function exactly(text) {
  return new RegExp(`^\\s*${escape(text)}\\s*$`);
}

function starting(text) {
  return new RegExp(`^\\s*${escape(text)}`);
}

/** A label, which may say 选填 after its name. */
function beginning(text) {
  return new RegExp(`^\\s*${escape(text)}\\s*(选填)?\\s*$`);
}

function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
