// Narrows a matrix: by platform, log source, level and status of rules, and to what a group or
// software uses. Each choice is in the page's address. Without this script the page shows the whole.
(() => {
  "use strict";

  const make = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const number = (value) => value.toLocaleString("en");

  // What a visitor does meanwhile is answered in between.
  const pause = () => new Promise((done) => setTimeout(done));

  const start = async (json) => {
    const choices = JSON.parse(json);
    await pause();
    const region = document.querySelector(".matrix");
    if (!region) return;
    const numbers = new Map(choices.techniques.map((id, i) => [id, i]));
    const cellOf = (item) => ({ item, technique: numbers.get(item.querySelector(".id").textContent), marks: item.querySelector(":scope > .marks") });
    // Looked up when the first choice is made: until then the page is as it was written.
    let columns = null;
    const look = () =>
      [...region.querySelectorAll(".tactic")].map((column) => ({
        share: column.querySelector(".head p"),
        cells: [...column.querySelectorAll(":scope > ul > .cell")].map((item) => ({
          ...cellOf(item),
          summary: item.querySelector("summary"),
          subs: [...item.querySelectorAll(".cell")].map(cellOf),
        })),
      }));

    const fields = [
      ["platform", "Platform", "All platforms", choices.platforms.map((name) => [name, name])],
      ["source", "Log source", "All log sources", choices.sources.map((name) => [name, name])],
      ["level", "Level", "All levels", choices.levels.map((name, i) => [name, i ? `${name} and above` : name])],
      ["status", "Status", "All statuses", choices.statuses.map((name) => [name, name])],
      ["group", "Group", "No group", choices.groups.map(([id, name]) => [id, `${name} (${id})`])],
      ["software", "Software", "No software", choices.software.map(([id, name]) => [id, `${name} (${id})`])],
    ].filter(([, , , options]) => options.length);
    const selects = new Map();
    const form = make("form", { class: "choices", "aria-label": "Narrow the matrix" });
    for (const [key, label, all, options] of fields) {
      const select = make("select", { name: key }, make("option", { value: "" }, all));
      for (const [value, text] of options) select.append(make("option", { value }, text));
      selects.set(key, select);
      form.append(make("label", {}, make("span", {}, label), select));
      // Hundreds of groups, and more of software.
      if (options.length > 100) await pause();
    }
    const reset = make("button", { type: "reset", class: "reset" }, "Show all");
    const status = make("p", { role: "status", class: "shown" });
    form.append(reset, status);
    form.addEventListener("submit", (event) => event.preventDefault());

    const chosen = (key) => selects.get(key)?.value ?? "";
    const place = (list, key) => {
      const at = list.indexOf(chosen(key));
      return at < 0 ? null : at;
    };

    const count = () => {
      const platform = place(choices.platforms, "platform");
      const source = place(choices.sources, "source");
      const level = place(choices.levels, "level");
      const trust = place(choices.statuses, "status");
      const found = choices.techniques.map((_, i) => ({
        rules: 0,
        tests: 0,
        data: new Set(),
        off: platform !== null && choices.technique_platforms[i].length > 0 && !choices.technique_platforms[i].includes(platform),
      }));
      for (const [ruleLevel, ruleStatus, ruleSource, rulePlatform, techniques, data] of choices.rules) {
        if (level !== null && (ruleLevel === null || ruleLevel > level)) continue;
        if (trust !== null && ruleStatus !== trust) continue;
        if (source !== null && ruleSource !== source) continue;
        if (platform !== null && rulePlatform !== platform) continue;
        for (const technique of techniques) {
          found[technique].rules += 1;
          for (const one of data) found[technique].data.add(one);
        }
      }
      for (const [technique, platforms] of choices.tests) {
        if (platform !== null && platforms.length && !platforms.includes(platform)) continue;
        found[technique].tests += 1;
      }
      return found;
    };

    const used = () => {
      const of = (list, key) => list.find(([id]) => id === chosen(key));
      const actors = [of(choices.groups, "group"), of(choices.software, "software")].filter(Boolean);
      return { names: actors.map(([, name]) => name), techniques: actors.length ? new Set(actors.flatMap(([, , techniques]) => techniques)) : null };
    };

    const state = ({ rules, tests, data }) => {
      if (rules) return tests && data.size ? "full" : "rules";
      return tests ? "tests" : "none";
    };
    const mark = (kind) => make("span", { class: `mark ${kind}`, "aria-hidden": "true" });
    const hidden = (text) => make("span", { class: "hidden" }, text);

    const paint = (cell, found, actors, isUsed) => {
      const own = found[cell.technique];
      if (!own) return;
      const classes = ["cell", state(own)];
      const off = own.off || (actors.techniques && !isUsed);
      if (off) classes.push("off");
      const gap = isUsed && !own.off && !own.rules && !(cell.subs ?? []).some((sub) => found[sub.technique]?.rules);
      if (isUsed && !own.off) classes.push(gap ? "gap" : "used");
      cell.item.className = classes.join(" ");
      const marks = [];
      for (const [kind, value, one, many] of [["rules", own.rules, "rule", "rules"], ["tests", own.tests, "test", "tests"], ["data", own.data.size, "Data Needed", "Data Needed"]]) {
        if (value) marks.push(mark(kind), number(value), hidden(` ${value === 1 ? one : many} `));
      }
      if (!own.rules && !own.tests) marks.push(mark("none"), hidden("no rules, no tests"));
      if (gap) marks.push(make("span", { class: "word" }, "gap"));
      else if (isUsed && !own.off) marks.push(make("span", { class: "word" }, "used"));
      cell.marks.replaceChildren(...marks);
    };

    const apply = () => {
      const found = count();
      const actors = used();
      const isUsed = (cell) => Boolean(actors.techniques?.has(cell.technique));
      columns ??= look();
      for (const column of columns) {
        const detects = (cell) => Boolean(found[cell.technique]?.rules);
        const there = column.cells.filter((cell) => !found[cell.technique]?.off);
        for (const cell of column.cells) {
          const usedSubs = cell.subs.filter(isUsed);
          paint(cell, found, actors, isUsed(cell) || usedSubs.length > 0);
          for (const sub of cell.subs) paint(sub, found, actors, isUsed(sub));
          if (cell.summary) {
            const word = cell.subs.length === 1 ? "sub-technique" : "sub-techniques";
            const share = `${number(cell.subs.filter(detects).length)} of ${number(cell.subs.length)} ${word}`;
            cell.summary.firstChild.data = usedSubs.length ? `${share}, ${usedSubs.length} used` : share;
          }
        }
        const detected = there.filter((cell) => detects(cell) || cell.subs.some(detects)).length;
        column.share.textContent = `${number(detected)} of ${number(there.length)} with rules`;
      }
      say(found, actors);
    };

    const say = (found, actors) => {
      const there = found.filter((own, i) => !own.off && (!actors.techniques || actors.techniques.has(i)));
      const states = new Map();
      for (const own of there) states.set(state(own), (states.get(state(own)) ?? 0) + 1);
      const of = (key) => number(states.get(key) ?? 0);
      const who = actors.names.length ? `${actors.names.join(" and ")}: ${number(there.length)} techniques used` : `${number(there.length)} techniques`;
      status.textContent = `${who} · ${of("full")} with rule, test and data · ${of("rules")} with a rule · ${of("tests")} with a test alone · ${of("none")} with neither`;
      reset.hidden = [...selects.values()].every((select) => !select.value);
    };

    const remember = () => {
      const query = new URLSearchParams();
      for (const [key, select] of selects) if (select.value) query.set(key, select.value);
      const text = query.toString();
      try {
        history.replaceState(null, "", (text ? `?${text}` : location.pathname) + location.hash);
      } catch {
        // Some browsers refuse it for files opened from a disk.
      }
    };

    const asked = new URLSearchParams(location.search);
    for (const [key, select] of selects) {
      const value = (asked.get(key) ?? "").toLowerCase();
      const option = [...select.options].find((one) => one.value.toLowerCase() === value);
      if (value && option) select.value = option.value;
    }
    form.addEventListener("change", () => {
      apply();
      remember();
    });
    form.addEventListener("reset", () => {
      // The event comes before the fields are empty.
      setTimeout(() => {
        apply();
        remember();
        selects.values().next().value.focus();
      });
    });
    await pause();
    if ([...selects.values()].some((select) => select.value)) apply();
    else say(count(), used());
    const tools = region.previousElementSibling;
    if (tools?.matches(".matrix-tools")) tools.append(form);
    else region.before(form);
  };

  globalThis.purplebookMatrix = start;
})();
