"""The Python package: signatures from its stubs, where a file has none from itself; texts from the docstrings."""

import ast
import json
import subprocess
import sys

# Of every name that a module has, and of what classes hold, the docstring. The compiled ones can't be read without importing.
DOCSTRINGS = """
import importlib, inspect, json, sys
sys.path.insert(0, sys.argv[1])
told = {}
def tell(place, value, depth):
    told[place] = inspect.getdoc(value)
    for name, held in vars(value).items() if depth and (inspect.ismodule(value) or inspect.isclass(value)) else ():
        if not name.startswith("_"):
            tell(f"{place}.{name}", held, depth - 1)
for name in sys.argv[2:]:
    try:
        tell(name, importlib.import_module(name), 2)
    except ImportError as error:
        print(f"{name}: {error}", file=sys.stderr)
print(json.dumps(told))
"""


def docstrings_of(folder, names):
    done = subprocess.run([sys.executable, "-c", DOCSTRINGS, str(folder), *names], capture_output=True, text=True, check=True)
    return {place: text for place, text in json.loads(done.stdout).items() if text}


def argument(entry, default):
    return ast.unparse(entry) + ("" if default is None else f" = {ast.unparse(default)}" if entry.annotation else f"={ast.unparse(default)}")


def signature(node):
    """As the stub has it; an argument a line where it is long, a property as the field that it looks like."""
    marks = [ast.unparse(mark) for mark in node.decorator_list]
    returned = ast.unparse(node.returns) if node.returns else ""
    if "property" in marks:
        return f"{node.name}: {returned}" if returned else node.name
    given = node.args
    plain = given.posonlyargs + given.args
    words = list(map(argument, plain, [None] * (len(plain) - len(given.defaults)) + given.defaults))
    words += [f"*{ast.unparse(given.vararg)}"] if given.vararg else ["*"] if given.kwonlyargs else []
    words += map(argument, given.kwonlyargs, given.kw_defaults)
    words += [f"**{ast.unparse(given.kwarg)}"] if given.kwarg else []
    tail = f" -> {returned}" if returned else ""
    line = f"def {node.name}({', '.join(words)}){tail}"
    if len(line) > 90:
        line = f"def {node.name}(\n    " + ",\n    ".join(words) + f",\n){tail}"
    return "".join(f"@{mark}\n" for mark in marks) + line


def members(node):
    """(name, signature) of a class's fields and methods."""
    for entry in node.body:
        if isinstance(entry, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if not entry.name.startswith("_") or entry.name in ("__init__", "__len__", "__iter__", "__enter__"):
                yield entry.name, signature(entry)
        elif isinstance(entry, ast.AnnAssign):
            yield entry.target.id, ast.unparse(entry)


def add_class(parts, place, node, docstrings):
    bases = f"({', '.join(map(ast.unparse, node.bases))})" if node.bases else ""
    parts += [f"## {node.name}", f"```python\nclass {node.name}{bases}\n```"]
    own = docstrings.get(f"{place}.{node.name}", ast.get_docstring(node))
    if own:
        parts.append(own)
    plain = []
    for name, text in members(node):
        told = docstrings.get(f"{place}.{node.name}.{name}")
        if told and not told.startswith("Alias for field"):
            parts += [f"### {node.name}.{name}", f"```python\n{text}\n```", told]
        else:
            plain.append(text)
    if plain:
        parts.append("```python\n" + "\n".join(plain) + "\n```")


def page(name, nodes, docstrings):
    parts = [f"# {name}"]
    if name in docstrings:
        parts.append(docstrings[name])
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            add_class(parts, name, node, docstrings)
        elif isinstance(node, ast.FunctionDef):
            parts += [f"## {node.name}", f"```python\n{signature(node)}\n```"]
            if told := docstrings.get(f"{name}.{node.name}", ast.get_docstring(node)):
                parts.append(told)
    return "\n\n".join(parts) + "\n"


def names_of(tree):
    """__all__ of a module."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return ast.literal_eval(node.value)
    raise ValueError("no __all__")


def pages(sources, folder):
    """(name, Markdown) of the package and of its public modules."""
    trees = {path.stem: ast.parse(path.read_text()) for suffix in ("*.py", "*.pyi") for path in sorted(sources.glob(suffix))}
    public = {"simdb" if stem == "__init__" else f"simdb.{stem}": tree for stem, tree in trees.items()
              if stem == "__init__" or not stem.startswith("_")}
    inner = [node for stem, tree in trees.items() if stem.startswith("_") for node in tree.body]  # the package's own names
    docstrings = docstrings_of(folder, public) if (folder / "simdb").exists() else {}
    for name, tree in public.items():
        wanted = names_of(tree)
        nodes = inner if name == "simdb" else tree.body
        yield name, page(name, [node for node in nodes if getattr(node, "name", "") in wanted], docstrings)
