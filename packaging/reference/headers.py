"""A page per public header: its declarations in their order, each under the contract that stands above it.

The headers' comments are written to be read in place, in their order, between the members that they are about. So a declaration is
shown as it stands, without its private part.
"""

import re

NAMED = re.compile(r"(?:class|struct|enum class)\s+(\w+)|using\s+(\w+)\s*=|(?:constexpr|extern)\b[^=(]*?(\w+)\s*(?:=|;)|(operator\W+?|\w+)\s*\(")
PRIVATE = re.compile(r"^ private:\n.*?(?=^};)", re.M | re.S)
COMMENT = re.compile(r"^/// ?")


def declarations(text):
    """(comment lines, code) of what stands in a namespace, in order."""
    comment, code, depth = [], [], 0
    for line in text.splitlines():
        bare = re.sub(r"//.*|\"(?:\\.|[^\"\\])*\"", "", line)
        if not code and (not line.strip() or line.startswith(("#", "namespace", "}  // namespace"))):
            comment = []
        elif not code and COMMENT.match(line):
            comment.append(COMMENT.sub("", line))
        elif not code and line.startswith("//"):
            continue
        else:
            code.append(line)
            depth += sum(map(bare.count, "{([")) - sum(map(bare.count, "})]"))
            if depth == 0 and bare.rstrip().endswith((";", "}")):
                yield comment, "\n".join(code)
                comment, code = [], []


def name_of(code):
    found = NAMED.search(re.sub(r"template\s*<[^>]*>|\[\[\w+\]\]", "", code))
    return next(group for group in found.groups() if group) if found else code.split()[0]


def prose(comment):
    """A comment as Markdown: between `marks` it is that, elsewhere it is plain text."""
    pieces = re.split(r"(`[^`]*`)", "\n".join(comment))
    return "".join(piece if piece.startswith("`") else re.sub(r"([*_<\[])", r"\\\1", piece) for piece in pieces)


def page(path):
    parts = [f"# simdb/{path.name}", f"`#include <simdb/{path.name}>`"]
    last = None
    for comment, code in declarations(path.read_text()):
        if re.fullmatch(r"(class|struct) \w+;", code):
            continue  # named beforehand, described elsewhere
        name = name_of(code)
        if name != last:
            parts.append(f"## {name}")
        last = name
        if comment:
            parts.append(prose(comment))
        parts.append(f"```cpp\n{PRIVATE.sub('', code + chr(10))}```")
    return "\n\n".join(parts) + "\n"


def index(paths):
    lines = ["# The C++ library", "What programs include. How to build with it is in the README; `examples/` has complete programs.", "",
             "| header | declares |", "|---|---|"]
    for path in paths:
        names = dict.fromkeys(name_of(code) for _, code in declarations(path.read_text())
                              if not re.fullmatch(r"(class|struct) \w+;", code))
        listed = ", ".join(f"[{name}]({path.stem}.md#{name.lower()})" for name in names)
        lines.append(f"| `simdb/{path.name}` | {listed} |")
    return "\n".join(lines) + "\n"
