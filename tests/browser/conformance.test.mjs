// Whether pages keep to the standards: HTML by the checker of the W3C and WHATWG (vnu) and by
// html-validate; accessibility, best practices, search engines and speed by Lighthouse.
//
// In the gate a sample of each site is looked at: a page of each kind, those with most bytes, and
// some of the others. ALL_PAGES=1 looks at every page, which takes a quarter of an hour.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { extname, join, normalize, sep } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import { chromium, folder, has } from "./harness.mjs";

const installed = createRequire(join(process.env.BROWSER_HOME, "package.json"));
const load = (name) => import(pathToFileURL(installed.resolve(name)));
const run = promisify(execFile);

const SITES = ["example", "hostile", "console", "corpus"].filter(has);
const REST = 25;
const PROCESSORS = availableParallelism();

const pagesOf = (site) =>
  readdirSync(folder(site), { recursive: true })
    .filter((name) => name.endsWith(".html"))
    .map((name) => name.split(sep).join("/"))
    .sort();

const bytes = (site, name) => statSync(join(folder(site), name)).size;

// A page of each kind, the largest, and so many of the others, spread over all.
const some = (site) => {
  const all = pagesOf(site);
  if (process.env.ALL_PAGES) return all;
  const kinds = new Map();
  for (const name of all) {
    const [, kind] = readFileSync(join(folder(site), name), "utf8").match(/<body class="kind-([a-z-]+)"/) ?? [];
    if (!kinds.has(kind)) kinds.set(kind, name);
  }
  const largest = [...all].sort((a, b) => bytes(site, b) - bytes(site, a)).slice(0, 3);
  const step = Math.max(1, Math.floor(all.length / REST));
  return [...new Set([...kinds.values(), ...largest, ...all.filter((_, i) => i % step === 0)])].sort();
};

// As many files for a command as its line may hold.
const portions = (files, size = 500) => Array.from({ length: Math.ceil(files.length / size) }, (_, i) => files.slice(i * size, (i + 1) * size));

for (const site of SITES) {
  test(`vnu finds no error in the HTML of ${site}`, async () => {
    const files = some(site);
    const jar = join(installed.resolve("vnu-jar/package.json"), "../build/dist/vnu.jar");
    const found = [];
    const work = portions(files);
    const judge = async () => {
      const names = work.shift();
      if (!names) return;
      const { stdout, stderr } = await run("java", ["-Xss8m", "-jar", jar, "--exit-zero-always", "--format", "json", ...names], {
        cwd: folder(site),
        maxBuffer: 1 << 28,
      });
      for (const { type, url, lastLine, message } of JSON.parse(stderr || stdout).messages) {
        // Notes are no errors. Those on the policy's `'self'` hold for addresses of files only.
        if (type !== "info") found.push(`${url.slice(url.lastIndexOf(site))}:${lastLine}: ${message}`);
      }
      await judge();
    };
    await Promise.all(Array.from({ length: PROCESSORS }, judge));
    assert.deepEqual(found.slice(0, 20), []);
    assert.ok(files.length > 2, "there were pages to look at");
  });

  test(`html-validate finds no error in ${site}`, async () => {
    const program = pathToFileURL(installed.resolve("html-validate")).href;
    const files = some(site);
    // Each takes every so many, so that the large pages of a folder are not one's alone.
    const parts = Array.from({ length: PROCESSORS }, (_, i) => files.filter((_, j) => j % PROCESSORS === i));
    const found = await Promise.all(parts.map(async (names) => {
      const worker = new Worker(new URL("html_validate.mjs", import.meta.url), { workerData: { folder: folder(site), names, program } });
      const [found] = await once(worker, "message");
      return found;
    }));
    assert.deepEqual(found.flat().slice(0, 20), []);
  });
}

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };

// A server as those of project pages are: compressed, and with a lasting cache of assets.
const serving = async (site, body) => {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname).slice(1));
    try {
      if (path.startsWith("..")) throw new Error("not below the site");
      const content = gzipSync(await readFile(join(folder(site), path)));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain; charset=utf-8", "content-encoding": "gzip", "cache-control": "max-age=31536000" });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  try {
    await body(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

// The least of each category, in hundredths. Speed is that of a phone on a slow connection as
// Lighthouse works it out. It depends on who else is at work, so it is judged where this runs alone.
const LEAST = { accessibility: 100, "best-practices": 100, seo: 100, ...(process.env.ALL_PAGES && { performance: 98 }) };

const lighthouse = async (url) => {
  const { default: lighthouse } = await load("lighthouse");
  const root = process.getuid?.() === 0;
  const port = 20000 + Math.floor(Math.random() * 20000);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [`--remote-debugging-port=${port}`, ...(root ? ["--no-sandbox"] : [])],
  });
  try {
    const { lhr } = await lighthouse(url, { port, logLevel: "error", output: "json", onlyCategories: Object.keys(LEAST) });
    const scores = Object.fromEntries(Object.entries(lhr.categories).map(([name, { score }]) => [name, Math.round(score * 100)]));
    const lost = Object.values(lhr.categories).flatMap(({ id, auditRefs }) =>
      auditRefs
        .filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1)
        .map((audit) => `${id}: ${lhr.audits[audit.id].title} (${lhr.audits[audit.id].displayValue ?? lhr.audits[audit.id].score})`),
    );
    const requests = (lhr.audits["network-requests"]?.details?.items ?? []).map((item) => item.url);
    return { scores, lost, requests };
  } finally {
    await browser.close();
  }
};

const SITE = has("corpus") ? "corpus" : "example";
const largestRule = pagesOf(SITE)
  .filter((name) => name.startsWith("Detection_Rules/") && !name.endsWith("/index.html"))
  .sort((a, b) => bytes(SITE, b) - bytes(SITE, a))[0];

for (const path of ["Matrix/enterprise.html", largestRule]) {
  test(`Lighthouse is content with ${path} of ${SITE}`, () =>
    serving(SITE, async (base) => {
      const best = {};
      let lost = [];
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const result = await lighthouse(base + path);
        for (const [name, score] of Object.entries(result.scores)) best[name] = Math.max(best[name] ?? 0, score);
        lost = result.lost;
        assert.deepEqual(result.requests.filter((url) => /^https?:/.test(url) && !url.startsWith(base)), [], "asks for nothing elsewhere");
        if (Object.entries(LEAST).every(([name, least]) => best[name] >= least)) return;
      }
      assert.fail(`${JSON.stringify(best)}\n${lost.join("\n")}`);
    }));
}
