// A part of the pages of a site by html-validate, in a thread of its own: all of them are minutes of
// work for one processor.
//
// Given the folder of the site, the names of pages and the address of html-validate; tells what is
// wrong, a line each.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";

const { folder, names, program } = workerData;
const { HtmlValidate, StaticConfigLoader } = await import(program);
const loader = new StaticConfigLoader({
  extends: ["html-validate:recommended"],
  rules: {
    // How long a title is, authors decide; and what they quote, such as a log, is shown as it is.
    "long-title": "off",
    "no-trailing-whitespace": "off",
    // Headings have the anchors GitHub gives them, digits first too, which HTML allows: links hold in both.
    "valid-id": ["error", { relaxed: true }],
  },
});
const validator = new HtmlValidate(loader);
const found = [];
for (const name of names) {
  const report = await validator.validateString(await readFile(join(folder, name), "utf8"));
  for (const { messages } of report.results) {
    for (const { ruleId, line, message } of messages) found.push(`${name}:${line}: ${ruleId}: ${message}`);
  }
}
parentPort.postMessage(found);
