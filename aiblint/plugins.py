"""Words for rules of a team's own, written in Python: only modules that are named and installed, never what lies in a repository."""

from __future__ import annotations

import os
import sys

from aiblint import git, words
from aiblint.choice import UsageError
from aiblint.config.kinds import PLUGIN_PREFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.machinery import ModuleSpec

    from aiblint.config import Settings


def load(settings: Settings) -> None:
    """Makes the words of the configured plugins known to rule files.

    A configuration comes with the repository that is linted, and may be anybody's. So it can only name what whoever set up this
    Python has installed for aiblint (`aiblint_…`), and a module is looked for in the folders of installed packages and nowhere
    else: not in the current folder, not along PYTHONPATH. UsageError: it is not there, or cannot be used.
    """
    for name in settings.plugins:
        where = f"{settings.place('plugins', name)}: plugins: "
        try:
            words.learn(_imported(name, where), f"{name.removeprefix(PLUGIN_PREFIX).replace('_', '-')}-")
        except words.WordError as error:
            raise UsageError(f"{where}{name}: {error}") from error


def _imported(name: str, where: str) -> object:
    from importlib.machinery import PathFinder

    if name in sys.modules:
        return sys.modules[name]
    folders = _folders()
    spec = PathFinder.find_spec(name, folders)
    if spec is None or spec.loader is None or spec.origin is None:
        raise UsageError(
            f"{where}{name} is not installed where aiblint runs ({sys.prefix}); pip install it there{_lying(name)}"
        )
    if not _is_inside(spec.origin, folders):
        raise UsageError(
            f"{where}{name} is a link to {os.path.realpath(spec.origin)}: only what is installed is run; pip install it without -e"
        )
    return _run(spec, where)


def _run(spec: ModuleSpec, where: str) -> object:
    import importlib.util

    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        assert spec.loader is not None
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whatever somebody's module does
        del sys.modules[spec.name]
        raise UsageError(f"{where}{spec.name} cannot be imported: {type(error).__name__}: {error}") from error
    return module


def _folders() -> list[str]:
    """Where installed packages lie: those of this Python and of the user, and the folder that aiblint itself was installed to."""
    import site
    import sysconfig

    found = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    # A virtual environment that does not see the packages of the system has none of them here.
    found += [folder for folder in site.getsitepackages() if folder in sys.path]
    if site.ENABLE_USER_SITE:
        found.append(site.getusersitepackages())
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if git.work_tree(home) is None:  # `pip install --target`; a clone is a repository, and may be the one that is linted
        found.append(home)
    return list(dict.fromkeys(folder for folder in found if os.path.isdir(folder)))


def _is_inside(path: str, folders: Iterable[str]) -> bool:
    real = os.path.realpath(path)
    return any(real.startswith(os.path.join(os.path.realpath(folder), "")) for folder in folders)


def _lying(name: str) -> str:
    """What to add where a module of that name lies somewhere that Python would look."""
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec(name)
    if spec is None or spec.origin is None:
        return ""
    return f" (not with -e: {spec.origin} is not run, because a repository may have put it there)"
