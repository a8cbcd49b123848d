"""Checks that the Indonesian catalogue says everything the program says in English; `--update` brings it up to date first.

Message ids come from the web's Python and templates (gettext), from the docstrings of `engine/errors`, and from the
engine's calls in MESSAGES, RULES and TABLES, whose texts the web translates when it shows them.
"""

import ast
import io
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from babel.messages import Catalog, Message, pofile
from babel.messages.extract import extract
from jinja2.ext import babel_extract

from engine.diagrams import checking, preparing
from engine.diagrams.checking import explanations
from engine.expressions import messages
from engine.runtime import deployments

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "webui" / "translations"
LOCALES = ("id",)  # English is the language of the ids
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
# Folder of the engine: the calls whose first text is a message id there.
MESSAGES = {"engine/forms": {"Message", "Unfit"}}
# Modules of the engine that keep rules (a template and a hint each), or message ids, in a table.
RULES = (checking, preparing, deployments)
TABLES = ((messages, messages.MESSAGES), (explanations, explanations.MESSAGES))


def extracted() -> Catalog:
    """Collect every message id with the files it comes from."""
    catalogue = Catalog(project="Lajur", fuzzy=False, charset="utf-8")
    for path in sorted((ROOT / "webui").rglob("*")):
        if "node_modules" in path.parts or path.suffix not in {".py", ".html", ".txt"}:
            continue
        method = "python" if path.suffix == ".py" else babel_extract
        options = {"trimmed": "true", "silent": "false"}
        for _, ids, comments, context in extract(method, io.BytesIO(path.read_bytes()), KEYWORDS, ["i18n:"], options):
            _add(catalogue, ids, path, comments, context)
    for path, message in engine_messages():
        _add(catalogue, message, path)
    return catalogue


def engine_messages() -> Iterator[tuple[Path, str]]:
    """Give what the engine says, each with its file."""
    for path in sorted((ROOT / "engine" / "errors").glob("*.py")):
        yield from ((path, message) for message in error_messages(path))
    for folder, calls in MESSAGES.items():
        for path in sorted((ROOT / folder).glob("*.py")):
            yield from ((path, message) for message in call_messages(path, calls))
    for module in RULES:
        for rule in module.RULES.values():
            yield from ((_file(module), text) for text in (rule.template, rule.hint) if text)
    for module, table in TABLES:
        yield from ((_file(module), str(message)) for message in table.values())


def _file(module: ModuleType) -> Path:
    return Path(str(module.__file__))


def _add(catalogue: Catalog, ids: object, path: Path, comments: object = (), context: object = None) -> None:
    # Without line numbers: they would change the catalogue with every edit elsewhere.
    catalogue.add(ids, None, [(path.relative_to(ROOT).as_posix(), None)], auto_comments=comments, context=context)


def error_messages(path: Path) -> Iterator[str]:
    """Give the first paragraph of the docstring of every class."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and node.name.lstrip("_") == node.name and not _is_protocol(node):
            yield " ".join((ast.get_docstring(node) or node.name).partition("\n\n")[0].split())


def _is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


def call_messages(path: Path, calls: set[str]) -> Iterator[str]:
    """Give the first argument, where it is a text, of every call of one of these names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        if name in calls and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def problems(wanted: Catalog, catalogue: Catalog) -> Iterator[str]:
    """Say what keeps a catalogue from being complete."""
    for message in wanted:
        if not message.id:
            continue
        found = catalogue.get(message.id, message.context)
        files = ", ".join(sorted({name for name, _ in message.locations}))
        if found is None:
            yield f"missing: {message.id!r} ({files})"
        elif found.fuzzy:
            yield f"fuzzy: {message.id!r} ({files})"
        elif not all(_texts(found.string)):
            yield f"not translated: {message.id!r} ({files})"
        elif any(_places(text) != _places(_texts(message.id)[-1]) for text in _texts(found.string)):
            yield f"other places in the translation: {message.id!r} ({files})"
    for message in catalogue:
        if message.id and wanted.get(message.id, message.context) is None:
            yield f"no longer used: {message.id!r}"


def _texts(value: object) -> list[str]:
    return list(value) if isinstance(value, (tuple, list)) else [str(value or "")]


def _places(text: str) -> set[str]:
    """Give the names of the `{places}` and `%(places)s`."""
    named = {part.partition(")")[0] for part in text.split("%(")[1:]}
    try:
        braced = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        braced = set()
    return named | braced


def load(path: Path, locale: str) -> Catalog:
    """Read a catalogue; an empty one where there is none yet."""
    if not path.exists():
        return Catalog(locale=locale, project="Lajur", fuzzy=False)
    with path.open("rb") as source:
        return pofile.read_po(source, locale=locale, abort_invalid=True)


def update(wanted: Catalog, path: Path, locale: str) -> None:
    """Add the new ids to a catalogue, untranslated, and drop those that are no longer used."""
    kept = load(path, locale)
    catalogue = Catalog(
        locale=locale,
        project="Lajur",
        header_comment="# Lajur in another language. make translations adds what is new.",
        creation_date=kept.creation_date,  # else it would change with every update
        revision_date=kept.creation_date,
        last_translator="Lajur contributors",
        language_team=f"{locale} <{locale}@lajur.invalid>",
        fuzzy=False,
    )
    for message in wanted:
        if not message.id:
            continue
        old: Message | None = kept.get(message.id, message.context)
        text = old.string if old is not None else None
        catalogue.add(message.id, text, message.locations, auto_comments=message.auto_comments, context=message.context)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        pofile.write_po(target, catalogue, width=120, omit_header=False, sort_output=True, include_lineno=False)


def main() -> int:
    """Give 0 when every catalogue is complete, else 1 with a line for each message to look at."""
    wanted = extracted()
    count = 0
    for locale in LOCALES:
        path = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
        if "--update" in sys.argv[1:]:
            update(wanted, path, locale)
        for problem in problems(wanted, load(path, locale)):
            print(f"{path.relative_to(ROOT)}: {problem}")
            count += 1
    if count:
        print(f"{count} message(s) to look at; make translations adds new ones to the catalogue", file=sys.stderr)
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main())
