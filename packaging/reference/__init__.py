"""Pages of the documents' site, made of sources: each module has a function `page` or `pages` that gives Markdown."""
