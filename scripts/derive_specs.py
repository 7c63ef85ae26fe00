"""Derive the facts our tests need from X's OpenAPI documents and Meta's code generation specs.

    python scripts/derive_specs.py SPECS_DIR

SPECS_DIR holds `x-openapi-2.166.json`, `x-openapi-2.167.json` and `facebook/*.json`. Written are
`tests/specs/x.json` and `tests/specs/facebook.json`: names, types and bounds of the operations we
use, and nothing else of those documents. `tests/specs/README.md` says where they come from.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent.parent / "tests" / "specs"

X_VERSIONS = ("2.166", "2.167")
X_OPERATIONS = {
    "createPosts",
    "deletePosts",
    "getPostsByIds",
    "getPostsCountsRecent",
    "getUsage",
    "getUsersByIds",
    "getUsersMe",
    "getUsersMentions",
    "getUsersPosts",
    "hidePostsReply",
    "searchPostsRecent",
}
X_NAMED = {"Tweet", "Post", "User", "Media", "Problem"}
# Parts of a post or user we never ask for: their inner shape is not worth the room.
X_SKIPPED = {"Place", "Poll", "Topic", "ContextAnnotation", "PostContextAnnotations"}
X_LEAVES = """
withheld geo non_public_metrics organic_metrics promoted_metrics suggested_source_links
suggested_source_links_with_counts note_request_suggestions matched_media_notes media_metadata
poll call_to_actions variants images affiliation subscription
"""

FACEBOOK_OPERATIONS = {
    "Comment": {
        ("GET", ""),
        ("POST", ""),
        ("DELETE", ""),
        ("GET", "comments"),
        ("POST", "comments"),
    },
    "PagePost": {("GET", ""), ("GET", "attachments"), ("GET", "comments"), ("POST", "comments")},
    "Page": {("GET", edge) for edge in ("", "feed", "posts", "tagged", "visitor_posts")},
}
# Page has some 150 fields; these are the ones a bot has a reason to ask for.
FACEBOOK_PAGE_FIELDS = """
about access_token category category_list description emails fan_count followers_count
has_transitioned_to_new_page_experience hours id is_published is_verified link location name
overall_star_rating phone rating_count talking_about_count username verification_status website
were_here_count
"""


def main(folder: Path) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    x = {version: x_facts(read(folder / f"x-openapi-{version}.json")) for version in X_VERSIONS}
    write("x", x)
    write("facebook", facebook_facts(folder / "facebook"))


def x_facts(document: dict[str, Any]) -> dict[str, Any]:
    """Operations with their parameters and answers, and what they name: shapes and lists.

    `$Tweet` stands for that shape, `@expansions.1` for that list of allowed values.
    """
    facts = {
        "operations": {
            operation["operationId"]: x_operation(document, method, path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if isinstance(operation, dict) and operation.get("operationId") in X_OPERATIONS
        },
        "shapes": {
            name: shape(document, {"$ref": f"#/components/schemas/{name}"}, named=False)
            for name in sorted(X_NAMED & document["components"]["schemas"].keys())
        }
        | {"Media": photo(document)},
    }
    return facts | {"lists": lists_apart(facts["operations"])}


def lists_apart(operations: dict[str, Any]) -> dict[str, list[str]]:
    """Take the long lists of values out of the parameters: most operations share them."""
    lists: dict[str, list[str]] = {}
    for operation in operations.values():
        for name, facts in operation["parameters"].items():
            if len(facts.get("enum", ())) > 4:
                known = [key for key, value in lists.items() if value == facts["enum"]]
                key = known[0] if known else f"@{name}.{len(lists) + 1}"
                lists[key] = facts["enum"]
                facts["enum"] = key
    return lists


def x_operation(
    document: dict[str, Any], method: str, path: str, operation: dict[str, Any]
) -> dict[str, Any]:
    parameters = [resolved(document, one) for one in operation.get("parameters", ())]
    success = next(status for status in operation["responses"] if status.startswith("2"))
    answer = operation["responses"][success]["content"]["application/json"]["schema"]
    facts: dict[str, Any] = {
        "method": method.upper(),
        "path": path,
        "auth": sorted(name for way in operation["security"] for name in way),
        "parameters": {
            one["name"]: parameter(document, one) for one in parameters if one["in"] == "query"
        },
        "status": int(success),
        "answer": shape(document, answer),
    }
    if "requestBody" in operation:
        facts["body"] = shape(
            document, operation["requestBody"]["content"]["application/json"]["schema"]
        )
    return facts


def parameter(document: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    """What a parameter may be: its type, bounds and, if it is one of a list, the list."""
    schema = resolved(document, one["schema"])
    inner = resolved(document, schema.get("items", {}))
    facts = {"type": schema.get("type", "string")}
    for key in ("minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength"):
        if key in schema:
            facts[key] = schema[key]
    allowed = schema.get("enum") or inner.get("enum")
    if allowed:
        facts["enum"] = sorted(set(allowed))
    if one.get("required"):
        facts["required"] = True
    return facts


def shape(document: dict[str, Any], schema: dict[str, Any], *, named: bool = True) -> Any:
    """A schema as a tree: {name: shape}, [shape], a type's name, or "$Name" of another shape."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name in X_SKIPPED:
        return "any"
    if named and name in X_NAMED:
        return f"${name}"
    schema = resolved(document, schema)
    if "properties" in schema or "allOf" in schema:
        parts = properties(document, schema)
        return {
            key: "any" if key in X_LEAVES.split() else shape(document, part)
            for key, part in sorted(parts.items())
        }
    if schema.get("type") == "array":
        return [shape(document, schema.get("items", {}))]
    if "oneOf" in schema:
        return shape(document, schema["oneOf"][0])
    return schema.get("type", "any") if schema.get("type") != "object" else "any"


def properties(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= properties(document, resolved(document, part))
    return found


def photo(document: dict[str, Any]) -> Any:
    """A picture: what media have in common, and what only pictures have."""
    schemas = document["components"]["schemas"]
    found = properties(document, schemas["Media"])
    if "Photo" in schemas:
        found |= properties(document, schemas["Photo"])
    return {key: shape(document, part) for key, part in sorted(found.items())}


def resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def facebook_facts(folder: Path) -> dict[str, Any]:
    """Nodes with their fields and operations."""
    enums = {one["name"]: one["values"] for one in read(folder / "enum_types.json")}
    return {
        node: facebook_node(node, read(folder / f"{node}.json"), enums)
        for node in FACEBOOK_OPERATIONS
    }


def facebook_node(node: str, spec: dict[str, Any], enums: dict[str, list[str]]) -> dict[str, Any]:
    operations = {}
    for api in spec["apis"]:
        key = (api["method"], api.get("endpoint", ""))
        if key in FACEBOOK_OPERATIONS[node]:
            parameters = {
                one["name"]: sorted(enums[one["type"]]) if one["type"] in enums else one["type"]
                for one in api.get("params", ())
            }
            operations[" ".join(key).strip()] = {
                "answer": api.get("return", ""),
                "parameters": parameters,
            }
    fields = {
        one["name"]: one["type"]
        for one in spec["fields"]
        if node != "Page" or one["name"] in FACEBOOK_PAGE_FIELDS.split()
    }
    return {"fields": fields, "operations": operations}


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def write(name: str, facts: dict[str, Any]) -> None:
    path = OUT / f"{name}.json"
    path.write_text(compact(facts) + "\n", encoding="utf-8")
    print(f"{path.relative_to(OUT.parent.parent)}: {path.stat().st_size} bytes")


def compact(facts: Any, depth: int = 0) -> str:
    """JSON with a line for each of the outer things, so that a change shows up in a diff."""
    if depth == 3 or not isinstance(facts, dict):
        return json.dumps(facts, sort_keys=True, separators=(",", ":"))
    lines = [f"{json.dumps(key)}:{compact(facts[key], depth + 1)}" for key in sorted(facts)]
    return "{\n" + ",\n".join(lines) + "\n}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python scripts/derive_specs.py SPECS_DIR")
    main(Path(sys.argv[1]))
