"""Three kinds of trouble, each told in one clear sentence.

A message says what is wrong, where, and what is allowed. It never holds heard words.
"""

from __future__ import annotations


class CompanionError(Exception):
    """Any trouble the companion can name. The message is one sentence for a person."""


class ContentError(CompanionError):
    """A file somebody wrote is wrong: a script, a voice, a cue list, settings. Exit 2."""


class SetupError(CompanionError):
    """The machine lacks something: a model, a device, an engine. Exit 1."""


class PartLost(CompanionError):  # noqa: N818 - it is an event of the world
    """Something outside stopped answering while running: a worker, a device. Becomes an event."""
