"""For mkdocs: lists the reasons, and names without a link what lies beside the documents, such as a source."""

import re
from pathlib import Path

OUTSIDE = re.compile(r"\[([^\]]*)\]\((?:\.\./)+(?!docs/)([^)\s]*)\)")


def on_page_markdown(markdown, page, **_):
    if page.file.src_path.startswith("reference/"):
        return markdown
    return OUTSIDE.sub(lambda link: link[1] if link[2].strip("./") in link[1] else f"{link[1]} (`{link[2]}`)", markdown)


def on_config(config):
    reasons = sorted(Path(config["docs_dir"], "decisions").glob("*.md"))
    config["nav"].append({"Reasons": [f"decisions/{path.name}" for path in reasons]})
    return config
