"""Links between the pages of this repository lead somewhere: usage links.py ROOT"""
import re
import sys
from pathlib import Path


def anchors(text):
    return {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in re.findall(r"^#+ (.*)$", text, re.M)}


def broken(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists():
            yield link
        elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text(encoding="utf-8")):
            yield link


root = Path(sys.argv[1])
pages = [p for p in root.rglob("*.md") if not {"build", ".state", ".git"} & set(p.relative_to(root).parts)]
found = [f"{page.relative_to(root)}: {link}" for page in pages for link in broken(page)]
print("\n".join(found) or f"{len(pages)} pages")
sys.exit(bool(found) or not pages)
