"""Which Vosk model there is on this machine.

Decides where a model is looked for and what looks like one. Must not load it: that a model works
is found out by the recogniser.
"""

from __future__ import annotations

from pathlib import Path

from companion.errors import SetupError

FOLDER = "models"
"""Under the data folder: every model that a person unpacked, each in a folder of its own."""
ACOUSTIC = ("am/final.mdl", "final.mdl")
"""Newer and older published models keep the acoustic model here."""
GRAPHS = (
    "graph/HCLr.fst", "graph/HCLG.fst", "HCLr.fst", "HCLG.fst",
)  # fmt: skip
"""What is searched while decoding; a model has one of them."""


def looks_like_vosk_model(folder: Path) -> bool:
    """Whether the files that every model has are there."""
    return any((folder / name).is_file() for name in ACOUSTIC) and any(
        (folder / name).is_file() for name in GRAPHS
    )


def find_vosk_model(named: Path | None, data_folder: Path) -> Path | None:
    """The model named in the settings, else the newest one under `data_folder`, else None.

    A model may lie one folder deeper than where it was unpacked. SetupError in one sentence when
    the named folder is none.
    """
    if named is not None:
        found = next((one for one in (named, *_folders(named)) if looks_like_vosk_model(one)), None)
        if found is None:
            raise SetupError(
                f"{named} holds no Vosk model: name the folder that holds am/ and graph/"
                " as vosk_model in the settings"
            )
        return found
    nearby = _folders(data_folder / FOLDER)
    candidates = [*nearby, *(inner for folder in nearby for inner in _folders(folder))]
    models = [folder for folder in candidates if looks_like_vosk_model(folder)]
    return max(models, key=lambda folder: (folder.stat().st_mtime, folder.name), default=None)


def _folders(parent: Path) -> list[Path]:
    try:
        return sorted(entry for entry in parent.iterdir() if entry.is_dir())
    except OSError:
        return []
