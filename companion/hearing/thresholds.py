"""From where on what was heard is believed.

Decides nothing but the numbers; hearing/decision.py says what they are compared with. They were
set on recordings (docs/decisions/sound-templates.md has the figures), and
`python -m benchmarks.calibrate` shows for others where they should lie.
"""

USUAL_SECONDS = (0.6, 1.2)
ALIKE_READ = (0.70, 0.58)
"""From which likeness on a closed reading sounds right: the first number for sentences that
usually take the first number of seconds or less, the second for those that take the second or
more. Much of other speech has something like a short word in it."""
ALIKE_ALONE = (0.76, 0.72)
"""From which likeness on the sentence that the spotter finds likeliest needs no reading."""
ALIKE_RARE = (0.64, 0.64)
"""And from which on a household's own rare sentence needs none: hearing/taught.py."""
ALIKE_AGAINST = (0.70, 0.70)
"""But this much where the closed reading says something else: 65 people's recordings at 10 dB of
noise lose one hit by it, and the one false hit in an hour of other speech is gone."""
AHEAD = 0.03
"""By so much it must then be ahead of the likeliest sentence that means something else."""
COVERED = 0.6
"""Of what was spoken, a sentence must take up so much: a part of a longer one is no cue."""
COVERED_ALONE = 0.75
"""And so much where no reading bears it out: "pause the film for a moment" holds, to the ear,
two thirds of "pause until noon"."""
ALIKE_SAID = (0.55, 0.55)
"""From which likeness on a sentence that was read freely, word for word, is believed."""
ALIKE_AGREED = 0.5
"""A closed reading that only means the same as the free one must sound at least so much alike."""
LACKING_AGREED = 0.1
ALIKE_MEANT = 0.6
"""And a free reading without a second one needs something so alike that means the same."""
HALF = 0.5
"""Of what was spoken, that must take up so much."""
LACKING = 0.04
"""No more of a sentence may be lacking (ports.Likeness). Of 120 two-word phrases that people
spoke, two in a hundred lack over 0.035; what shares half of its words with a sentence lacks some
0.07 to 0.14 of it. A single other word at the end is not always noticed."""
LACKING_RARE = 0.05
"""And no more of a household's own sentence, which hardly anything else sounds like."""
LEAST_CONFIDENCE = 0.2
"""A free reading that is less sure is no witness: it makes a short sound into anything."""
LIKELY = 0.45
"""Sentences less alike than this are not worth reading for."""
MOST_LIKELY = 60
"""So many of the likeliest are read among. More cost time and are not what was said."""
