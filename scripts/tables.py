"""Writes what a script measured into a page, between two comments: what stands around them stays as it is.

The page has the lines `<!-- NAME: begin -->` and `<!-- NAME: end -->`; what is between them is made by the script NAME.
"""
import pathlib


def replace(path, name, text):
    """Puts `text` between the two comments of `name` in the file at `path`; a page without them is refused."""
    path = pathlib.Path(path)
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    if not path.exists():
        raise ValueError(f"{path}: there is no such file; make it, with the lines {begin} and {end}")
    page = path.read_text(encoding="utf-8")
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        raise ValueError(f"{path}: needs the line {begin} once and the line {end} once behind it")
    head, rest = page.split(begin)
    tail = rest.split(end)[1]
    path.write_text(f"{head}{begin}\n\n{text.strip()}\n\n{end}{tail}", encoding="utf-8")


def markdown(header, rows):
    """A table; a cell is anything that prints."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
