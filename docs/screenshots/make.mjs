// node make.mjs SITE FOLDER: pictures of the pages below, as WebP; see the script `make` beside this.
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const { chromium } = createRequire(join(process.env.BROWSER_HOME, "package.json"))("playwright-core");
const [site, folder] = process.argv.slice(2);

const PAGES = {
  home: ["index.html"],
  search: ["index.html", (page) => search(page, "muddy")],
  matrix: ["Matrix/enterprise.html?group=G0069", (page) => page.waitForSelector(".choices")],
  coverage: ["Matrix/coverage.html"],
  rules: ["Detection_Rules/index.html"],
  rule: ["Detection_Rules/proc_creation_win_cmstp_child_process.html"],
  queries: ["Detection_Rules/proc_creation_win_cmstp_child_process.html#queries"],
  technique: ["Techniques/T1059.001.html"],
  group: ["Groups/G0069.html"],
  "data-needed": ["Data_Needed/DN_0001_4688_windows_process_creation.html"],
  trigger: ["Triggers/T1059.001.html"],
  playbook: ["Response_Playbooks/RP_1001_proxy_execution_on_windows.html"],
};
const SCREENS = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

const search = async (page, words) => {
  await page.keyboard.press("/");
  await page.fill("dialog.search input", words);
  await page.waitForSelector("dialog.search [role=option]");
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
// A canvas of the browser writes WebP, a quarter of what the same picture has as PNG.
const encoder = await (await browser.newContext()).newPage();
const webp = (png) =>
  encoder.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.85).split(",")[1];
  }, png.toString("base64"));

for (const [name, [path, prepare]] of Object.entries(PAGES)) {
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
      const page = await context.newPage();
      await page.goto(`${pathToFileURL(resolve(site))}/${path}`);
      await prepare?.(page);
      await page.waitForTimeout(200);
      const file = join(folder, `${name}-${screen}-${colorScheme}.webp`);
      await writeFile(file, Buffer.from(await webp(await page.screenshot()), "base64"));
      await context.close();
    }
  }
}
await browser.close();
