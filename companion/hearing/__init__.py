"""Sound in: frames, utterances, words, and the one decision that makes them a cue."""
