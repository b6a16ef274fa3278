#!/usr/bin/env python3
"""Checks a written site without any code of purplebook: a second opinion on its links.

Usage: site.py DIR

Reports links, images, scripts, style sheets and anchors that lead nowhere, repeated ids, tags
that are not closed, code inside pages (`<script>` without `src`, `style=`, `onclick=` ...) and
anything a page would fetch from elsewhere. Uses the standard library only.
"""

import re
import sys
from html.parser import HTMLParser
from multiprocessing import Pool
from pathlib import Path
from urllib.parse import unquote, urlsplit

VOID = set("area base br col embed hr img input link meta source track wbr".split())
OPTIONAL_END = set("li dt dd p tr td th thead tbody tfoot option html body head colgroup".split())


class Page(HTMLParser):
    """What one HTML page links to, and what is wrong with it by itself."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.links, self.ids, self.problems, self.open = [], set(), [], []
        self.titles = 0

    def say(self, text):
        line, column = self.getpos()
        self.problems.append((line, column + 1, text))

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        for name in names:
            if names.count(name) > 1:
                self.say(f"attribute {name} twice")
        values = dict(attrs)
        if "id" in values:
            if values["id"] in self.ids:
                self.say(f"id {values['id']!r} twice")
            self.ids.add(values["id"])
        if tag == "a" and values.get("name"):
            self.ids.add(values["name"])
        self.titles += tag == "title" and "svg" not in self.open
        if tag == "script" and not values.get("src"):
            self.say("script without src")
        if tag == "style":
            self.say("style element")
        if tag == "img" and "alt" not in values:
            self.say("image without alt")
        for name in names:
            if name == "style" or name.startswith("on"):
                self.say(f"attribute {name}")
        for name in ("href", "src", "poster", "data", "action", "xlink:href"):
            if values.get(name) is not None:
                fetched = name in ("src", "poster", "data") or (tag == "link" and self.is_fetched(values))
                self.links.append((self.getpos(), values[name].strip(), fetched))
        if tag not in VOID:
            self.open.append(tag)

    @staticmethod
    def is_fetched(values):
        return bool({"stylesheet", "icon", "preload", "modulepreload", "manifest"} & set((values.get("rel") or "").split()))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open[-1] != tag and self.open[-1] in OPTIONAL_END:
                self.open.pop()
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.say(f"</{tag}> closes nothing")

    def finish(self):
        self.close()
        rest = [tag for tag in self.open if tag not in OPTIONAL_END]
        if rest:
            self.say(f"not closed: {' '.join(rest)}")
        if self.titles != 1:
            self.say(f"{self.titles} titles")


def markdown_links(text):
    """Addresses of inline links outside code; anchors of Markdown are not judged here."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group())
    text = re.sub(r"^( *)(```+|~~~+).*?^\1\2[`~]*[ ]*$", blank, text, flags=re.M | re.S)
    text = re.sub(r"^(?: {4}|\t).*$", blank, text, flags=re.M)
    text = re.sub(r"(?<!`)(`+)(?!`)(?:.|\n(?!\n))+?(?<!`)\1(?!`)", blank, text)
    for match in re.finditer(r"(?<!\\)\]\((?:<([^>\n]*)>|((?:[^()\s\\]|\([^()\s]*\))+))(?:\s+[\"'][^\n]*?[\"'])?\)", text):
        line = text.count("\n", 0, match.start()) + 1
        yield (line, 0), match.group(1) or match.group(2) or "", False


def resolve(file, address):
    """The path an address names, relative to the root; None outside the site."""
    parts = list(Path(file).parent.parts)
    for part in unquote(address).split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def judge(file, address, fetched, files, pages):
    url = urlsplit(address)
    if url.scheme or url.netloc:
        return "fetched from elsewhere" if fetched else None
    if address.startswith("/"):
        # The page servers send for missing pages has no depth; its links may begin at the root.
        if file != "404.html":
            return "begins with /"
        path = unquote(url.path).lstrip("/")
        return None if path in files or path.partition("/")[2] in files else "leads nowhere"
    if not address and fetched:
        return "empty"
    target = resolve(file, url.path) if url.path else file
    if target is None:
        return "leaves the site"
    if target not in files:
        return "leads nowhere"
    anchor = unquote(url.fragment)
    if anchor and anchor != "top" and target in pages and anchor not in pages[target]:
        return "no such anchor"
    return None


def read(named):
    """The ids of a page (None of Markdown), what is wrong with it by itself, and its links."""
    file, path = named
    text = path.read_text(encoding="utf-8")
    if file.endswith(".md"):
        return file, None, [], list(markdown_links(text))
    page = Page()
    page.feed(text)
    page.finish()
    return file, page.ids, page.problems, page.links


def main(root):
    files = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}
    pages, problems, links = {}, [], []
    with Pool() as pool:
        texts = [(file, path) for file, path in files.items() if file.endswith((".html", ".md"))]
        for file, ids, wrong, found in pool.imap(read, texts, chunksize=64):
            if ids is not None:
                pages[file] = ids
            problems += [(file, *problem) for problem in wrong]
            links += [(file, *link) for link in found]
    for file, (line, column), address, fetched in links:
        why = judge(file, address, fetched, files, pages)
        if why:
            problems.append((file, line, column + 1, f"{why}: {address!r}"))
    for file, line, column, text in sorted(problems):
        print(f"{file}:{line}:{column}: {text}")
    print(f"{len(files)} files, {len(pages)} HTML pages, {len(links)} links, {len(problems)} problems")
    if not pages or not links:
        sys.exit("no pages or no links: this is no site")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
