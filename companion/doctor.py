"""The self-check: every part says ok, degraded or missing, why, and the one remedy.

Decides what is looked at. Changes nothing, needs no network and opens no device.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable

from companion.errors import CompanionError
from companion.keeping import folders
from companion.keeping.settings import Settings
from companion.ports import Finding

LEAST_FREE_BYTES = 50_000_000
"""Room for the promise and the cached voice (about 20 MB), with some to spare."""


def examine() -> list[Finding]:
    """Look at every part. Never raises for a part that is broken: that is its finding."""
    looks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("content", _content),
        ("settings", _settings),
        ("microphone", lambda: _device("microphone", "max_input_channels")),
        ("speaker", lambda: _device("speaker", "max_output_channels")),
        ("voice", _voice),
        ("recogniser", _recogniser),
        ("spotter", _spotter),
        ("taught", _taught),
        ("promise", _promise),
        ("clock", _clock),
        ("disk", _disk),
    )
    findings = []
    for part, look in looks:
        try:
            findings.append(look())
        except CompanionError as problem:
            findings.append(Finding(part, "missing", str(problem)))
    return findings


def sound_devices(key: str) -> list[str]:
    """Names of devices with channels of this kind ("max_input_channels" or output).

    SetupError where the sound library itself is missing.
    """
    from companion import portaudio

    place = 1 if "input" in key else 2
    with portaudio.quietly():
        return [device[0] for device in portaudio.devices() if device[place]]


def _device(part: str, key: str) -> Finding:
    try:
        names = sound_devices(key)
    except CompanionError as problem:
        return Finding(part, "missing", str(problem), "sudo apt-get install libportaudio2")
    if not names:
        kind = "microphone" if "input" in key else "loudspeaker"
        return Finding(part, "missing", f"no {kind} was found", f"plug in a {kind}")
    return Finding(part, "ok", ", ".join(names[:4]))


def _content() -> Finding:
    from companion.checking import check

    problems, count = check([])
    if problems:
        return Finding("content", "missing", problems[0], "companion check")
    return Finding("content", "ok", f"{count} files are in order")


def _settings() -> Finding:
    from companion.keeping.settings import load_settings, settings_file

    settings = load_settings()
    where = settings_file()
    if not where.exists():
        return Finding("settings", "ok", f"defaults; nothing is written in {where}")
    country = settings.country or "not set"
    return Finding("settings", "ok", f"{where}, country {country}")


def _voice() -> Finding:
    from companion import build
    from companion.keeping.settings import load_settings

    with build.opened_voice(load_settings().voice) as voice:
        clip = voice.render("One, two, three.")
    return Finding("voice", "ok", f"{voice.name}, a sentence of {clip.seconds:.1f} s rendered")


def _recogniser() -> Finding:
    from companion import build
    from companion.keeping.settings import load_settings

    settings = load_settings()
    try:
        with contextlib.closing(build.make_recogniser(settings.engine, settings)) as recogniser:
            unknown = recogniser.set_phrases(build.all_phrases())
    except CompanionError as problem:
        return Finding("recogniser", "missing", str(problem), _model_remedy(settings))
    if unknown:
        words = ", ".join(sorted(unknown)[:8])
        detail = f"{recogniser.name} does not know {len(unknown)} of the cue words: {words}"
        return Finding("recogniser", "degraded", detail, "")
    return Finding("recogniser", "ok", f"{recogniser.name} knows every cue word")


def _model_remedy(settings: Settings) -> str:
    """What mends a recogniser that does not start; "" where no other model would."""
    from companion.hearing.models import installed
    from companion.keeping.known_models import load_known_models

    if settings.engine not in ("auto", "vosk") or settings.vosk_model:
        return ""
    known = load_known_models(settings.language)
    if installed(folders.data_folder()) or not known:
        return "companion models"
    return f"companion models get {known[0].name}"


def _spotter() -> Finding:
    from companion import build
    from companion.hearing.synthetic import PEOPLE, people_here
    from companion.keeping.settings import load_settings

    language = load_settings().language
    spotter = build.make_spotter(language)
    if spotter is None:
        detail = f"no sound templates for '{language}': only the recogniser's words count"
        return Finding("spotter", "degraded", detail, "python -m companion.hearing.make_templates")
    try:
        spotter.set_phrases(())
    finally:
        spotter.close()
    silent = {person.program for person in PEOPLE} - {person.program for person in people_here()}
    if silent:
        program = min(silent)
        detail = f"{program} is missing: cues of your own are heard in fewer voices"
        return Finding("spotter", "degraded", detail, f"sudo apt-get install {program}")
    return Finding("spotter", "ok", "it has its sound templates, and voices to learn by")


def _taught() -> Finding:
    from companion import taught

    try:
        templates = taught.load()
    except CompanionError as problem:
        return Finding("taught", "degraded", f"{problem}", taught.REMEDY)
    if templates is None:
        return Finding("taught", "ok", "nothing was taught; companion teach is for hard voices")
    return Finding("taught", "ok", taught.told(templates))


def _promise() -> Finding:
    from companion import standing

    return Finding("promise", "ok", standing.sentence(standing.status()))


def _clock() -> Finding:
    from companion.keeping.clock import SystemClock

    if SystemClock().now().clock_set:
        return Finding("clock", "ok", "the clock is set")
    detail = "the clock has not been set since the start: promises hold by running time only"
    return Finding("clock", "degraded", detail, "timedatectl set-ntp true")


def _disk() -> Finding:
    folder = folders.state_folder()
    while not folder.exists():
        folder = folder.parent
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        detail = f"{folder} cannot be written to, so no promise can be kept"
        return Finding("disk", "missing", detail, f"sudo chown -R $USER {folder}")
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        detail = f"only {free // 1_000_000} MB are free"
        return Finding("disk", "degraded", detail, "sudo apt-get clean")
    return Finding("disk", "ok", f"{free // 1_000_000} MB are free")
