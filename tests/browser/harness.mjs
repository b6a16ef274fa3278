// What every test in a browser needs: the browser, the sites to look at, and the promises all pages
// keep. `tests/browser.rs` builds the sites and runs the files `NAME.test.mjs` here with:
//
//   SITES         the folder with the sites `example`, `console`, `hostile` and, where the corpora are, `corpus`
//   BROWSER_HOME  where `install` has put playwright-core
//   CHROMIUM      the browser
//   PURPLEBOOK    the program
//
// A new file of tests needs `everywhere`, and a line in `tests/browser.rs`.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

export const { chromium } = createRequire(join(process.env.BROWSER_HOME, "package.json"))("playwright-core");

export const has = (site) => existsSync(join(process.env.SITES, site));
export const folder = (site) => join(process.env.SITES, site);

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css", ".svg": "image/svg+xml", ".md": "text/markdown; charset=utf-8" };

// Sites as a host for projects' pages shows them: below a folder, and nothing beside it.
const serve = async (request, response) => {
  const [, prefix, site, ...rest] = decodeURIComponent(new URL(request.url, "http://localhost").pathname).split("/");
  const path = normalize(rest.join("/") || "index.html");
  try {
    if (prefix !== "repo" || path.startsWith("..")) throw new Error("not below the site");
    const bytes = await readFile(join(folder(site), path));
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", "x-content-type-options": "nosniff" });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
};

// Colours that are on their way to others are neither: what is looked at then depends on how busy
// the machine is.
export const STILL = { reducedMotion: "reduce" };

export const launch = () => {
  const root = process.getuid?.() === 0;
  return chromium.launch({ executablePath: process.env.CHROMIUM, args: root ? ["--no-sandbox"] : [] });
};

let browser, server;
before(async () => {
  browser = await launch();
  server = createServer(serve);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
});
after(async () => {
  await browser?.close();
  server?.close();
});

const bases = {
  "from disk": (site) => `${pathToFileURL(folder(site))}/`,
  "below a path of a server": (site) => `http://127.0.0.1:${server.address().port}/repo/${site}/`,
};

const look = async (address, { site = "example", path = "index.html", scripts = true, ...context }, body) => {
  const base = address(site);
  const window = await browser.newContext({ ...STILL, viewport: { width: 1280, height: 800 }, ...context });
  try {
    const page = await window.newPage();
    const requests = [];
    const wrong = [];
    page.on("request", (request) => {
      requests.push(request.url());
      if (!request.url().startsWith(base)) wrong.push(`asks for ${request.url()}`);
    });
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText;
      // Whoever leaves a page does not wait for its icon.
      if (why !== "net::ERR_ABORTED") wrong.push(`${request.url()}: ${why}`);
    });
    page.on("response", (response) => response.status() >= 400 && wrong.push(`${response.url()}: ${response.status()}`));
    page.on("pageerror", (error) => wrong.push(error.stack));
    page.on("dialog", (dialog) => wrong.push(`shows ${dialog.message()}`));
    // Violations of the Content Security Policy are told here, too.
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
    // Not switched off: what looks at the page may be a script, too.
    if (!scripts) await page.route(/\.js(\?|$)/, (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
    await page.goto(base + path);
    await body({ page, base, requests });
    assert.deepEqual(wrong, [], "the page keeps to its own files and has no errors");
  } finally {
    await window.close();
  }
};

// A test of a page, opened from disk and from a server. `options`: `site`, `path`, whether the page has
// its `scripts`, and those of a browser context (`viewport`, `colorScheme`, `javaScriptEnabled` …).
// `body` gets the `page`, the `base` address of the site, and the `requests` made so far. Fails,
// whatever `body` says, if the page asks for anything outside the site, for something that is not
// there, or breaks its own policy.
export const everywhere = (name, options, body) => {
  for (const [where, address] of Object.entries(bases)) test(`${name}, ${where}`, () => look(address, options, body));
};

// The same where it does not matter which of the two.
export const once = (name, options, body) => test(name, () => look(bases["from disk"], options, body));
