"""The server's OpenAPI document as a page."""

import json


class Page:
    def __init__(self, document):
        self.document = document
        self.parts = ["# HTTP", document["info"]["description"],
                      "Made of the document that a server shows at `/v1/openapi.json`. [Server](../server.md) explains it."]

    def resolved(self, entry):
        while "$ref" in entry:
            found = self.document
            for key in entry["$ref"].removeprefix("#/").split("/"):
                found = found[key]
            entry = found
        return entry

    def type_of(self, schema):
        """A schema in a few words; of one that has a name, the name."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        if "const" in schema:
            return f"`{json.dumps(schema['const'])}`"
        if "enum" in schema:
            return ", ".join(f"`{value}`" for value in schema["enum"])
        for choice in ("oneOf", "anyOf", "allOf"):
            if choice in schema:
                return (" and " if choice == "allOf" else " or ").join(map(self.type_of, schema[choice]))
        if schema.get("type") == "array":
            return f"list of {self.type_of(schema.get('items', {}))}"
        if "properties" in schema:
            return "object of " + ", ".join(f"`{name}`" for name in schema["properties"])
        kind = schema.get("type", "anything")
        return " or ".join(kind) if isinstance(kind, list) else kind

    def table(self, head, rows):
        if not any(row[-1] for row in rows):
            head, rows = head[:-1], [row[:-1] for row in rows]
        lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        lines += ["| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
        self.parts.append("\n".join(lines))

    def content_of(self, entry):
        kinds = entry.get("content", {})
        return "; ".join(f"`{kind}`: {self.type_of(value.get('schema', {}))}" for kind, value in kinds.items())

    def add_operation(self, path, method, operation, shared):
        self.parts.append(f"## {method.upper()} {path}")
        self.parts.append(operation["summary"] + ("." if not operation["summary"].endswith((".", "?")) else ""))
        if "description" in operation:
            self.parts.append(operation["description"])
        parameters = [self.resolved(entry) for entry in shared + operation.get("parameters", [])]
        if parameters:
            self.table(["parameter", "in", "value", ""], [
                [f"`{entry['name']}`" + (" (needed)" if entry.get("required") else ""), entry["in"],
                 self.type_of(entry.get("schema", {})), entry.get("description", "")] for entry in parameters])
        if "requestBody" in operation:
            body = self.resolved(operation["requestBody"])
            self.parts.append(f"Takes {self.content_of(body)}.")
            schema = body["content"].get("application/json", {}).get("schema", {})
            self.add_fields(schema)
        lines, problems = [], []
        for status, answer in operation["responses"].items():
            if answer.get("$ref", "").endswith("/Problem"):
                problems.append(status)
                continue
            told = self.resolved(answer)
            content = self.content_of(told)
            lines.append(f"* **{status}** {told.get('description', '')}{' ' if content else ''}{content}")
        if problems:
            lines.append(f"* **{', '.join(sorted(problems))}** a problem")
        self.parts.append("\n".join(lines))

    def add_fields(self, schema):
        if "properties" not in schema:
            return
        needed = schema.get("required", [])
        self.table(["field", "value", ""], [
            [f"`{field}`" + ("" if field in needed else " (may be missing)"), self.type_of(entry),
             self.resolved(entry).get("description", "")] for field, entry in schema["properties"].items()])

    def add_schema(self, name, schema):
        self.parts.append(f"## {name}")
        if "description" in schema:
            self.parts.append(schema["description"])
        if "properties" in schema:
            self.add_fields(schema)
        else:
            self.parts.append(f"{self.type_of(schema)}.")


def page(path):
    document = json.loads(path.read_text())
    made = Page(document)
    for route, operations in document["paths"].items():
        shared = operations.get("parameters", [])
        for method, operation in operations.items():
            if method != "parameters":
                made.add_operation(route, method, operation, shared)
    for name, schema in document["components"]["schemas"].items():
        made.add_schema(name, schema)
    return "\n\n".join(made.parts) + "\n"
