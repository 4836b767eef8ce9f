"""Claims whose proof is tried: those of a file, and one under each of its readings."""

from functools import cache

from paths import DATA

from symconv.api import Network
from symconv.claims.check import Checker
from symconv.claims.evaluation.comparison import Question
from symconv.claims.judging.interpretations import enumerate_interpretations
from symconv.claims.model.syntax_tree import TensorReference
from symconv.claims.proving.forms.budget import STEPS_PER_PROOF, NotProvedError, ProofBudget
from symconv.claims.proving.prove import find_proof, prove_equality

PROVED, DIFFERENT, REFUSED = "proved", "different", "refused"


def claims_of(name):
    """(network, claim, marked) of a file: a network after `#`, then its claims, marked by `~`."""
    found, network = [], ""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            network = line[2:]
        elif line.strip():
            found.append((network, line.removeprefix("~ "), line.startswith("~ ")))
    return found


@cache
def network_of(text, notation="ij0"):
    return Network.parse(text, notation)


def questions(text, claim, notation="ij0"):
    """The claim under each of its readings; they differ only where there are whole arrays."""
    network = network_of(text, notation)
    checker = Checker(network, {}, {})
    statement, base, _ = checker.parsed(claim, network.notation.index_base)
    references = [n for p in statement.parts for n in p.walk() if isinstance(n, TensorReference)]
    arrays = any(n.indices is None for n in references)
    seen = set()
    for options, _ in enumerate_interpretations(statement, checker.context, base, {}):
        if arrays or options.delta not in seen:
            seen.add(options.delta)
            yield Question(statement, checker.context, options)


def outcome(question, part=1):
    """What becomes of a proof of one part, and the proof."""
    try:
        proof = find_proof(question, part, ProofBudget(STEPS_PER_PROOF))
    except NotProvedError:
        assert prove_equality(question, part, STEPS_PER_PROOF) is None
        return REFUSED, None
    return (DIFFERENT if proof is None else PROVED), proof


def outcomes(text, claim, notation="ij0"):
    """What becomes of the proof under every reading."""
    return [outcome(q)[0] for q in questions(text, claim, notation)]


def proof_of(text, claim, notation="ij0"):
    """The first proof, under whichever reading."""
    proofs = (outcome(q)[1] for q in questions(text, claim, notation))
    return next((p for p in proofs if p is not None), None)
