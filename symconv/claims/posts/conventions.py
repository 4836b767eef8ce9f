"""One choice of meaning holds for a whole post: what its statements settle for each other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from symconv.claims.check import Checker
from symconv.claims.judging.best_reading import SETTLED
from symconv.claims.model.verdict import Verdict
from symconv.claims.readings.ambiguity import ChoiceKey, Reading


@dataclass(frozen=True)
class SettledStatement:
    """A statement that is right, and the meanings that its notations had."""

    text: str
    taken: Reading


@dataclass
class PostConventions:
    """The meanings that the right statements of a post rest on, in the order of the post."""

    checker: Checker
    settled: list[SettledStatement] = field(default_factory=list)

    def settle(self, text: str, found: Verdict) -> Verdict:
        """The verdict on the statement that was judged last, in the meanings of the whole post.

        A meaning that makes a statement right holds for the others, too: those before it are judged
        again, and where one of them is right in its own meaning only, the later statement is judged
        in that meaning.
        """
        if found.verdict not in SETTLED:
            return found
        taken = {key: place.taken for key, place in self.checker.choices.met.items()}
        taken = {**self.checker.choices.fixed, **taken}
        for key, word in taken.items():
            other = self.find_conflict(key, word)
            if other:
                again = replace(self.checker, conventions={**self.checker.conventions, key: other})
                verdict = again.verdict(text)
                self.checker.choices = again.choices
                if verdict.verdict not in SETTLED:
                    note = f"'{key[0]}' has the meaning '{other}' in the statements before"
                    return replace(verdict, notes=(note, *verdict.notes))
                found, taken = verdict, {**taken, key: other}
        self.settled.append(SettledStatement(text, taken))
        return found

    def find_conflict(self, key: ChoiceKey, word: str) -> str:
        """The other meaning that a statement before needs; empty where none needs one."""
        for before in self.settled:
            own = before.taken.get(key, word)
            if own == word:
                continue
            fixed = {**self.checker.conventions, **before.taken, key: word}
            alone = replace(self.checker, conventions=fixed, explain=False, most_readings=1)
            if alone.verdict(before.text).verdict not in SETTLED:
                return own
        return ""
