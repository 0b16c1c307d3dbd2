"""The naive ways to hear the same sentences, to be measured beside ours.

Decides nothing: each peer is set up as its engine's manual shows it. A peer takes the samples of
one clip and answers the sentences that it believes it heard.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion.hearing.grammar import jsgf
from companion.ports import HEARING_RATE

Peer = Callable[[NDArray[np.int16]], list[str]]
KEYPHRASE_THRESHOLD = "1e-20"
"""As in the manual's example of keyphrase spotting."""
_VARIANT = re.compile(r"\(\d+\)")


def keyphrases(sentences: Sequence[str]) -> Peer:
    """PocketSphinx, spotting every sentence as a keyphrase."""
    from pocketsphinx import Config, Decoder, get_model_path

    dictionary = Decoder(_config()).lookup_word
    usable = [one for one in sentences if all(dictionary(word) for word in one.split())]
    descriptor = os.memfd_create("keyphrases")
    with open(descriptor, "w", closefd=False) as file:
        file.writelines(f"{one} /{KEYPHRASE_THRESHOLD}/\n" for one in usable)
    config = Config(
        hmm=get_model_path("en-us/en-us"),
        dict=get_model_path("en-us/cmudict-en-us.dict"),
        lm=None,
        kws=f"/proc/self/fd/{descriptor}",
        loglevel="FATAL",
    )
    decoder = Decoder(config)
    os.close(descriptor)

    def hear(samples: NDArray[np.int16]) -> list[str]:
        decoder.start_utt()
        decoder.process_raw(samples.tobytes(), full_utt=True)
        decoder.end_utt()
        return [segment.word.strip() for segment in decoder.seg() or ()]

    return hear


def grammar(sentences: Sequence[str]) -> Peer:
    """PocketSphinx, told that nothing but these sentences is ever said."""
    from pocketsphinx import Decoder

    decoder = Decoder(_config())
    usable = [one for one in sentences if all(decoder.lookup_word(w) for w in one.split())]
    decoder.add_jsgf_string("cues", jsgf(usable))
    decoder.activate_search("cues")

    def hear(samples: NDArray[np.int16]) -> list[str]:
        decoder.start_utt()
        decoder.process_raw(samples.tobytes(), full_utt=True)
        decoder.end_utt()
        found = decoder.hyp()
        return [_VARIANT.sub("", found.hypstr)] if found is not None else []

    return hear


def grammar_or_unknown(sentences: Sequence[str], model: Path) -> Peer:
    """Vosk, told that these sentences or something unknown are said."""
    import vosk

    vosk.SetLogLevel(-1)
    loaded = vosk.Model(str(model))
    usable = [
        one for one in sentences if all(loaded.vosk_model_find_word(w) >= 0 for w in one.split())
    ]
    recogniser = vosk.KaldiRecognizer(loaded, HEARING_RATE, json.dumps([*usable, "[unk]"]))

    def hear(samples: NDArray[np.int16]) -> list[str]:
        recogniser.AcceptWaveform(samples.tobytes())
        text: str = json.loads(recogniser.FinalResult())["text"]
        return [text] if text and "[unk]" not in text else []

    return hear


def _config() -> Any:
    from pocketsphinx import Config, get_model_path

    return Config(
        hmm=get_model_path("en-us/en-us"),
        dict=get_model_path("en-us/cmudict-en-us.dict"),
        lm=None,
        loglevel="FATAL",
    )
