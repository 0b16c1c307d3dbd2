"""The models of the recogniser: what is here, what can be got, get one, remove one.

Decides which model is meant by what somebody typed, and what they are told. Must not know how
a model is downloaded or unpacked. Only `get` with a known name or an address uses the network.
"""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from companion import progress
from companion.errors import CompanionError, ContentError
from companion.hearing import installing, models
from companion.hearing.disk import amount
from companion.hearing.downloads import Wanted
from companion.hearing.web import checked_address
from companion.keeping import folders
from companion.keeping.known_models import KnownModel, load_known_models
from companion.keeping.settings import Settings, load_settings

NO_CHECKSUM = "no checksum is known: only the size and the format can be checked"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed after `get`."""

    what: str = ""
    """A name, or the path of a zip file."""
    url: str = ""
    name: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is here, and what is known."""

    place: Path
    installed: tuple[models.Installed, ...]
    used: Path | None
    """The folder of the model that the recogniser takes; None where it takes none."""
    known: tuple[KnownModel, ...]
    begun: dict[str, int]
    """Bytes that are here of models whose download broke off, by name."""


def shelf() -> Shelf:
    """Look at everything. Uses no network, and changes nothing."""
    settings, data = load_settings(), folders.data_folder()
    place = data / models.FOLDER
    parts = {}
    for path in sorted(place.glob(".*.part")):
        with contextlib.suppress(OSError):  # it may be finished just now
            parts[path.name[1:-5]] = path.stat().st_size
    return Shelf(
        place, models.installed(data), _used(settings), load_known_models(settings.language), parts
    )


def _used(settings: Settings) -> Path | None:
    if settings.engine not in ("auto", "vosk"):
        return None
    try:
        return models.find_vosk_model(settings.vosk_folder(), folders.data_folder())
    except CompanionError:
        return None


def facts(found: Shelf) -> Iterator[dict[str, object]]:
    """The same for a program: a line for each model."""
    for one in found.installed:
        yield {
            "kind": "installed",
            "name": one.name,
            "folder": str(one.folder),
            "bytes": one.size,
            "used": one.folder == found.used,
        }
    names = {one.name for one in found.installed}
    for model in found.known:
        yield {
            "kind": "known",
            "name": model.name,
            "language": model.language,
            "about": model.about,
            "licence": model.licence,
            "url": model.url,
            "bytes": model.size,
            "sha256": model.sha256,
            "unpacked_bytes": model.unpacked,
            "begun_bytes": found.begun.get(model.name, 0),
            "installed": model.name in names,
        }


def lines(found: Shelf) -> Iterator[str]:
    """The same for a person."""
    if found.installed:
        yield f"Installed, in {found.place}:"
    else:
        yield f"No model is installed in {found.place}."
    for one in found.installed:
        used = "  used" if one.folder == found.used else ""
        yield f"  {one.name:30} {amount(one.size):>7}  {one.folder}{used}"
    if found.used is not None and found.used not in {one.folder for one in found.installed}:
        yield f"The settings name another one, and that is used: {found.used}"
    yield "Known, and downloaded only by: companion models get NAME"
    for model in found.known:
        yield f"  {model.name:30} {amount(model.size):>7}  {model.licence}, {model.language}"
        room = f"; unpacked {amount(model.unpacked)}" if model.unpacked else ""
        yield f"  {'':30} {'':7}  {model.about}{room}"
        if model.sha256 is None:
            yield f"  {'':30} {'':7}  {NO_CHECKSUM}"
    for name, have in found.begun.items():
        yield f"Begun and not finished: {name}, {amount(have)} are here"


def get(asked: Asked, out: TextIO) -> None:
    """Get a model, try it, and tell about it. CompanionError in one sentence when that fails."""
    settings, data = load_settings(), folders.data_folder()
    wanted, archive, known = meant(asked, load_known_models(settings.language))
    there = models.model_in(data / models.FOLDER / wanted.name)
    if there is not None:
        out.write(f"{wanted.name} is there already: {there}\n")
        return
    source = str(archive) if archive is not None else urlsplit(wanted.url).hostname
    size = f", {amount(wanted.size)}" if wanted.size else ""
    out.write(f"{wanted.name}, from {source}{size}{f', {known.licence}' if known else ''}\n")
    if wanted.sha256 is None:
        out.write(f"{NO_CHECKSUM}\n")
    out.flush()
    if archive is not None:
        got = installing.get_from_file(archive, wanted, data)
    else:
        with progress.shown(out) as tell:
            got = installing.get(wanted, data, progress=tell)
    agrees = ", as it should be" if wanted.sha256 else ""
    out.write(f"sha256 {got.sha256}{agrees}\n")
    out.write(f"Vosk can load it. It is in {got.folder}\n")
    if not got.takes_phrases:
        out.write("It cannot be told what makes sense to hear: another model hears cues better.\n")
    out.write(f"{_from_now_on(got.folder, settings)}\n")


def _from_now_on(folder: Path, settings: Settings) -> str:
    used = _used(settings)
    if used == folder:
        return "From its next start on, the companion hears with it."
    if used is None:
        return f'The settings say engine = "{settings.engine}", so it is not used.'
    return f"The companion goes on hearing with {used}."


def meant(
    asked: Asked, known: tuple[KnownModel, ...]
) -> tuple[Wanted, Path | None, KnownModel | None]:
    """What is to be got; the zip file on a disk, if it is one; and what is known about it.

    ContentError in one sentence when nothing can be meant by what was asked.
    """
    archive = None if asked.url else _archive(asked.what)
    name = asked.name or (archive.stem if archive is not None else asked.what)
    if not name:
        raise ContentError(
            "an address alone names no model: give --name too"
            if asked.url
            else "name a model, or a zip file, or give --url and --name: `companion models` lists"
        )
    models.checked_name(name)
    if asked.what and asked.name and asked.url and asked.what != asked.name:
        raise ContentError(f"is it {asked.what} or {asked.name}? give one name")
    if asked.name and archive is None and not asked.url:
        raise ContentError("--name goes with --url or with a zip file")
    model = next((one for one in known if one.name == name), None)
    if model is None and archive is None and not asked.url:
        near = difflib.get_close_matches(name, [one.name for one in known], n=1, cutoff=0.4)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise ContentError(
            f"no model {name} is known{hint}: `companion models` lists them, and --url gets others"
        )
    url = asked.url or (model.url if model is not None and archive is None else "")
    wanted = Wanted(
        name=name,
        url=checked_address(url) if url else "",
        size=model.size if model else None,
        sha256=_sum(asked.sha256, model),
        unpacked=model.unpacked if model else None,
    )
    return wanted, archive, model


def _archive(what: str) -> Path | None:
    """The file that is meant; None where a name is meant."""
    if "/" not in what and not what.lower().endswith(".zip"):
        return None
    path = Path(what).expanduser()
    if not path.is_file():
        raise ContentError(f"{what}: there is no such file")
    return path


def _sum(given: str, model: KnownModel | None) -> str | None:
    known = model.sha256 if model else None
    if not given:
        return known
    given = given.lower()
    if re.fullmatch("[0-9a-f]{64}", given) is None:
        raise ContentError("--sha256 must be 64 digits of 0-9 and a-f")
    if model and known not in (None, given):
        raise ContentError(f"--sha256 is not the one that is known for {model.name}: {known}")
    return given


def to_remove(name: str) -> str:
    """What would go, in a few words. ContentError where there is no such model."""
    models.checked_name(name)
    found = shelf()
    one = next((one for one in found.installed if one.name == name), None)
    if one is not None:
        return f"{name}, {amount(one.size)} in {found.place / name}"
    if name in found.begun:
        return f"what was downloaded of {name}, {amount(found.begun[name])}"
    names = ", ".join(one.name for one in found.installed) or "none"
    raise ContentError(f"no model {name} is installed; installed: {names}")


def remove(name: str) -> None:
    """Remove a model. CompanionError in one sentence when that fails."""
    to_remove(name)
    models.remove(name, folders.data_folder())
