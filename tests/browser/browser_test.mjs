// Opens each page in both themes, wide and narrow: no error, nothing loaded, nothing beyond the
// margin; every check opens, by the pointer and by the keyboard; a curve says its value where the
// pointer is, and is a picture on paper; hostile texts run nothing; and without scripts the page
// still reads.
import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { chromium } from "playwright-core";

const [program, withLibrary, withoutLibrary] = process.argv.slice(2);
const mostBytes = 1 << 20;
const mostTabs = 60; // until the keyboard has come to a check
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
  for (const check of await page.locator("details:not(.numbers)").all()) {
    await check.locator("> summary").click();
    assert.ok(await check.locator("> :nth-child(2)").isVisible());
  }
}

async function keyboardOpensOne(page) {
  await page.click("button[data-open=none]");
  for (let i = 0; i < mostTabs; ++i) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement.tagName === "SUMMARY")) break;
  }
  await page.keyboard.press("Enter");
  assert.ok(await page.evaluate(() => document.activeElement.closest("details").open));
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

// On paper there is no pointer: the picture that needs no script comes back.
async function printsPictures(page) {
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("svg.chart").first().isVisible());
  assert.ok(!(await page.locator(".uplot").first().isVisible()));
  await page.emulateMedia({ media: "screen" });
}

async function pictureIsThere(page) {
  assert.ok(await page.locator("svg.chart").first().isVisible());
}

const folders = [[withLibrary, true], [withoutLibrary, false]];
for (const [folder, library] of folders) {
  for (const name of readdirSync(folder)) {
    assert.ok(statSync(`${folder}/${name}`).size <= mostBytes, `${name} is too large`);
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [1280, 400]) {
        const options = { colorScheme, viewport: { width, height: 900 } };
        await open(`${folder}/${name}`, options, async (page) => {
          if (await page.locator("details").count() > 0) await keyboardOpensOne(page);
          await everyCheckOpens(page);
          await nothingIsCutOff(page);
          if (name !== "run.html" && name !== "load.html") return;
          await (library ? curveSaysItsValue(page) : pictureIsThere(page));
          if (library) await printsPictures(page);
        });
      }
    }
    await open(`${folder}/${name}`, { javaScriptEnabled: false }, async (page) => {
      assert.ok(await page.locator("h1, h2, details.check > summary").last().isVisible());
    });
    console.log(`ok ${folder}/${name}`);
  }
}
await browser.close();
