"""Where files are: what ships with the companion, what a person added, what it keeps.

Decides paths only; reads and validates nothing. A person's own file wins over a shipped one of
the same name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from companion.errors import SetupError

Kind = Literal["scripts", "voices"]

_PACKAGE = Path(__file__).resolve().parent.parent
_NAME = "companion"


def shipped(kind: Kind) -> Path:
    """The folder of files that came with the companion.

    In a wheel it lies inside the package. Beside the package it is believed only where
    pyproject.toml stands too, so that a stranger's folder in site-packages is never taken.
    """
    inside = _PACKAGE / "_data" / kind
    if inside.is_dir():
        return inside
    beside = _PACKAGE.parent
    if (beside / "pyproject.toml").is_file() and (beside / kind).is_dir():
        return beside / kind
    raise SetupError(
        f"the folder {kind}/ that belongs to the companion is missing: install it again"
    )


def config_folder() -> Path:
    """Settings and a person's own scripts and voices. Not created here."""
    import platformdirs

    return Path(platformdirs.user_config_dir(_NAME, appauthor=False))


def own(kind: Kind) -> Path:
    """The folder of a person's own files of one kind. It need not exist."""
    return config_folder() / kind


def state_folder() -> Path:
    """The promise lives here. Not created here."""
    import platformdirs

    return Path(platformdirs.user_state_dir(_NAME, appauthor=False))


def cache_folder() -> Path:
    """Rendered lines of the companion's own voice. May be deleted at any time."""
    import platformdirs

    return Path(platformdirs.user_cache_dir(_NAME, appauthor=False))


def data_folder() -> Path:
    """Models that a person installed."""
    import platformdirs

    return Path(platformdirs.user_data_dir(_NAME, appauthor=False))
