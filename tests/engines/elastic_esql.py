"""Elastic's ES|QL grammar, as published with the parser of its detection rules.

Reads JSON lines {"id", "query"} and writes for each {"id", "error"?}. Syntax, functions and what
the parser itself refuses are told; fields are not, for there is no schema.
"""

import json
import sys

import esql

sys.setrecursionlimit(100_000)


def main():
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request["id"]}
        try:
            esql.parse_query(request["query"])
        except (esql.EsqlError, RecursionError, ValueError) as error:
            answer["error"] = " ".join(f"{type(error).__name__}: {error}".split())[:600]
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
