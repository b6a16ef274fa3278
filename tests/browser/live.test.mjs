// Pages that `purplebook serve` shows follow the content, and list what is wrong with it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";

import { STILL, launch } from "./harness.mjs";

const AXE = readFileSync(createRequire(join(process.env.BROWSER_HOME, "package.json")).resolve("axe-core/axe.min.js"), "utf8");

const rule = (title, more = "") => `title: ${title}
id: 5ae7a9f2-9d0a-4d1c-9f3c-111111111111
status: test
description: ${Array.from({ length: 200 }, (_, i) => `word${i} `).join("")}
author: a
date: 2026-01-01
level: low
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        Image|endswith: '\\x.exe'
        CommandLine|contains:
${Array.from({ length: 60 }, (_, i) => `            - value${i}`).join("\n")}
    condition: selection
${more}`;

let browser, folder, program, url;
const write = (path, text) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "purplebook-live-"));
  write("purplebook.toml", '[site]\ntitle = "Live"\ntheme = "theme"\n');
  write("theme/static/extra.css", "");
  write("content/rules/a.yml", rule("First title"));
  write("content/pages/notes.md", "# Notes\n");
  program = spawn(process.env.PURPLEBOOK, ["serve", "--port", "0"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: program.stdout })) {
    url = /^Serving at (\S+)/.exec(line)?.[1];
    if (url) break;
  }
  program.stdout.resume();
});
after(async () => {
  await browser?.close();
  program?.kill();
  rmSync(folder, { recursive: true, force: true });
});

const look = (name, path, body, options = {}) => test(name, async () => {
  const window = await browser.newContext({ ...STILL, viewport: { width: 1000, height: 500 }, ...options });
  try {
    const page = await window.newPage();
    page.setDefaultTimeout(60_000);
    const wrong = [];
    page.on("pageerror", (error) => wrong.push(error.stack));
    page.on("dialog", (dialog) => wrong.push(`shows ${dialog.message()}`));
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
    page.on("request", (request) => request.url().startsWith(url) || wrong.push(`asks for ${request.url()}`));
    await page.goto(url + path);
    // Whoever loads the page again loses this.
    await page.evaluate(() => { globalThis.before = true; });
    await body(page);
    assert.deepEqual(wrong, []);
  } finally {
    await window.close();
    // The next test begins with a site that has nothing wrong, whatever became of this one.
    write("content/rules/a.yml", rule("Third title"));
    for (const file of ["static/style.css", "templates/page.html"]) rmSync(join(folder, "theme", file), { force: true });
  }
});

const overlay = (page) => page.locator("purplebook-live");

look("a page loads again when it has changed, and stays where it was", "Detection_Rules/a.html", async (page) => {
  await page.evaluate(() => scrollTo({ top: 700, behavior: "instant" }));
  const scrolled = await page.evaluate(() => scrollY);
  assert.ok(scrolled > 300, `the page is too short to scroll: ${scrolled}`);
  write("content/rules/a.yml", rule("Second title"));
  await page.waitForFunction(() => document.querySelector("h1").textContent.includes("Second title"));
  await page.waitForFunction((y) => Math.abs(scrollY - y) < 50, scrolled);
  assert.equal(await page.evaluate(() => globalThis.before), undefined);
});

look("a page that says nothing of what has changed is left alone", "notes.html", async (page) => {
  write("content/rules/a.yml", rule("Third title", "falsepositives: [unlikely]\n").replace("condition: selection", "condition: selektion"));
  // It has heard of the edit: what is wrong is listed.
  await overlay(page).getByText("PB", { exact: false }).first().waitFor();
  assert.equal(await page.evaluate(() => globalThis.before), true);
  write("content/rules/a.yml", rule("Third title"));
  await overlay(page).waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => globalThis.before), true);
});

look("a style sheet that has changed is seen", "notes.html", async (page) => {
  write("theme/static/style.css", "h1 { color: rgb(1, 2, 3) }");
  await page.waitForFunction(() => getComputedStyle(document.querySelector("h1")).color === "rgb(1, 2, 3)");
  rmSync(join(folder, "theme/static/style.css"));
  await page.waitForFunction(() => getComputedStyle(document.querySelector("h1")).color !== "rgb(1, 2, 3)");
});

look("findings are text, and can be hidden", "notes.html", async (page) => {
  const hostile = "<img src=x onerror=alert(1)>";
  write("content/rules/a.yml", rule("Third title").replace("condition: selection", `condition: "${hostile}"`));
  const panel = overlay(page).locator(".panel");
  await panel.waitFor();
  await panel.getByText(`condition: "${hostile}"`).waitFor();
  assert.equal(await overlay(page).locator("img").count(), 0);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    // The promises of all pages hold of what is laid over them.
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"], preload: false }));
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)]), []);
  }
  const badge = overlay(page).locator(".badge");
  await badge.focus();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "hidden" });
  assert.equal(await badge.getAttribute("aria-expanded"), "false");
  // Hidden is hidden on the next page, too, until there is something new.
  await page.goto(`${url}index.html`);
  await badge.waitFor();
  assert.equal(await panel.isHidden(), true);
  await badge.click();
  assert.equal(await panel.isVisible(), true);
  write("content/rules/a.yml", rule("Third title"));
  await overlay(page).waitFor({ state: "detached" });
});

look("why there is no new site is said on the last one", "notes.html", async (page) => {
  write("theme/templates/page.html", "{% if %}");
  await overlay(page).getByText("theme templates:").waitFor();
  assert.equal(await overlay(page).locator(".badge").textContent(), "The site could not be built");
  assert.equal(await page.locator("h1").textContent(), "Notes");
  rmSync(join(folder, "theme/templates/page.html"));
  await overlay(page).waitFor({ state: "detached" });
}, { viewport: { width: 320, height: 600 } });
