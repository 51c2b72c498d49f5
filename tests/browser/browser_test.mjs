// Opens each page in both themes, wide and narrow: no error, nothing loaded, nothing beyond the
// margin; every check opens; a curve says its value where the pointer is; a hostile result runs
// nothing; and without scripts the page still reads.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [program, withLibrary, withoutLibrary] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });

async function open(file, options, look) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const troubles = [];
  page.on("console", (said) => { if (said.type() === "error") troubles.push(said.text()); });
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("dialog", (dialog) => { troubles.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    if (request.url() !== `file://${file}`) troubles.push(`loads ${request.url()}`);
  });
  await page.goto(`file://${file}`);
  await look(page);
  assert.deepEqual(troubles, [], file);
  await context.close();
}

async function everyCheckOpens(page) {
  await page.click("button[data-open=none]");
  for (const check of await page.locator("details.check").all()) {
    await check.locator("> summary").click();
    assert.ok(await check.locator("> .story").isVisible());
  }
}

async function nothingIsCutOff(page) {
  const beyond = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(beyond <= 0, `${page.url()} is ${beyond} px wider than its window`);
}

async function curveSaysItsValue(page) {
  const over = page.locator(".u-over").first();
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  await page.mouse.move(box.x + box.width * 0.9, box.y + box.height / 2);
  const value = page.locator(".u-series .u-value").nth(1);
  assert.match(await value.innerText(), /^[0-9.]+$/);
}

async function pictureIsThere(page) {
  assert.ok(await page.locator("svg.chart").first().isVisible());
}

const folders = [[withLibrary, true], [withoutLibrary, false]];
for (const [folder, library] of folders) {
  for (const name of readdirSync(folder)) {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [1280, 400]) {
        const options = { colorScheme, viewport: { width, height: 900 } };
        await open(`${folder}/${name}`, options, async (page) => {
          await everyCheckOpens(page);
          await nothingIsCutOff(page);
          if (name !== "sample.html") return;
          await (library ? curveSaysItsValue(page) : pictureIsThere(page));
        });
      }
    }
    await open(`${folder}/${name}`, { javaScriptEnabled: false }, async (page) => {
      assert.ok(await page.locator("details.check > summary").first().isVisible());
    });
    console.log(`ok ${folder}/${name}`);
  }
}
await browser.close();
