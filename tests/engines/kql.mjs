// Microsoft's language service for Kusto, the one its query editors use.
//
// Reads JSON lines {"id", "query"} and writes for each {"id", "error"?, "near"?}.
// A query without a table is a predicate, and is read after `T | where`. Asked are
// * the syntax of the language;
// * its meaning, as far as it can be known without a schema: every name the query uses is a
//   column of its table, numbers where it is compared with numbers and strings elsewhere, so that
//   what is left are functions that do not exist and operands that do not fit;
// * sense: an operator between two literals asks nothing of the event. `'a.b' =~ "x"` is that,
//   for names in quotes are strings; a column with such a name is `['a.b']`. Neither does a
//   literal alone: `"x"` is not a condition; a search through all columns is `* has "x"`.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import path from 'node:path';

const home = process.env.ENGINES_HOME ?? 'target/engines';
const require = createRequire(path.resolve(home, 'node', 'main.js'));
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { KustoCode, GlobalState, Symbols, Syntax } = Kusto.Language;
const kinds = Syntax.SyntaxKind;

function first(diagnostics) {
    for (let i = 0; i < diagnostics.Count; i++) {
        const one = diagnostics.getItem(i);
        if (one.Severity === 'Error') return { error: `${one.Code} ${one.Message}`, at: one.Start };
    }
}

function nodes(code) {
    const found = [];
    Syntax.SyntaxElement.WalkNodes(code.Syntax, (node) => found.push(node));
    return found;
}

const literal = (node) => {
    while (node && node.Kind === kinds.ParenthesizedExpression) node = node.Expression;
    return node && [kinds.StringLiteralExpression, kinds.LongLiteralExpression, kinds.BooleanLiteralExpression,
        kinds.CompoundStringLiteralExpression].includes(node.Kind);
};

function senseless(all) {
    for (const node of all) {
        const { Left, Right } = node;
        const at = node.TextStart;
        const logical = node.Kind === kinds.AndExpression || node.Kind === kinds.OrExpression;
        if (logical && (literal(Left) || literal(Right))) return { error: 'a literal as a condition', at };
        if (node.Kind === kinds.FilterOperator && literal(node.Condition)) return { error: 'a literal as a condition', at };
        if (Left && !logical && literal(Left)) return { error: 'a literal is compared', at };
        if (node.Kind !== kinds.FunctionCallExpression) continue;
        const list = node.ArgumentList.Expressions;
        if (list.Count > 0 && literal(list.getItem(0).Element$1 ?? list.getItem(0))) return { error: 'a function of a literal', at };
    }
}

/** The names of columns, and whether each is compared with numbers. */
function columns(all) {
    const found = new Map();
    for (const node of all) {
        if (node.Kind !== kinds.NameReference) continue;
        const parent = node.Parent;
        if (parent && parent.Kind === kinds.FunctionCallExpression && parent.Name === node) continue;
        const name = node.SimpleName;
        const other = parent && parent.Left === node ? parent.Right : undefined;
        const number = other && [kinds.LongLiteralExpression, kinds.RealLiteralExpression, kinds.UnaryMinusExpression].includes(other.Kind);
        const bool = other && other.Kind === kinds.BooleanLiteralExpression;
        if (!found.has(name)) found.set(name, new Set());
        found.get(name).add(number ? 'Long' : bool ? 'Bool' : 'String');
    }
    return found;
}

function analyse(text, all) {
    const made = [];
    for (const [name, types] of columns(all)) {
        const type = types.size === 1 ? [...types][0] : 'Dynamic';
        made.push(new Symbols.ColumnSymbol(name, Symbols.ScalarTypes[type], null, null, null, null));
    }
    const name = all.find((node) => node.Kind === kinds.NameReference).SimpleName;
    const table = new Symbols.TableSymbol.$ctor4(name, System.Array.init(made, Symbols.ColumnSymbol));
    const database = new Symbols.DatabaseSymbol.ctor('db', System.Array.init([table], Symbols.Symbol));
    return KustoCode.ParseAndAnalyze(text, GlobalState.Default.WithDatabase(database));
}

function fault(text) {
    const code = KustoCode.Parse(text);
    const syntax = first(code.GetDiagnostics());
    if (syntax) return syntax;
    const all = nodes(code);
    return senseless(all) ?? first(analyse(text, all).GetDiagnostics());
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const { id, query } = JSON.parse(line);
    const text = /^\s*\w+(\([^|"']*\))?\s*\|/.test(query) ? query : `T | where ${query}`;
    const { error, at } = fault(text) ?? {};
    const near = error && text.slice(Math.max(0, at - 30), at + 50);
    console.log(JSON.stringify({ id, error, near }));
}
