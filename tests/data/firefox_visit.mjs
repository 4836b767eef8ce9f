// node firefox_visit.mjs FIREFOX LIVE PICTURE: both pages in Firefox over WebDriver BiDi; JSON of
// what they show, say and ask for. Needs puppeteer-core, found by NODE_PATH.
import { createRequire } from "node:module";

const puppeteer = createRequire(import.meta.url)("puppeteer-core");
const [, , executablePath, live, picture] = process.argv;
// How long an answer may take on a machine that does other things, too.
const TIMEOUT = 150_000;
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true, protocolTimeout: 2 * TIMEOUT });

async function open(address) {
  const page = await browser.newPage(), said = [], asked = [];
  page.setDefaultTimeout(TIMEOUT);
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("request", (request) => asked.push(request.url()));
  await page.setViewport({ width: 1440, height: 900 });
  await page.goto(address);
  return { page, said, asked };
}

const count = (page, selector) => page.$$eval(selector, (found) => found.length);
const words = (page, selector) => page.$eval(selector, (found) => found.textContent);

async function ask(page, claim, verdict) {
  await page.$eval("#claim", (field, text) => { field.value = text; }, claim);
  await page.$eval("#ask", (form) => form.requestSubmit());
  const done = (wanted) => document.querySelector("#verdict h2")?.textContent.includes(wanted) && document.querySelector("#stop").hidden;
  await page.waitForFunction(done, {}, verdict);
}

const found = { version: await browser.version() };
try {
  const { page, said, asked } = await open(live);
  await page.waitForSelector(".links .spurious");
  found.first = [await words(page, "#verdict h2"), await count(page, ".links .spurious")];
  await ask(page, "dC/dw_1^2 = 2(o_1^2 - y_1) o_1^1", "Right");
  await ask(page, "dC/dw_1^1 = 2(o_1^2 - y_1)(i_1 w_4^2 + i_2 w_3^2 + i_4 w_2^2 + i_5 w_1^2)", "Wrong");
  found.sections = await count(page, "#derivation section");
  found.live = { said, asked };
  const drawn = await open(picture);
  await drawn.page.waitForSelector("[data-entry='w_1^1']");
  found.dashed = await count(drawn.page, ".links .spurious");
  found.path = await drawn.page.$$eval(".cell.path", (cells) => cells.map((cell) => cell.dataset.entry));
  await drawn.page.$eval("[data-entry='i_5']", (cell) => cell.focus());
  found.chosen = await drawn.page.$$eval(".cell.chosen", (cells) => cells.map((cell) => cell.dataset.entry));
  found.wide = await drawn.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  found.picture = { said: drawn.said, asked: drawn.asked };
} finally {
  await browser.close();
}
console.log(JSON.stringify(found));
