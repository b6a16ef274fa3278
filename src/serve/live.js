// Follows the site while `purplebook serve` shows it: loads the page again when it, or a file it
// has loaded, is another in the new edition, and shows what the last build found.
//
// Everything shown comes from files somebody wrote, so it gets into the page as text only.
(() => {
  const self = document.currentScript;
  let edition = self.dataset.edition;
  const own = new URL("/.purplebook/", location.href).href;
  const open = "purplebook-live-open";
  const closed = "purplebook-live-closed";

  const head = async (url) => {
    const { headers } = await fetch(url, { method: "HEAD", cache: "no-store" });
    return { tag: headers.get("etag"), edition: headers.get("purplebook-edition") };
  };

  // Files the page has loaded, with the tags of their contents.
  const loaded = new Map();
  let outdated = false;
  const note = async (url) => {
    if (loaded.has(url)) return;
    loaded.set(url, undefined);
    const { tag, edition: now } = await head(url);
    loaded.set(url, tag);
    // The site has changed since, and nobody knows which of the two this page has.
    if (now !== edition) outdated = true;
  };
  const kinds = ["script", "link", "css", "img", "other"];
  new PerformanceObserver((list) => {
    for (const { name, initiatorType } of list.getEntries()) {
      const url = name.split("#")[0];
      if (kinds.includes(initiatorType) && url.startsWith(location.origin) && !url.startsWith(own)) {
        note(url).catch(() => { outdated = true; });
      }
    }
  }).observe({ type: "resource", buffered: true });

  const isChanged = async () => {
    if (outdated) return true;
    const page = `W/"${self.dataset.tag}"`;
    if ((await head(location.pathname)).tag !== page) return true;
    const same = async ([url, tag]) => tag === undefined || (await head(url)).tag === tag;
    return (await Promise.all([...loaded].map(same))).includes(false);
  };

  // One after the other, and only the newest of those that wait.
  let waiting, busy = false;
  const follow = async (news) => {
    waiting = news;
    if (busy) return;
    busy = true;
    while (waiting) {
      const next = waiting;
      waiting = undefined;
      if (next.edition !== edition) {
        try {
          if (await isChanged()) return location.reload();
          edition = next.edition;
        } catch {
          // The server is gone; when it is back it tells the news again.
          break;
        }
      }
      show(next);
    }
    busy = false;
  };

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  const styles = `
    :host { all: initial; color-scheme: light dark; position: fixed; inset: auto 1rem 1rem auto; z-index: 2147483647;
      max-width: calc(100vw - 2rem); font: 14px/1.45 system-ui, sans-serif; }
    @media print { :host { display: none; } }
    * { box-sizing: border-box; }
    .frame { display: flex; flex-direction: column; align-items: flex-end; gap: .5rem; }
    button { font: inherit; color: inherit; cursor: pointer; border: 1px solid light-dark(#8a8594, #8f8a9b); border-radius: 6px;
      background: light-dark(#fff, #2a2731); padding: .3rem .7rem; min-height: 32px; }
    button:focus-visible, ol:focus-visible { outline: 3px solid light-dark(#5b2bb8, #c3a6ff); outline-offset: 2px; }
    .badge { font-weight: 600; box-shadow: 0 2px 10px #0004; }
    .badge.error { border-color: light-dark(#b3261e, #ff8a80); color: light-dark(#9b1c15, #ffb4ab); }
    .badge.warning { border-color: light-dark(#8a5a00, #f2b84b); color: light-dark(#6f4800, #ffd591); }
    .panel { width: min(46rem, calc(100vw - 2rem)); max-height: min(70vh, 40rem); display: flex; flex-direction: column;
      color: light-dark(#1d1a24, #eeeaf5); background: light-dark(#fff, #1f1c26); border: 1px solid light-dark(#8a8594, #8f8a9b);
      border-radius: 8px; box-shadow: 0 6px 30px #0006; }
    .panel[hidden] { display: none; }
    header { display: flex; gap: .75rem; align-items: center; padding: .6rem .8rem; border-bottom: 1px solid light-dark(#ddd8e6, #454050); }
    h2 { font: inherit; font-weight: 600; margin: 0; flex: 1; }
    ol { list-style: none; margin: 0; padding: 0 .8rem; overflow: auto; }
    li { padding: .6rem 0; border-bottom: 1px solid light-dark(#eae6f0, #37323f); overflow-wrap: anywhere; }
    li:last-child { border: 0; }
    p { margin: 0; }
    .code { font-weight: 600; margin-inline-end: .4em; }
    .error > p > .code, .failed { color: light-dark(#9b1c15, #ffb4ab); }
    .warning > p > .code { color: light-dark(#6f4800, #ffd591); }
    .place, pre { font: 12.5px/1.45 ui-monospace, monospace; }
    .place, .help, .more { color: light-dark(#5a5465, #bdb6c9); }
    pre { margin: .25rem 0; padding: .3rem .5rem; background: light-dark(#f4f1f8, #2a2731); border-radius: 4px; white-space: pre-wrap; }
    .new { font-size: 12px; border: 1px solid; border-radius: 4px; padding: 0 .3em; margin-inline-start: .5em; }
    .quiet { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  `;

  let parts;
  const overlay = () => {
    if (parts) return parts;
    const host = make("purplebook-live");
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
    const title = make("h2", { id: "title" });
    const hide = make("button", { type: "button" }, "Hide");
    const list = make("ol", { tabindex: "0", "aria-labelledby": "title" });
    const panel = make("section", { class: "panel", id: "panel", "aria-labelledby": "title", hidden: "" }, make("header", {}, title, hide), list);
    const badge = make("button", { type: "button", class: "badge", "aria-controls": "panel", "aria-expanded": "false" });
    const status = make("div", { class: "quiet", role: "status" });
    root.append(make("div", { class: "frame", part: "frame" }, panel, badge, status));
    parts = { host, root, title, hide, list, panel, badge, status, digest: "" };
    badge.addEventListener("click", () => toggle(parts.panel.hidden));
    hide.addEventListener("click", () => { toggle(false); badge.focus(); });
    host.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || parts.panel.hidden) return;
      toggle(false);
      badge.focus();
    });
    return parts;
  };

  // Kept for this tab, so that the panel is as it was on the next page.
  const toggle = (shown) => {
    parts.panel.hidden = !shown;
    parts.badge.setAttribute("aria-expanded", String(shown));
    sessionStorage.setItem(shown ? open : closed, parts.digest);
    sessionStorage.removeItem(shown ? closed : open);
  };

  const finding = ({ code, severity, message, place, excerpt, help, new: isNew }) => {
    const line = make("p", {}, make("span", { class: "code" }, `${severity} ${code}`), message);
    if (isNew) line.append(make("span", { class: "new" }, "new"));
    const item = make("li", { class: severity }, line, make("p", { class: "place" }, place));
    if (excerpt) item.append(make("pre", {}, excerpt));
    if (help) item.append(make("p", { class: "help" }, `help: ${help}`));
    return item;
  };

  const show = ({ failed, findings, more, totals }) => {
    const { host, title, list, panel, badge, status } = overlay();
    if (!failed && findings.length === 0 && more === 0) {
      host.remove();
      return;
    }
    if (!host.isConnected) document.body.append(host);
    const worst = failed ? "error" : ["error", "warning"].find((one) => findings.some((f) => f.severity === one)) ?? "note";
    const text = failed ? "The site could not be built" : totals;
    title.textContent = failed ? "The site could not be built; this is the last one that could" : totals;
    badge.textContent = text;
    badge.className = `badge ${worst}`;
    const items = findings.map(finding);
    if (failed) {
      const item = make("li", { class: "failed" }, make("pre", {}, failed.message));
      if (failed.help) item.append(make("p", { class: "help" }, `help: ${failed.help}`));
      items.unshift(item);
    }
    if (more > 0) items.push(make("li", { class: "more" }, `${more} more; \`purplebook check\` shows all`));
    list.replaceChildren(...items);
    parts.digest = JSON.stringify([failed, findings.map(({ code, message, place }) => [code, message, place])]);
    const isNews = failed || findings.some((one) => one.new && one.severity !== "note");
    const isOpen = sessionStorage.getItem(closed) !== parts.digest && (isNews || sessionStorage.getItem(open) !== null);
    panel.hidden = !isOpen;
    badge.setAttribute("aria-expanded", String(isOpen));
    if (status.textContent !== text) status.textContent = text;
  };

  // A browser keeps few connections to a host: pages nobody looks at give theirs back.
  let source;
  const listen = () => {
    if (document.visibilityState === "hidden") {
      source?.close();
      source = undefined;
    } else if (!source || source.readyState === EventSource.CLOSED) {
      source = new EventSource("/.purplebook/events");
      source.addEventListener("news", ({ data }) => follow(JSON.parse(data)));
    }
  };
  document.addEventListener("visibilitychange", listen);
  addEventListener("pageshow", listen);
  addEventListener("pagehide", () => { source?.close(); source = undefined; });
  listen();
})();
