// The matrix: what its choices count and mark, that they are in the address, and how it prints.
import assert from "node:assert/strict";
import { everywhere, once } from "./harness.mjs";

const PATH = "Matrix/enterprise.html";

// Every cell as it is read: its state, technique and figures.
const cells = (page) =>
  page.$$eval(".matrix .cell", (items) =>
    items.map((item) => ({
      id: item.querySelector(".id").textContent,
      classes: item.className.split(" ").slice(1),
      marks: item.querySelector(":scope > .marks").textContent.replace(/\s+/g, " ").trim(),
    })),
  );
const heads = (page) => page.$$eval(".matrix .head p", (lines) => lines.map((line) => line.textContent));
const cell = async (page, id) => (await cells(page)).find((one) => one.id === id);
const shown = (page) => page.locator(".choices .shown").textContent();

everywhere("without a choice everything is as it was without scripts", { path: PATH }, async ({ page, base }) => {
  const counted = [await cells(page), await heads(page)];
  const plain = await page.context().browser().newContext({ javaScriptEnabled: false });
  const other = await plain.newPage();
  await other.goto(base + PATH);
  assert.equal(await other.locator("form.choices").count(), 0);
  assert.deepEqual(counted, [await cells(other), await heads(other)]);
  assert.ok(counted[0].length > 600, `${counted[0].length} cells`);
  await plain.close();
});

everywhere("a platform leaves out what it does not have, and is in the address", { path: PATH }, async ({ page }) => {
  const before = await cell(page, "T1547.001");
  assert.ok(!before.classes.includes("off"), JSON.stringify(before));
  await page.selectOption("select[name=platform]", "Linux");
  // Registry run keys are of Windows alone.
  const after = await cell(page, "T1547.001");
  assert.deepEqual([after.classes, after.marks], [["none", "off"], "no rules, no tests"]);
  assert.ok((await cell(page, "T1059.004")).classes.every((name) => name !== "off"));
  assert.match(page.url(), /\?platform=Linux$/);
  await page.reload();
  assert.equal(await page.locator("select[name=platform]").inputValue(), "Linux");
  assert.deepEqual(await cell(page, "T1547.001"), after);
  await page.locator(".choices .reset").click();
  await page.waitForFunction(() => !location.search);
  assert.deepEqual(await cell(page, "T1547.001"), before);
  assert.equal(await page.evaluate(() => document.activeElement.name), "platform");
});

everywhere("a group is marked with its gaps, from a link", { path: `${PATH}?group=g0069` }, async ({ page }) => {
  const all = await cells(page);
  const with_ = (name) => all.filter((one) => one.classes.includes(name));
  assert.ok(with_("used").length > 5 && with_("gap").length > 5, await shown(page));
  for (const one of with_("gap")) assert.match(one.marks, /no rules, no tests|^\d+ test/);
  assert.match(await shown(page), /^MuddyWater: \d+ techniques used · /);
  assert.equal(await page.locator("select[name=group]").inputValue(), "G0069");
  // Nothing is told by colour alone.
  assert.ok(with_("gap").every((one) => one.marks.endsWith("gap")), "the word is there");
});

everywhere("a group's page leads to its view", { path: "Groups/G0069.html" }, async ({ page }) => {
  await page.locator("#coverage a", { hasText: "Enterprise" }).click();
  await page.locator("form.choices").waitFor();
  assert.match(await shown(page), /^MuddyWater: /);
});

everywhere("levels are counted from one up, with the keyboard alone", { path: PATH }, async ({ page }) => {
  const rules = async () => (await cells(page)).filter((one) => /^\d+ rule/.test(one.marks)).length;
  const all = await rules();
  await page.locator("select[name=level]").focus();
  await page.keyboard.press("ArrowDown");
  const [grave, level] = [await rules(), await page.locator("select[name=level]").inputValue()];
  assert.ok(grave < all, `${level}: ${grave} of ${all}`);
  await page.keyboard.press("ArrowDown");
  assert.ok((await rules()) >= grave);
});

everywhere("what an address asks for and there is not is left alone", { path: `${PATH}?group=G9999&level=%3Cb%3E&x=y` }, async ({ page }) => {
  assert.match(await shown(page), /^[\d,]+ techniques · /);
});

once("the whole of it prints on one page", { path: `${PATH}?group=G0069` }, async ({ page }) => {
  const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
  assert.equal(pdf.match(/\/Type\s*\/Page\b(?!s)/g).length, 1);
});
