// Grafana's grammar of LogQL, the one its query editor uses.
//
// Reads JSON lines {"id", "query", "events"?} and writes for each {"id", "error"?, "near"?, "found"?}: an error is a node the
// grammar has no place for, or a regular expression after `=~`, `!~` or `|~` that RE2, as ported to
// JavaScript, does not take: Loki's are those of Go, which are RE2's.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { Events } from './logql_events.mjs';

const home = process.env.ENGINES_HOME ?? 'target/engines';
const require = createRequire(path.resolve(home, 'node', 'main.js'));
const { parser } = require('@grafana/lezer-logql');
const { RE2JS } = require('re2js');

/** The place of the first error, or nothing. */
function syntaxError(query) {
    const cursor = parser.parse(query).cursor();
    do {
        if (cursor.type.isError) return { error: 'syntax', at: cursor.from };
    } while (cursor.next());
}

/** The text between the quotes, as Go reads it. */
function unquoted(text) {
    if (text.startsWith('`')) return text.slice(1, -1);
    const named = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
    return text.slice(1, -1).replace(/\\(?:x(..)|u(....)|U(.{8})|([0-7]{3})|(.))/gs, (_, x, u, long, octal, one) =>
        one ? (named[one] ?? one) : String.fromCodePoint(octal ? parseInt(octal, 8) : parseInt(x ?? u ?? long, 16)));
}

function regexError(query) {
    const cursor = parser.parse(query).cursor();
    let operator;
    do {
        if (cursor.name !== 'String') {
            if (cursor.to > cursor.from) operator = query.slice(cursor.from, cursor.to);
            continue;
        }
        if (!['=~', '!~', '|~'].includes(operator)) continue;
        try {
            RE2JS.compile(unquoted(query.slice(cursor.from, cursor.to)));
        } catch (error) {
            return { error: `regular expression: ${error.message}`, at: cursor.from };
        }
    } while (cursor.next());
}

const compiled = new Map();

/** An expression of RE2: where it finds something, and whether it is the whole text. */
function matcher(text) {
    if (!compiled.has(text)) compiled.set(text, RE2JS.compile(text));
    const regex = compiled.get(text);
    return { find: (value) => regex.matcher(value).find(), matches: (value) => regex.matcher(value).matches() };
}

function run(query, events) {
    try {
        const found = new Events(query, parser.parse(query), matcher, unquoted);
        return { found: events.map((event) => found.finds(event)) };
    } catch (error) {
        return { error: error.message, at: 0 };
    }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const { id, query, events } = JSON.parse(line);
    const { error, at, found } = syntaxError(query) ?? regexError(query) ?? (events ? run(query, events) : {});
    const near = error && query.slice(Math.max(0, at - 40), at + 60);
    console.log(JSON.stringify({ id, error, near, found }));
}
