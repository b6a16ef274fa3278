// Adds what a static page cannot do: a remembered theme, copy buttons, tabs, filtering and
// sorting of tables, and inputs of tests. Nothing is missing without it. Text goes in by textContent only.
(() => {
  "use strict";

  const root = document.documentElement;

  // Storage may be switched off or refused, for example for files opened from disk.
  const recall = (key) => {
    try {
      return localStorage.getItem(`purplebook-${key}`);
    } catch {
      return null;
    }
  };
  const remember = (key, value) => {
    try {
      localStorage.setItem(`purplebook-${key}`, value);
    } catch {
      // The choice then lasts for this page only.
    }
  };

  // Runs before the body is parsed, so that a remembered theme never flashes.
  const saved = recall("theme");
  if (saved === "light" || saved === "dark") root.dataset.theme = saved;
  root.classList.add("js");

  const make = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const button = (text, properties = {}) => make("button", { type: "button", ...properties }, text);

  const themeToggle = () => {
    const tools = document.getElementById("pb-tools");
    if (!tools) return;
    const system = matchMedia("(prefers-color-scheme: dark)");
    const current = () => root.dataset.theme || (system.matches ? "dark" : "light");
    const toggle = button("", { class: "theme" });
    const label = () => {
      toggle.textContent = current() === "dark" ? "Light" : "Dark";
      toggle.setAttribute("aria-label", `Switch to ${current() === "dark" ? "light" : "dark"} theme`);
    };
    toggle.addEventListener("click", () => {
      root.dataset.theme = current() === "dark" ? "light" : "dark";
      remember("theme", root.dataset.theme);
      label();
    });
    system.addEventListener("change", label);
    label();
    tools.append(toggle);
  };

  const copyButtons = () => {
    for (const pre of document.querySelectorAll(".prose pre.code")) {
      const frame = make("div", { class: "copyable" });
      pre.before(frame);
      frame.append(pre);
    }
    for (const figure of document.querySelectorAll("figure.code, .copyable")) {
      const code = figure.querySelector("code");
      const copy = button("Copy", { class: "copy" });
      const status = make("span", { class: "hidden", role: "status" });
      const say = (text) => {
        copy.textContent = text;
        status.textContent = text;
        setTimeout(() => {
          copy.textContent = "Copy";
          status.textContent = "";
        }, 2000);
      };
      copy.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(code.textContent);
          say("Copied");
        } catch {
          getSelection().selectAllChildren(code);
          say("Selected");
        }
      });
      (figure.querySelector("figcaption") || figure).append(copy, status);
    }
  };

  // Queries under headings become tabs; the choice of target holds for all pages.
  const tabs = () => {
    document.querySelectorAll(".queries").forEach((group, number) => {
      const panels = [...group.querySelectorAll(":scope > .query")];
      if (panels.length < 2) return;
      const list = make("div", { role: "tablist", "aria-label": "Queries" });
      const select = (index, focus) => {
        panels.forEach((panel, i) => {
          const chosen = i === index;
          panel.hidden = !chosen;
          buttons[i].setAttribute("aria-selected", String(chosen));
          buttons[i].tabIndex = chosen ? 0 : -1;
        });
        if (focus) buttons[index].focus();
      };
      const buttons = panels.map((panel, i) => {
        const heading = panel.firstElementChild;
        const tab = button(heading.textContent, {
          role: "tab",
          id: `pb-tab-${number}-${i}`,
          "aria-controls": `pb-panel-${number}-${i}`,
        });
        heading.hidden = true;
        panel.id = `pb-panel-${number}-${i}`;
        panel.setAttribute("role", "tabpanel");
        panel.setAttribute("aria-labelledby", tab.id);
        tab.addEventListener("click", () => {
          select(i, false);
          remember("query", panel.dataset.query);
        });
        return tab;
      });
      list.addEventListener("keydown", (event) => {
        const now = buttons.indexOf(document.activeElement);
        const last = buttons.length - 1;
        const next = { ArrowRight: now === last ? 0 : now + 1, ArrowLeft: now === 0 ? last : now - 1, Home: 0, End: last }[event.key];
        if (now < 0 || next === undefined) return;
        event.preventDefault();
        select(next, true);
        remember("query", panels[next].dataset.query);
      });
      list.append(...buttons);
      group.prepend(list);
      group.classList.add("tabbed");
      const preferred = panels.findIndex((panel) => panel.dataset.query === recall("query"));
      select(Math.max(preferred, 0), false);
    });
  };

  const FILTER_FROM_ROWS = 20;

  // A column of more values than this is asked for a part of one.
  const MOST_CHOICES = 60;

  // Words whose order is not that of the alphabet.
  const SCALES = [
    ["informational", "low", "medium", "high", "critical"],
    ["unsupported", "deprecated", "experimental", "test", "stable"],
  ];

  const sortable = (table) => {
    const body = table.tBodies[0];
    const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
    [...table.tHead.rows[0].cells].forEach((header, column) => {
      const sort = button(header.textContent, { class: "sort" });
      header.replaceChildren(sort);
      sort.addEventListener("click", () => {
        const down = header.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        header.setAttribute("aria-sort", down ? "descending" : "ascending");
        const texts = new Map([...body.rows].map((row) => [row, row.cells[column].textContent.trim()]));
        const scale = SCALES.find((words) => [...texts.values()].every((text) => !text || words.includes(text)));
        const numeric = scale || header.classList.contains("num");
        const key = (text) => (scale ? scale.indexOf(text) : Number.parseFloat(text.replaceAll(",", "")) || 0);
        const keys = new Map([...texts].map(([row, text]) => [row, numeric ? key(text) : text]));
        const order = (a, b) => (numeric ? keys.get(a) - keys.get(b) : collator.compare(keys.get(a), keys.get(b)));
        const rows = [...body.rows].sort((a, b) => (down ? order(b, a) : order(a, b)));
        body.replaceChildren(...rows);
      });
    });
  };

  // The values of a cell, which stand side by side.
  const valuesOf = (cell) =>
    cell.textContent
      .split(", ")
      .map((value) => value.trim())
      .filter(Boolean);

  // Columns whose values tell rows apart: each with its header's words and its values with how many
  // rows have them. Where there are more values than rows, they are parts of sentences.
  const choosable = (table, rows) => {
    const found = [];
    [...table.tHead.rows[0].cells].forEach((header, column) => {
      if (column === 0 || header.classList.contains("num")) return;
      const counts = new Map();
      for (const row of rows) {
        for (const value of new Set(valuesOf(row.cells[column]))) counts.set(value, (counts.get(value) || 0) + 1);
      }
      if (counts.size > rows.length) return;
      const tells = [...counts.values()].some((count) => count > 1 && count < rows.length);
      if (counts.size > 1 && tells) found.push({ column, name: header.textContent, counts });
    });
    return found;
  };

  // Which rows are shown lasts in the address, so that a list can be sent to somebody.
  const filterable = (table, region, place) => {
    const rows = [...table.tBodies[0].rows];
    const label = region.getAttribute("aria-label");
    const input = make("input", { type: "search", "aria-label": `Filter ${label}`, placeholder: "Filter", autocomplete: "off", spellcheck: "false" });
    const status = make("span", { role: "status" });
    const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
    const choices = choosable(table, rows).map(({ column, name, counts }) => {
      const key = place + name.toLowerCase().replace(/\W+/g, "_");
      const values = [...counts.keys()].sort(collator.compare);
      if (values.length > MOST_CHOICES) {
        const list = make("datalist", { id: `${region.id || label.replace(/\W+/g, "-")}-${key}` });
        const field = make("input", { type: "search", list: list.id, placeholder: "any", autocomplete: "off", spellcheck: "false" });
        // Hundreds of values, which most readers never ask for.
        field.addEventListener("focus", () => list.append(...values.map((value) => new Option("", value))), { once: true });
        const matches = (row) => row.cells[column].textContent.toLowerCase().includes(field.value.trim().toLowerCase());
        return { key, field, matches, label: make("label", {}, make("span", {}, name), field, list) };
      }
      const field = make("select", {});
      field.append(new Option("all", ""));
      for (const value of values) field.append(new Option(`${value} (${counts.get(value).toLocaleString("en")})`, value));
      const matches = (row) => valuesOf(row.cells[column]).includes(field.value);
      return { key, field, matches, label: make("label", {}, make("span", {}, name), field) };
    });
    let texts = null;
    let waiting = 0;
    const apply = () => {
      texts ??= rows.map((row) => row.textContent.toLowerCase());
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = choices.filter(({ field }) => field.value.trim());
      let shown = 0;
      rows.forEach((row, i) => {
        const match =
          words.every((word) => texts[i].includes(word)) &&
          wanted.every(({ matches }) => matches(row));
        if (row.hidden === match) row.hidden = !match;
        if (match) shown += 1;
      });
      status.textContent = words.length || wanted.length ? `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")}` : "";
    };
    const keep = () => {
      const query = new URLSearchParams(location.search);
      const fields = [[`${place}filter`, input.value.trim()], ...choices.map(({ key, field }) => [key, field.value.trim()])];
      for (const [key, value] of fields) {
        if (value) query.set(key, value);
        else query.delete(key);
      }
      const text = query.toString();
      history.replaceState(null, "", `${location.pathname}${text && `?${text}`}${location.hash}`);
    };
    const changed = () => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => {
        apply();
        keep();
      });
    };
    input.addEventListener("input", changed);
    for (const { field } of choices) field.addEventListener("input", changed);
    const bar = make("div", { class: "filter" }, input, status);
    region.before(bar);
    const query = new URLSearchParams(location.search);
    input.value = query.get(`${place}filter`) || "";
    for (const { key, field } of choices) {
      const value = query.get(key);
      if (value && (!field.options || [...field.options].some((option) => option.value === value))) field.value = value;
    }
    const asked = choices.some(({ field }) => field.value);
    if (choices.length) {
      const columns = make("details", {}, make("summary", {}, "By column"), make("div", { class: "columns" }, ...choices.map((choice) => choice.label)));
      // On a small screen they would fill it.
      columns.open = asked || matchMedia("(min-width: 60rem)").matches;
      bar.append(columns);
    }
    if (input.value || asked) apply();
  };

  const tables = () => {
    let filters = 0;
    for (const region of document.querySelectorAll(".scroll")) {
      const table = region.querySelector("table");
      const rows = table.tBodies[0].rows.length;
      if (rows > 1) sortable(table);
      if (rows >= FILTER_FROM_ROWS) {
        filters += 1;
        filterable(table, region, filters === 1 ? "" : `${filters}-`);
      }
    }
  };

  // The inputs of a test can be written over; its commands follow.
  const inputs = () => {
    for (const section of document.querySelectorAll("section[id$='-inputs']")) {
      const test = section.id.slice(0, -"-inputs".length);
      const table = section.querySelector("table");
      const figures = [...document.querySelectorAll(`section[id^='${test}-'] figure[data-template]`)].filter((figure) =>
        figure.closest("section").id.startsWith(`${test}-`),
      );
      if (!table || !figures.length) continue;
      const values = new Map();
      const fill = () => {
        for (const figure of figures) {
          const code = figure.querySelector("code");
          code.textContent = figure.dataset.template.replace(/#\{([^}]*)\}/g, (all, name) => values.get(name) ?? all);
        }
      };
      for (const row of table.tBodies[0].rows) {
        const name = row.cells[0].textContent.trim();
        const cell = row.cells[row.cells.length - 1];
        const given = cell.textContent;
        if (given) values.set(name, given);
        const input = make("input", { class: "input", type: "text", "aria-label": name, autocomplete: "off", spellcheck: "false" });
        input.value = given;
        input.addEventListener("input", () => {
          if (input.value) values.set(name, input.value);
          else if (given) values.set(name, given);
          else values.delete(name);
          fill();
        });
        cell.replaceChildren(input);
      }
      table.tHead.rows[0].cells[table.tHead.rows[0].cells.length - 1].textContent = "Value";
    }
  };

  const matrix = () => {
    for (const region of document.querySelectorAll(".matrix")) {
      const folds = [...region.querySelectorAll("details")];
      if (!folds.length) continue;
      const expand = button("Show all sub-techniques", { class: "expand", "aria-pressed": "false" });
      expand.addEventListener("click", () => {
        const open = expand.getAttribute("aria-pressed") !== "true";
        expand.setAttribute("aria-pressed", String(open));
        for (const fold of folds) fold.open = open;
      });
      const tools = region.previousElementSibling;
      if (tools?.matches(".matrix-tools")) tools.append(expand);
      else region.before(expand);
    }
  };

  // What does not overflow need not be a stop for the Tab key.
  const tabStops = () => {
    const regions = [...document.querySelectorAll(".scroll, .table-scroll, .matrix, pre[tabindex]")];
    if (!("ResizeObserver" in window)) return;
    const observer = new ResizeObserver((entries) => {
      for (const { target } of entries) {
        if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
        else target.removeAttribute("tabindex");
      }
    });
    for (const region of regions) observer.observe(region);
  };

  // Marks the section being read in the list of contents.
  const whereAmI = () => {
    const links = new Map();
    for (const link of document.querySelectorAll(".contents a")) {
      const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (section) links.set(section, link);
    }
    if (!links.size || !("IntersectionObserver" in window)) return;
    const visible = new Set();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          if (entry.isIntersecting) visible.add(entry.target);
          else visible.delete(entry.target);
        }
        const first = [...links.keys()].find((section) => visible.has(section));
        if (!first) return;
        for (const [section, link] of links) {
          if (section === first) link.setAttribute("aria-current", "true");
          else link.removeAttribute("aria-current");
        }
      },
      { rootMargin: "-15% 0px -60% 0px" },
    );
    for (const section of links.keys()) observer.observe(section);
  };

  const start = () => {
    themeToggle();
    copyButtons();
    tabs();
    inputs();
    tables();
    matrix();
    tabStops();
    whereAmI();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
