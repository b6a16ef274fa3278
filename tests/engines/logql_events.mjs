// Runs a query of LogQL on events, by the tree of Grafana's grammar and the documentation of Loki
// ("Log queries"). Knows what the queries of Sigma rules have; throws on anything else.

/** A label as the parser `json` names it. */
const label = (name) => name.replace(/^(?=\d)/, '_').replace(/[^A-Za-z0-9_]/gu, '_');

const OPERATORS = { Eq: '=', Neq: '!=', Re: '=~', Nre: '!~' };

export class Events {
    /** `matcher(text)` compiles an expression of RE2; `unquoted(text)` reads a string of Go. */
    constructor(query, tree, matcher, unquoted) {
        Object.assign(this, { query, matcher, unquoted, expressions: new Map() });
        this.stages = [];
        this.collect(tree.topNode);
    }

    collect(node) {
        if (node.name === 'LineFilter') return this.stages.push(this.lineFilter(node));
        if (node.name === 'LabelFormatMatcher') return this.stages.push(this.format(node));
        if (node.name === 'LabelFilter') {
            const test = this.filter(node);
            return this.stages.push(test);
        }
        if (node.name === 'Selector' || node.name === 'LabelParser') return;
        for (let child = node.firstChild; child; child = child.nextSibling) this.collect(child);
    }

    /** Whether an event is found. */
    finds(event) {
        const labels = Object.fromEntries(Object.entries(event).map(([name, value]) => [label(name), String(value)]));
        const line = JSON.stringify(event);
        return this.stages.every((stage) => stage(labels, line));
    }

    text(node) {
        return this.query.slice(node.from, node.to);
    }

    string(node) {
        return this.unquoted(this.text(node.getChild('String')));
    }

    lineFilter(node) {
        const operator = this.text(node.getChild('Filter'));
        const value = this.string(node);
        const has = operator.endsWith('~') ? (line) => this.matcher(value).find(line) : (line) => line.includes(value);
        return (_, line) => has(line) !== operator.startsWith('!');
    }

    /** The templates our queries have: the line, another label, and comparisons of two. */
    format(node) {
        const name = this.text(node.getChild('Identifier'));
        const template = this.string(node);
        const whole = /^\{\{ (?:__line__|\.(\w+)) \}\}$/.exec(template);
        const both = /^\{\{ if and \.\w+ \.\w+ \((\w+) \(lower \.(\w+)\) \(lower \.(\w+)\)\) \}\}true\{\{ end \}\}$/.exec(template);
        const compare = {
            eq: (a, b) => a === b,
            hasPrefix: (a, b) => b.startsWith(a),
            hasSuffix: (a, b) => b.endsWith(a),
            contains: (a, b) => b.includes(a),
        };
        if (!whole && !both) throw new Error(`no template of ours: ${template}`);
        return (labels, line) => {
            const value = (other) => (labels[other] ?? '').toLowerCase();
            if (whole) labels[name] = whole[1] ? (labels[whole[1]] ?? '') : line;
            else {
                const [a, b] = [value(both[2]), value(both[3])];
                labels[name] = a && b && compare[both[1]](a, b) ? 'true' : '';
            }
            return true;
        };
    }

    filter(node) {
        const parts = node.getChildren('LabelFilter').map((part) => this.filter(part));
        if (parts.length === 2 && node.getChild('And')) return (labels) => parts[0](labels) && parts[1](labels);
        if (parts.length === 2 && node.getChild('Or')) return (labels) => parts[0](labels) || parts[1](labels);
        if (parts.length === 1) return parts[0];
        const [inner] = ['Matcher', 'IpLabelFilter', 'NumberFilter'].flatMap((name) => node.getChildren(name));
        if (!inner) throw new Error(`no filter of ours: ${this.text(node)}`);
        const name = this.text(inner.getChild('Identifier'));
        if (inner.name === 'Matcher') return this.compared(inner, name);
        return inner.name === 'IpLabelFilter' ? this.within(inner, name) : this.measured(inner, name);
    }

    compared(node, name) {
        const operator = Object.keys(OPERATORS).find((one) => node.getChild(one));
        const value = this.string(node);
        const negated = operator.startsWith('N');
        if (!operator.endsWith('re') && operator !== 'Re') return (labels) => ((labels[name] ?? '') === value) !== negated;
        return (labels) => {
            // Releases of Loki differ in whether an expression is for the whole value.
            const text = labels[name] ?? '';
            const found = this.matcher(value).find(text);
            if (found !== this.matcher(value).matches(text)) throw new Error(`depends on the release: ${value}`);
            return found !== negated;
        };
    }

    within(node, name) {
        const [net, length] = this.string(node).split('/');
        const number = (text) => (/^\d+(\.\d+){3}$/.test(text) ? text.split('.').reduce((all, part) => all * 256 + Number(part), 0) : undefined);
        const size = 2 ** (32 - Number(length));
        return (labels) => {
            if (!labels[name]) return false;
            const [a, b] = [number(labels[name]), number(net)];
            const inside = a !== undefined && b !== undefined && Math.floor(a / size) === Math.floor(b / size);
            return inside !== Boolean(node.getChild('Neq'));
        };
    }

    /** What is no number is let through, and no line without the label. */
    measured(node, name) {
        const value = Number(this.text(node.getChild('LiteralExpr')));
        const tests = { Gtr: (n) => n > value, Gte: (n) => n >= value, Lss: (n) => n < value, Lte: (n) => n <= value };
        const [test] = Object.keys(tests).filter((one) => node.getChild(one)).map((one) => tests[one]);
        if (!test) throw new Error(`no comparison of ours: ${this.text(node)}`);
        return (labels) => name in labels && (Number.isNaN(Number(labels[name])) || test(Number(labels[name])));
    }
}
