"""The documentation tells of everything there is, leads nowhere wrong, and what it shows runs."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

import tailgraph
from tailgraph.cli import app
from tailgraph.graph import schema

if TYPE_CHECKING:
    from sqlalchemy import Table

    from tailgraph.knowledge_base import KnowledgeBase

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *DOCS]


def leaves(group: TyperGroup, before: str = "") -> dict[str, TyperCommand]:
    """Return every command that runs, by its whole name such as ``label set``."""
    found: dict[str, TyperCommand] = {}
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            found |= leaves(command, f"{name} ")
        elif isinstance(command, TyperCommand):
            found[f"{before}{name}"] = command
    return found


GROUP = typer.main.get_command(app)
assert isinstance(GROUP, TyperGroup)
COMMANDS = leaves(GROUP)


def read(name: str) -> str:
    """Return the text of a page in docs/."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """Return what stands below a heading, up to the next of the same depth or above."""
    depth = heading.index(" ")
    found = re.search(rf"^{re.escape(heading)}$\n(.*?)(?=^#{{1,{depth}}} |\Z)", page, re.S | re.M)
    return found[1] if found else ""


def heading_of(name: str) -> str:
    """Return the heading of a command: that of one in a group stands one level deeper."""
    return f"{'###' if ' ' in name else '##'} {name}"


def anchor(heading: str) -> str:
    """Return the name that a heading has in a link."""
    words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return words.replace(" ", "-")


def snippets() -> list[str]:
    """Return the pieces of Python in the description of the format that are marked to run."""
    return re.findall(r"<!-- runnable -->\n```python\n(.*?)```", read("format.md"), re.S)


# ---- nothing is left out


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_documented_with_an_example(name: str) -> None:
    """A command has a section in docs/commands.md, and in it an example that calls it."""
    text = section(read("commands.md"), heading_of(name))
    assert f"\n$ tailgraph {name} " in text


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_of_a_command_is_documented(name: str) -> None:
    """The section of a command names each of its options and arguments, and no other option."""
    text = section(read("commands.md"), heading_of(name))
    parameters = COMMANDS[name].params
    options = {option for p in parameters if p.param_type_name == "option" for option in p.opts}
    table = re.findall(r"^\| (`.*?) \|", text, re.M)
    documented = {word for cell in table for word in re.findall(r"`(-[-\w]+)", cell)}
    assert documented == options - {"--help"}


@pytest.mark.parametrize("table", schema.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_column_is_documented(table: Table) -> None:
    """Each table of the schema stands in docs/format.md with all of its columns and no other."""
    page = read("format.md")
    found = re.search(rf"^\*\*`{table.name}`\*\*.*?(?=^\*\*`|^#|\Z)", page, re.S | re.M)
    assert found, f"docs/format.md has no **`{table.name}`**"
    first_table = found[0].split("\n\n")[1]
    cells = re.findall(r"^\| (`.*?) \|", first_table, re.M)
    documented = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(documented) == sorted(column.name for column in table.columns)


def test_the_tables_of_the_content_hash_are_documented() -> None:
    """The list of tables that the content hash covers is that of the schema, in its order."""
    hashed = re.search(r"the sha256 of\s+the tables (.*?), row by row", read("format.md"), re.S)
    assert hashed
    assert re.findall(r"`(\w+)`", hashed[1]) == [table.name for table in schema.CONTENT]


@pytest.mark.parametrize("name", tailgraph.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    """A public name stands in the README or in the docs, in a piece of code."""
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    code = re.findall(r"^```.*?^```|`[^`\n]+`", pages, re.S | re.M)
    assert any(re.search(rf"\b{name}\b", piece) for piece in code)


# ---- nothing leads astray


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    """Links and pictures of a page that name no other site lead to a file and a heading in it."""
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        name, _, fragment = target.partition("#")
        goal = page.parent / name if name else page
        assert goal.exists(), f"{page.name} links to {target}"
        if fragment:
            headings = re.findall(r"^#+ (.*)$", goal.read_text(encoding="utf-8"), re.M)
            assert fragment in map(anchor, headings), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_named_as_code_exists(page: Path) -> None:
    """A path such as `docs/method.md` that a page names is there."""
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:docs|sample|models|tests|benchmarks)/[\w./]+\.\w+)`", text):
        assert (ROOT / name).exists(), f"{page.name} names {name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_holds_a_path_of_one_machine(page: Path) -> None:
    """Examples use relative paths, so that they can be repeated anywhere."""
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w.:/])/(?:home|root|tmp|work|usr|Users|mnt)\b\S*", text) == []


# ---- what is shown runs


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_python_session_gives_what_it_shows(page: Path) -> None:
    """Lines that begin with >>> give the output below them."""
    failed, _ = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert failed == 0


def test_the_format_can_be_read_without_tailgraph(
    sample_kb: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pieces of Python in docs/format.md recompute a cosine, a tail and the graph by hand."""
    (tmp_path / "kb").symlink_to(sample_kb.folder)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for snippet in snippets():
        assert "tailgraph" not in snippet
        exec(compile(snippet, "docs/format.md", "exec"), names)
    assert names["tail"]
    names["database"].close()  # type: ignore[attr-defined]
