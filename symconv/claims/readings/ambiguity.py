"""A notation with several meanings, those that a text may have, and the one that is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ChoiceKey = tuple[str, str]
"""The name of an ambiguity and what it is about: a letter, or nothing for the whole text."""

Reading = Mapping[ChoiceKey, str]
"""The meanings that are fixed; where nothing is fixed, the likeliest one is taken."""

MOST_READINGS = 24
"""How many readings of one statement are tried: every single change, and some pairs of changes.

The claims of people need one change or two, and meet up to six ambiguities.
"""

MOST_CHANGES = 3
"""How many meanings at once may differ from the likeliest ones."""


@dataclass(frozen=True)
class Ambiguity:
    """A notation with several meanings.

    `alternatives` has a word for every meaning and the sentence that tells a reader that it was
    taken, with `{subject}` for the letter; a meaning that goes without saying has no sentence.
    `conditions` says of a meaning that nobody may presume what a claim is that is right in it only:
    "right if ...", under the name of the condition.
    """

    name: str
    alternatives: Mapping[str, str]
    conditions: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def sentence(self, word: str, subject: str) -> str:
        """What a reader is told."""
        return self.alternatives[word].format(subject=subject)


@dataclass(frozen=True)
class Encounter:
    """A place where a text has several meanings: the possible ones, the likeliest first."""

    ambiguity: Ambiguity
    possible: tuple[str, ...]
    taken: str


@dataclass
class Choices:
    """What was fixed for a text, and which ambiguities were met in it."""

    fixed: Reading = field(default_factory=dict)
    met: dict[ChoiceKey, Encounter] = field(default_factory=dict)

    def choose(self, ambiguity: Ambiguity, subject: str, possible: tuple[str, ...]) -> str:
        """The meaning that is fixed, or else the first of the possible ones."""
        key = ambiguity.name, subject
        wanted = self.fixed.get(key, "")
        taken = wanted if wanted in possible else possible[0]
        if len(possible) > 1:
            self.met[key] = Encounter(ambiguity, possible, taken)
        return taken

    def find_condition(self) -> tuple[str, str] | None:
        """The name and the words of the condition that these meanings are, if they are one."""
        for place in self.met.values():
            if place.taken != place.possible[0] and place.taken in place.ambiguity.conditions:
                return place.ambiguity.conditions[place.taken]
        return None


def list_changes(choices: Choices, changeable: Reading) -> Iterator[Reading]:
    """Every reading that has one more meaning changed than this one.

    `changeable` are the meanings that this reading has changed already; others that are fixed are
    conventions of the text, and stay.
    """
    if len(changeable) >= MOST_CHANGES:
        return
    for key, encounter in choices.met.items():
        if key in choices.fixed:
            continue
        for word in encounter.possible[1:]:
            yield {**changeable, key: word}
