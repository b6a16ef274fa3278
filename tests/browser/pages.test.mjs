// All kinds of pages: readable by everybody at every width, in light and dark, with and without
// scripts; and the small things scripts add: tabs, copying, the theme, filters of tables.
//
// Each kind is looked at in one of the twelve ways there are, taken in turn; in all of them with
// ALL_WAYS=1, which takes half an hour.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { everywhere, folder, once } from "./harness.mjs";

const require = createRequire(join(process.env.BROWSER_HOME, "package.json"));
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const KINDS = {
  home: "index.html",
  index: "Detection_Rules/index.html",
  matrix: "Matrix/enterprise.html",
  coverage: "Matrix/coverage.html",
  downloads: "exports/index.html",
  credits: "credits.html",
  free: "conventions.html",
  rule: "Detection_Rules/proc_creation_win_cmstp_child_process.html",
  "data-needed": "Data_Needed/DN_0001_4688_windows_process_creation.html",
  "logging-policy": "Logging_Policies/LP_0001_windows_audit_process_creation.html",
  enrichment: "Enrichments/EN_1001_cache_sysmon_process_creation.html",
  trigger: "Triggers/T1059.001.html",
  "response-action": "Response_Actions/RA_3151_isolate_endpoint.html",
  "response-playbook": "Response_Playbooks/RP_1001_proxy_execution_on_windows.html",
  "response-stage": "Response_Stages/RS0001.html",
  "mitigation-system": "Mitigation_Systems/MS_1001_microsoft_defender_antivirus.html",
  "mitigation-policy": "Mitigation_Policies/MP_1001_windows_asr_block_credential_theft_from_lsass.html",
  "hardening-policy": "Hardening_Policies/HP_1001_windows_lsass_as_protected_process.html",
  "use-case": "Use_Cases/UC_1001_proxy_execution_by_signed_programs.html",
  customer: "Customers/CU_1001_workplaces.html",
  tactic: "Tactics/TA0002.html",
  technique: "Techniques/T1059.001.html",
  group: "Groups/G0069.html",
  software: "Software/S0002.html",
  mitigation: "Mitigations/M1042.html",
  "data-component": "Data_Components/DC0032.html",
  campaign: "Campaigns/C0001.html",
};
const RULE = KINDS.rule;

const violations = async (page) => {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"], preload: false });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
  });
};

// The class of a page is its kind, so one that is missing above is a kind nobody looked at.
once("every kind of page has its row", {}, async () => {
  const found = new Set();
  for (const file of readdirSync(folder("example"), { recursive: true }).filter((name) => name.endsWith(".html"))) {
    const [, kind] = readFileSync(join(folder("example"), file), "utf8").match(/<body class="kind-([a-z-]+)"/) ?? [];
    if (kind) found.add(kind);
  }
  // Its addresses begin at the root of a host, so it cannot be opened from a disk.
  found.delete("not-found");
  assert.deepEqual([...found].sort(), Object.keys(KINDS).sort());
});

const WAYS = [true, false].flatMap((scripts) =>
  ["light", "dark"].flatMap((colorScheme) => [320, 768, 1280].map((width) => ({ scripts, colorScheme, viewport: { width, height: 900 } }))),
);

Object.entries(KINDS).forEach(([kind, path], number) => {
  // With scripts and without, light and dark, all widths: each comes up with two kinds or more, for seven
  // and the number of ways have no divisor.
  const some = [WAYS[(number * 7) % WAYS.length]];
  const ways = (process.env.ALL_WAYS ? WAYS : some).map((way) => ({ site: "example", ...way }));
  // Another theme has the same content, and a look of its own: most colours stand on the matrix.
  const turn = number % 3 ? [] : [WAYS[(number / 3) % 12]];
  const other = process.env.ALL_WAYS ? WAYS : kind === "matrix" ? [WAYS[2], WAYS[5]] : turn;
  for (const way of [...ways, ...other.map((way) => ({ site: "console", ...way }))]) {
    const how = `${way.site}, ${way.colorScheme}, ${way.viewport.width} px, with${way.scripts ? "" : "out"} scripts`;
    once(`a page of the kind ${kind} is accessible and fits: ${how}`, { path, ...way }, async ({ page }) => {
      assert.deepEqual(await violations(page), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} px too wide`);
    });
  }
});

everywhere("queries are tabs, moved through by arrows, and the choice holds on other pages", { path: RULE }, async ({ page, base }) => {
  const tabs = page.locator(".queries [role=tab]");
  assert.ok((await tabs.count()) > 2);
  const panels = () => page.locator(".queries > .query:visible").count();
  assert.equal(await panels(), 1);
  await tabs.first().focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await tabs.nth(1).getAttribute("aria-selected"), "true");
  assert.equal(await panels(), 1);
  const chosen = await page.locator(".queries > .query:visible").getAttribute("data-query");
  await page.goto(`${base}${RULE}`);
  assert.equal(await page.locator(".queries > .query:visible").getAttribute("data-query"), chosen);
  await page.keyboard.press("Tab");
});

everywhere("what is copied is what is shown", { path: RULE, permissions: ["clipboard-read", "clipboard-write"] }, async ({ page }) => {
  const figure = page.locator(".queries > .query:visible figure").first();
  const text = await figure.locator("code").textContent();
  await figure.locator("button.copy").click();
  await figure.getByText("Copied").first().waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
});

everywhere("the theme is switched, and stays so", { colorScheme: "light" }, async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.locator("button.theme").click();
  const dark = await ground();
  assert.notEqual(light, dark);
  await page.reload();
  assert.equal(await ground(), dark);
});

everywhere("a long table is filtered and sorted", { path: "Techniques/index.html" }, async ({ page }) => {
  const rows = () => page.locator("#all tbody tr:visible").count();
  const all = await rows();
  await page.fill("#all input[type=search], .filter input", "powershell");
  await page.waitForFunction((before) => document.querySelectorAll("#all tbody tr:not([hidden])").length < before, all);
  assert.ok((await rows()) > 0);
  await page.fill(".filter input", "");
  const sort = page.locator("#all th button.sort").first();
  await sort.click();
  assert.equal(await page.locator("#all th").first().getAttribute("aria-sort"), "ascending");
});

everywhere("the keyboard reaches the content and the menu of a small screen", { viewport: { width: 390, height: 800 } }, async ({ page }) => {
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "pb-main");
  await page.locator("button.menu").click();
  assert.ok(await page.locator("#pb-nav a", { hasText: "Matrix" }).isVisible());
  await page.keyboard.press("Escape");
  assert.ok(!(await page.locator("#pb-nav a", { hasText: "Matrix" }).isVisible()));
});

everywhere("a list is narrowed by its columns, and the choice is in the address", { path: KINDS.index }, async ({ page }) => {
  const shown = () => page.locator("#all tbody tr:visible").count();
  const all = await shown();
  const level = page.locator(".filter label", { hasText: "Level" }).locator("select");
  await level.selectOption("high");
  await page.waitForURL(/level=high/);
  const high = await shown();
  assert.ok(high > 0 && high < all, `${high} of ${all}`);
  const levels = await page.locator("#all tbody tr:visible td:nth-child(2)").allTextContents();
  assert.deepEqual([...new Set(levels)], ["high"]);
  await page.reload();
  assert.equal(await shown(), high);
  // A tactic is one of several values of a cell.
  await page.locator(".filter label", { hasText: "Tactics" }).locator("select").selectOption("Execution");
  await page.waitForURL(/tactics=Execution/);
  const both = await shown();
  assert.ok(both > 0 && both < high, `${both} of ${high}`);
  await page.fill(".filter input", "no rule has these words");
  await page.getByText(`0 of ${all}`).waitFor();
});

everywhere("commands follow what is written for their inputs", { path: KINDS.trigger }, async ({ page }) => {
  const input = page.locator("section[id$='-inputs'] input.input").first();
  const figure = page.locator("figure[data-template]").first();
  const before = await figure.locator("code").textContent();
  const value = await input.inputValue();
  assert.ok(before.includes(value), `${value} is filled in: ${before}`);
  await input.fill("<changed> $& #{x}");
  const after = await figure.locator("code").textContent();
  assert.equal(after, before.replaceAll(value, () => "<changed> $& #{x}"));
  await input.fill("");
  assert.equal(await figure.locator("code").textContent(), before);
});
