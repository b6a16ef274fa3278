"""Elastic's parser of EQL for Python, in the syntax of Elasticsearch.

Reads JSON lines {"id", "query"} and writes for each {"id", "error"?, "near"?}. Fields are not checked, for
there is no schema. The name of this file must not begin with `eql_`: the package imports such as
its plugins.
"""

import json
import sys

import eql

sys.setrecursionlimit(100_000)


def main():
    with eql.parser.elasticsearch_syntax, eql.parser.ignore_missing_functions:
        for line in sys.stdin:
            request = json.loads(line)
            answer = {"id": request["id"]}
            try:
                eql.parse_query(request["query"])
            except eql.EqlParseError as error:
                query = request["query"]
                answer["error"] = f"{type(error).__name__}: {error.error_msg}"
                answer["near"] = query[max(0, error.column - 30) : error.column + 50]
            except (eql.EqlError, RecursionError, ValueError) as error:
                answer["error"] = f"{type(error).__name__}: {error}"
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
