// The search: looks in the names of all pages and, part by part, in the words of their texts. The
// data are scripts beside this one that hand themselves over, since a page opened from disk may
// load nothing else; how they are written is said in purplebook's src/render/search.rs. Nothing is
// loaded before somebody begins to search. Text goes in by textContent only.
(() => {
  "use strict";

  const assets = document.currentScript.src.replace(/[^/]*$/, "");
  const site = new URL("..", assets).href;

  /* What is typed, and how it is compared */

  const fold = (text) => (/^[\0-\x7f]*$/.test(text) ? text : text.normalize("NFKD").replace(/\p{M}+/gu, "")).toLowerCase();
  const WORD = /[\u3040-\u30ff\u3400-\u9fff]|(?:(?![\u3040-\u30ff\u3400-\u9fff])[\p{Alphabetic}\p{N}])+/gu;
  const cut = (folded) => folded.match(WORD) || [];
  const compact = (folded) => cut(folded).join("");

  const query = (text) => {
    let folded = fold(text).trim().replace(/^attack\.(?=[tgsmc]|ta\d)/, "");
    // T1059.1, T1059/001: sub-techniques as people write them.
    folded = folded.replace(/^t(\d{4})[./ _-](\d{1,3})$/, (_, id, sub) => `t${id}.${sub.padStart(3, "0")}`);
    const hex = folded.replaceAll("-", "");
    const uuid = /^[0-9a-f]{8,32}$/.test(hex) && (/^[0-9a-f]{8}(-|$)/.test(folded) || hex.length > 12) ? hex : null;
    return { text: folded, words: uuid ? [uuid] : [...new Set(cut(folded))].slice(0, 8), compact: compact(folded), uuid };
  };

  // Edits between two words, a swap of neighbours counting as one; more than `most` is not counted.
  const distance = (a, b, most) => {
    let [before, last, row] = [[], [], []];
    for (let j = 0; j <= b.length; j++) last[j] = j;
    for (let i = 1; i <= a.length; i++) {
      row = [i];
      let least = i;
      for (let j = 1; j <= b.length; j++) {
        let cost = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2] + 1);
        row[j] = cost;
        if (cost < least) least = cost;
      }
      if (least > most) return most + 1;
      [before, last] = [last, row];
    }
    return last[b.length];
  };

  /* Loading */

  const policy = self.trustedTypes?.createPolicy("purplebook-search", { createScriptURL: (name) => `${assets}search/${name}` });
  const waiting = new Map();
  const early = self.purplebookSearch || [];
  self.purplebookSearch = { push: ([name, data]) => waiting.get(name)?.take(data) };
  early.forEach(self.purplebookSearch.push);

  const load = (name, version) => {
    const known = waiting.get(name);
    if (known) return known.promise;
    const entry = {};
    entry.promise = new Promise((resolve, reject) => {
      entry.take = (data) => {
        entry.taken = true;
        resolve(data);
      };
      const script = document.createElement("script");
      const file = version ? `${name}.js?${version}` : `${name}.js`;
      script.src = policy ? policy.createScriptURL(file) : `${assets}search/${file}`;
      const failed = () => {
        script.remove();
        if (entry.taken) return;
        waiting.delete(name);
        reject(new Error(`${file} could not be loaded`));
      };
      script.addEventListener("load", failed);
      script.addEventListener("error", failed);
      document.head.append(script);
    });
    waiting.set(name, entry);
    return entry.promise;
  };

  // Numbers in base 45, from the place `at` on.
  const numbers = (text, at = 0) => {
    const out = [];
    for (let value = 0, scale = 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      const digit = code - (code > 91 ? 36 : 35);
      if (digit < 45) {
        out.push(value + digit * scale);
        [value, scale] = [0, 1];
      } else {
        value += (digit - 45) * scale;
        scale *= 45;
      }
    }
    return out;
  };
  const lines = (text) => (text ? text.replace(/\n$/, "").split("\n") : []);

  let index = null;
  const open = async () => {
    if (index) return index;
    const data = await load("index");
    const ids = data.ids.split("\n");
    ids.pop();
    const found = {
      data,
      ids,
      titles: data.titles.split("\n"),
      paths: data.paths.split("\n"),
      marks: numbers(data.marks),
      group: [],
      idKeys: ids.map((id) => compact(fold(id))),
      starts: [],
      aliases: [],
      keys: [],
      words: new Map(),
      common: lines(data.common),
      parts: lines(data.parts),
    };
    data.groups.forEach(([, , , count], number) => {
      for (let i = 0; i < count; i++) found.group.push(number);
    });
    const learn = (text, page, kind) => {
      for (const word of cut(text)) {
        let pages = found.words.get(word);
        if (!pages) found.words.set(word, (pages = [[], []]));
        if (pages[kind].at(-1) !== page) pages[kind].push(page);
      }
    };
    for (let page = 0; page < ids.length; page++) {
      const title = fold(found.titles[page]);
      learn(title, page, 0);
      const starts = [compact(title)];
      // Of a sub-technique, its own name too.
      const tail = title.indexOf(": ");
      if (tail > 0) starts.push(compact(title.slice(tail)));
      found.starts.push(starts);
    }
    for (const line of lines(data.names)) {
      const [page, ...names] = line.split("\t");
      for (const name of names) {
        const folded = fold(name);
        found.aliases.push({ page: +page, name, folded, compact: compact(folded) });
        learn(folded, +page, 1);
      }
    }
    for (const line of lines(data.keys)) {
      const [page, ...keys] = line.split("\t");
      for (const key of keys) found.keys.push({ page: +page, key, compact: compact(fold(key)) });
    }
    found.list = [...found.words.keys()];
    return (index = found);
  };

  /* Names */

  // The grades of a match, best first; between two of them lies a thousand.
  const [ID, KEY, TITLE, START, ID_START, WORDS, ALIAS, INSIDE, TYPO, TEXT] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => n * 1000);
  const RETIRED = 1200;

  const better = (results, page, score, more) => {
    const last = results.get(page);
    if (!last || score < last.score) results.set(page, { page, score, ...more });
  };

  // The words of names that `word` stands for, each with how well: 0 itself, 1 begins with it,
  // 2 has it inside, 3 is nearly it.
  const alike = (word, typos) => {
    const out = [];
    let sure = false;
    for (const other of index.list) {
      if (other === word) out.push([other, 0]);
      else if (other.startsWith(word)) out.push([other, 1]);
      else if (word.length > 2 && other.includes(word)) out.push([other, 2]);
      else continue;
      sure ||= out.at(-1)[1] < 2;
    }
    if ((sure && !typos) || word.length < 4 || /^\d+$/.test(word)) return out;
    const most = word.length < 8 ? 1 : 2;
    const near = (length) => index.list.filter((other) => {
      const seen = length ? other.slice(0, length) : other;
      return Math.abs(seen.length - word.length) <= most && seen.length > 2 && distance(word, seen, most) <= most;
    });
    let close = near(0);
    if (!close.length && !out.length && word.length > 5) close = near(word.length);
    for (const other of close) if (other !== word) out.push([other, 3]);
    return out;
  };

  const byWords = (wanted, results, typos) => {
    let pages = null;
    const nearly = new Set();
    for (const word of wanted.words) {
      const here = new Map();
      for (const [other, how] of alike(word, typos)) {
        if (how === 3) nearly.add(other);
        index.words.get(other).forEach((list, alias) => {
          const cost = [0, 1, 200, 300][how] + 100 * alias;
          for (const page of list) if (!(here.get(page) <= cost)) here.set(page, cost);
        });
      }
      const both = new Map();
      for (const [page, cost] of here) {
        if (!pages) both.set(page, [cost, cost]);
        else if (pages.has(page)) both.set(page, [Math.max(pages.get(page)[0], cost), pages.get(page)[1] + cost]);
      }
      pages = both;
    }
    for (const [page, [worst, sum]] of pages || []) {
      // A whole name nearly typed stands before those that have it in them.
      const grade = worst >= 300 ? TYPO - (index.starts[page].some((start) => nearly.has(start)) ? 1000 : 0) : worst >= 200 ? INSIDE : worst >= 100 ? ALIAS : WORDS;
      better(results, page, grade + Math.min(sum % 100, 8) * 100 + Math.min(index.titles[page].length, 99), { nearly });
    }
  };

  const byName = (wanted) => {
    const results = new Map();
    if (!wanted.compact) return results;
    const size = (page) => Math.min(index.titles[page].length, 999);
    for (const { page, key, compact } of index.keys) {
      if (compact === wanted.compact) better(results, page, KEY, { note: /^\d+$/.test(key) ? `Event ID ${key}` : `formerly ${key}` });
    }
    for (const { page, name, compact } of index.aliases) {
      if (compact === wanted.compact) better(results, page, TITLE + 1, { note: `also known as ${name}` });
      else if (compact.startsWith(wanted.compact)) better(results, page, ALIAS, { note: `also known as ${name}` });
    }
    for (let page = 0; page < index.ids.length; page++) {
      const id = index.idKeys[page];
      if (id && id.startsWith(wanted.compact)) better(results, page, id === wanted.compact ? ID : ID_START, {});
      const [title, own] = index.starts[page];
      if (title === wanted.compact || own === wanted.compact) better(results, page, TITLE, {});
      else if (title.startsWith(wanted.compact)) better(results, page, START + size(page), {});
      else if (own?.startsWith(wanted.compact)) better(results, page, START + size(page), {});
    }
    // The name of a file, by which its authors know it.
    if (wanted.text.length > 4 && wanted.text.includes("_")) {
      const stem = wanted.text.replace(/\.(yml|yaml|md|html)$/, "");
      index.paths.forEach((path, page) => {
        const place = path.toLowerCase().indexOf(stem);
        if (place >= 0) better(results, page, (place ? INSIDE : path.length === stem.length ? TITLE : START) + size(page), { note: `file ${path}` });
      });
    }
    byWords(wanted, results, false);
    if (!results.size) byWords(wanted, results, true);
    for (const result of results.values()) {
      if (result.note || result.score < ALIAS) continue;
      const alias = index.aliases.find((alias) => alias.page === result.page && wanted.words.some((word) => alias.folded.includes(word)) &&
        !wanted.words.every((word) => fold(index.titles[result.page]).includes(word)));
      if (alias) result.note = `also known as ${alias.name}`;
    }
    return results;
  };

  /* Texts */

  const MOST_PARTS = 4;

  const read = (text) => {
    const words = [];
    const pages = [];
    let before = "";
    for (const line of lines(text)) {
      const blank = line.indexOf(" ");
      before = before.slice(0, numbers(line[0])[0]) + line.slice(1, blank);
      words.push(before);
      pages.push(line.slice(blank + 1));
    }
    return { words, pages };
  };
  const parts = new Map();
  const part = async (number) => {
    if (!parts.has(number)) parts.set(number, read(await load(String(number), index.data.version)));
    return parts.get(number);
  };
  // The first place in a sorted list whose item is not less than `word`.
  const place = (list, word) => {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle] < word) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  // The pages with a word that is or begins with `word`: how well, and which word.
  const inTexts = async (word) => {
    const out = new Map();
    const first = Math.max(place(index.parts, word) - (index.parts[place(index.parts, word)] === word ? 0 : 1), 0);
    const last = Math.min(place(index.parts, `${word}\uffff`), first + MOST_PARTS, index.parts.length);
    const loaded = await Promise.all(Array.from({ length: Math.max(last - first, 0) }, (_, i) => part(first + i)));
    for (const { words, pages } of loaded) {
      for (let at = place(words, word); at < words.length && words[at].startsWith(word); at++) {
        if (words[at] !== word && word.length < 3) break;
        let page = -1;
        for (const number of numbers(pages[at])) {
          page += (number >> 1) + 1;
          const cost = (number & 1) + (words[at] === word ? 0 : 2);
          if (!(out.get(page)?.cost <= cost)) out.set(page, { cost, word: words[at] });
        }
      }
    }
    return out;
  };

  const byText = async (wanted) => {
    const results = new Map();
    const words = wanted.words.filter((word) => word.length > 1 || word > "\u3000");
    const telling = words.filter((word) => !index.common.includes(word));
    if (wanted.compact.length < 3 && !/[\u3000-\u9fff]/.test(wanted.compact)) return results;
    if (wanted.uuid) {
      for (const [page, { cost }] of await inTexts(`=${wanted.uuid}`)) better(results, page, cost ? ID_START : ID, { note: "by its rule id" });
    }
    const lists = await Promise.all(telling.map(inTexts));
    // Of a word that is left out for being everywhere, the beginning says nothing either.
    const telling2 = lists.filter((_, i) => lists.length === 1 || !index.common.some((common) => common.startsWith(telling[i])));
    const sets = telling2.length ? telling2 : lists;
    if (!sets.length) return results;
    for (const page of sets[0].keys()) {
      const all = sets.map((set) => set.get(page));
      if (!all.every(Boolean)) continue;
      const sum = all.reduce((sum, { cost }) => sum + cost, 0);
      const longer = all.map(({ word }) => word).filter((word) => !wanted.words.includes(word));
      better(results, page, TEXT + 100 * sum, { note: longer.length ? `in its text: ${longer.join(", ")}` : "in its text" });
    }
    return results;
  };

  const ranked = (results) => {
    for (const result of results.values()) result.rank = result.score + (index.marks[result.page] & 1 ? RETIRED : 0);
    const groups = new Map();
    for (const result of [...results.values()].sort((a, b) => a.rank - b.rank || a.page - b.page)) {
      const group = index.group[result.page];
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(result);
    }
    const grade = ([, [best]]) => Math.floor(best.rank / 1000);
    return [...groups].sort((a, b) => grade(a) - grade(b) || a[0] - b[0]);
  };

  const address = (page) => {
    const [, , folder] = index.data.groups[index.group[page]];
    const path = index.paths[page];
    const rest = path === "" ? index.ids[page] : path === "=" ? index.titles[page] : path;
    return `${site}${rest.startsWith("/") ? rest.slice(1) : folder + rest}.html`;
  };

  /* What is seen */

  const make = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const icon = () => make("span", { class: "glass", "aria-hidden": "true" });

  // `text` with what matched marked. Folding may change lengths, so places are kept per character.
  const marked = (text, words) => {
    let folded = "";
    const from = [];
    for (let i = 0; i < text.length; i++) {
      const piece = fold(text[i]);
      for (let k = 0; k < piece.length; k++) from.push(i);
      folded += piece;
    }
    from.push(text.length);
    const on = new Uint8Array(text.length);
    for (const word of words) {
      const all = [];
      for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1)) all.push(at);
      const begins = all.filter((at) => at === 0 || !/[\p{Alphabetic}\p{N}]/u.test(folded[at - 1]));
      for (const at of begins.length || word.length < 3 ? begins : all) on.fill(1, from[at], from[at + word.length]);
    }
    // Written apart or together (`command line`).
    const whole = on.includes(1) ? null : new RegExp([...wanted.compact].join("[^\\p{Alphabetic}\\p{N}]*"), "u").exec(folded);
    if (whole) on.fill(1, from[whole.index], from[whole.index + whole[0].length]);
    const out = [];
    for (let start = 0, i = 1; i <= text.length; i++) {
      if (i < text.length && on[i] === on[start]) continue;
      // Long names may break after `_`, as in headings.
      const piece = text.slice(start, i).split(/(?<=_)/).flatMap((part, k) => (k ? [make("wbr"), part] : [part]));
      out.push(...(on[start] ? [make("mark", {}, ...piece)] : piece));
      start = i;
    }
    return out;
  };

  const FEW = 5;
  const MANY = 250;
  let dialog, input, list, status, hint;
  let active = null;
  let turn = 0;
  let wanted = null;
  const unfolded = new Set();

  const options = () => [...list.querySelectorAll("[role=option]")];
  const activate = (option, scroll) => {
    if (active) active.setAttribute("aria-selected", "false");
    active = option;
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    if (!scroll) return;
    // With the heading of the first group in sight.
    if (option === options()[0]) list.scrollTop = 0;
    else option.scrollIntoView({ block: "nearest" });
  };

  const row = (result) => {
    const { page, note, nearly } = result;
    const words = [...wanted.words, ...(nearly || [])];
    const link = make("a", { role: "option", id: `pb-found-${page}`, href: address(page), tabindex: "-1", "aria-selected": "false" });
    const line = make("span", { class: "line" });
    if (index.ids[page]) line.append(make("span", { class: "id" }, ...marked(index.ids[page], [wanted.text, ...words])), " ");
    line.append(make("span", { class: "title" }, ...marked(index.titles[page], words)));
    if (note) line.append(" ", make("span", { class: "note" }, ...marked(note, [wanted.text, ...words])));
    link.append(line);
    const badge = index.data.badges[(index.marks[page] >> 1) - 1];
    if (badge) link.append(" ", make("span", { class: `badge ${badge[1]}` }, badge[0]));
    return link;
  };

  const show = (results, done) => {
    const before = active?.id;
    const moved = active && active !== options()[0];
    const groups = ranked(results);
    const total = results.size;
    list.replaceChildren();
    groups.forEach(([number, found], place) => {
      const [title] = index.data.groups[number];
      const head = make("div", { class: "head", id: `pb-found-in-${number}`, role: "presentation" }, title, " ", make("span", { class: "count" }, found.length.toLocaleString("en")));
      const group = make("div", { role: "group", "aria-labelledby": head.id }, head);
      const most = unfolded.has(number) ? MANY : groups.length === 1 ? 4 * FEW : place === 0 ? 2 * FEW - 2 : FEW;
      for (const result of found.slice(0, found.length === most + 1 ? most + 1 : most)) group.append(row(result));
      if (found.length > most + 1 && !unfolded.has(number)) {
        const more = make("div", { role: "option", id: `pb-found-all-${number}`, class: "more", "aria-selected": "false" }, `Show all ${found.length.toLocaleString("en")} in ${title}`);
        more.addEventListener("click", () => {
          unfolded.add(number);
          const next = group.querySelectorAll("a").length;
          show(results, done);
          activate(document.getElementById(head.id).parentElement.querySelectorAll("a")[next], true);
        });
        group.append(more);
      }
      list.append(group);
    });
    active = null;
    const kept = moved && before && document.getElementById(before);
    activate(kept || options()[0] || null, !kept);
    input.setAttribute("aria-expanded", String(total > 0));
    list.hidden = !total;
    hint.hidden = total > 0;
    if (!total) say(done ? `Nothing found for “${input.value.trim()}”. Fewer or other words may help.` : "Searching …");
    if (done) status.textContent = total ? `${total.toLocaleString("en")} results` : "Nothing found";
  };

  const say = (text) => {
    hint.replaceChildren(make("p", {}, text));
    hint.hidden = false;
  };
  const welcome = () => {
    list.replaceChildren();
    list.hidden = true;
    active = null;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    status.textContent = "";
    hint.replaceChildren(
      make("p", {}, "Names, other names, ids old and new, event ids, fields, and any word of a rule, a query or a text."),
      make("p", { class: "examples" }, ...["T1059.001", "4688", "MuddyWater", "CommandLine"].map((text) => {
        const example = make("button", { type: "button" }, text);
        example.addEventListener("click", () => {
          input.value = text;
          input.focus();
          look();
        });
        return example;
      })),
    );
    hint.hidden = false;
  };

  const look = async () => {
    const mine = ++turn;
    const text = input.value;
    if (!text.trim()) return welcome();
    try {
      if (!index) {
        say("Searching …");
        await open();
        if (mine !== turn) return;
      }
      if (wanted?.text !== query(text).text) unfolded.clear();
      wanted = query(text);
      const results = byName(wanted);
      const words = byText(wanted);
      show(results, false);
      const more = await words;
      if (mine !== turn) return;
      for (const [page, result] of more) better(results, page, result.score, result);
      show(results, true);
    } catch (error) {
      if (mine === turn) say(`The search does not work: ${error.message}.`);
    }
  };

  const key = (event) => {
    const all = options();
    const now = all.indexOf(active);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: FEW, PageUp: -FEW }[event.key];
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      shut();
    } else if (step && all.length) {
      event.preventDefault();
      const next = Math.abs(step) === 1 ? (now + step + all.length) % all.length : Math.min(Math.max(now + step, 0), all.length - 1);
      activate(all[next], true);
    } else if (event.key === "Enter" && active) {
      event.preventDefault();
      const { ctrlKey, metaKey, shiftKey } = event;
      active.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
    }
  };

  const shut = () => {
    dialog.close();
    // Where nothing had the focus before, it would stay here until the next frame, and take a key.
    input.blur();
  };

  const build = () => {
    input = make("input", {
      id: "pb-search-input", type: "text", role: "combobox", "aria-label": "Search this site", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": "pb-found", placeholder: "Search", autocomplete: "off", autocapitalize: "off", autocorrect: "off", spellcheck: "false",
      inputmode: "search", enterkeyhint: "go", maxlength: "200",
    });
    list = make("div", { id: "pb-found", role: "listbox", "aria-label": "Results", hidden: "" });
    hint = make("div", { class: "hint" });
    status = make("span", { class: "hidden", role: "status" });
    const close = make("button", { type: "button", class: "done" }, "Close");
    const keys = make("p", { class: "keys", "aria-hidden": "true" });
    for (const [names, what] of [["↑ ↓", "move"], ["Enter", "open"], ["Esc", "close"]]) {
      keys.append(make("span", {}, ...names.split(" ").map((name) => make("kbd", {}, name)), ` ${what}`));
    }
    dialog = make("dialog", { class: "search", "aria-label": "Search" }, make("div", { class: "field" }, icon(), input, close), status, hint, list, keys);
    close.addEventListener("click", () => shut());
    input.addEventListener("input", look);
    dialog.addEventListener("keydown", key);
    list.addEventListener("pointermove", (event) => {
      const option = event.target.closest("[role=option]");
      if (option && option !== active) activate(option, false);
    });
    // The dialog itself is what lies beside its content.
    dialog.addEventListener("click", (event) => {
      const followed = event.target.closest("a[role=option]") && !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (event.target === dialog || followed) shut();
    });
    // Focus stays where the keys are.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    document.body.append(dialog);
    welcome();
  };
  const start = () => {
    if (!dialog) build();
    document.getElementById("pb-nav")?.hidePopover?.();
    if (!dialog.open) dialog.showModal();
    input.focus();
    input.select();
    open().catch(() => {});
  };

  for (const slot of document.querySelectorAll("[data-search]")) {
    const button = make("button", { type: "button", class: "search-open", "aria-label": slot.dataset.search || "Search", "aria-haspopup": "dialog", "aria-keyshortcuts": "/ Control+K" }, icon(),
      make("span", { class: "text" }, slot.dataset.search || "Search"), make("kbd", { "aria-hidden": "true" }, "/"));
    button.addEventListener("click", start);
    for (const sign of ["pointerenter", "focus", "touchstart"]) button.addEventListener(sign, () => open().catch(() => {}), { once: true, passive: true });
    slot.append(button);
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const wish = event.key === "/" ? plain && !typing : event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!wish) return;
    event.preventDefault();
    start();
  });
})();
