"""SQLite, as Python brings it.

Reads JSON lines {"id", "query", "events"?: [{field: value or [values]}, ...]} and writes for each
{"id", "error"?, "found"?: [true or false for each event]}.

The table is `logs`. It has a column for each field of the events and each further name the query
uses: INTEGER or REAL where all values are numbers, TEXT elsewhere, without a collation of their
own: text is equal in the same case only, and LIKE ignores the case of ASCII letters. With the
argument `nocase` TEXT columns are COLLATE NOCASE. A field of several values is a row for each.
Without events the query is prepared only. `x REGEXP y` searches y anywhere in x, as SQLite's own
extension does; the syntax is Python's, which agrees with PCRE's in what rules use.
"""

import json
import re
import sqlite3
import sys
from itertools import product

NOCASE = "nocase" in sys.argv[1:]
TEXT = "TEXT COLLATE NOCASE" if NOCASE else "TEXT"


def regexp(pattern, value):
    return value is not None and re.search(pattern, str(value)) is not None


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def column_type(values):
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int}:
        return "INTEGER"
    return "REAL" if kinds and kinds <= {int, float} else TEXT


def rows(event):
    """An event as rows: one for each combination of its fields' values."""
    fields = {name: value if isinstance(value, list) else [value] for name, value in event.items()}
    return [dict(zip(fields, values)) for values in product(*fields.values())]


def run(query, events):
    database = sqlite3.connect(":memory:")
    database.create_function("REGEXP", 2, regexp, deterministic=True)
    table = [(number, row) for number, event in enumerate(events or []) for row in rows(event)]
    names = {}
    for _, row in table:
        for name, value in row.items():
            # Names of columns differ in more than case.
            names.setdefault(name.lower(), (name, []))[1].append(value)
    columns = [f"{quoted(name)} {column_type(values)}" for name, values in names.values()]
    columns.insert(0, '"#event" INTEGER')
    database.execute(f"CREATE TABLE logs ({', '.join(columns)})")
    for number, row in table:
        cells = {name.lower(): value for name, value in row.items()}
        places = ", ".join("?" * (len(cells) + 1))
        into = ", ".join(quoted(names[name][0]) for name in cells)
        database.execute(f'INSERT INTO logs ("#event"{", " if into else ""}{into}) VALUES ({places})', [number, *cells.values()])
    while True:
        try:
            cursor = database.execute("EXPLAIN " + query)
            break
        except sqlite3.OperationalError as error:
            missing = re.fullmatch(r"no such column: (.*)", str(error), re.DOTALL)
            if not missing:
                raise
            database.execute(f"ALTER TABLE logs ADD COLUMN {quoted(missing[1])} {TEXT}")
    cursor.close()
    if events is None:
        return None
    cursor = database.execute(query)
    at = [column[0] for column in cursor.description].index("#event")
    found = {row[at] for row in cursor}
    return [number in found for number in range(len(events))]


def main():
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request["id"]}
        try:
            found = run(request["query"], request.get("events"))
            if found is not None:
                answer["found"] = found
        except (sqlite3.Error, sqlite3.Warning, re.error, ValueError) as error:
            answer["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(answer))


if __name__ == "__main__":
    main()
