"""Networks that many tests ask: parsed and derived once for each text, and claims judged once."""

import json
from functools import lru_cache

from symconv import Network
from symconv.claims import check_claim
from symconv.network.examples import BY_NAME

KEPT = 200
"""As many as the claims of one folder are about; with what is known of each, some 2 MB."""


@lru_cache(maxsize=KEPT)
def parse_once(text, notation=None):
    """The network of a text, or the example of a name; it remembers what it was asked before."""
    if text in BY_NAME:
        return Network.example(text)
    return Network.parse(text, notation) if notation else Network.parse(text)


def judge_once(text, claim, notation=None, values=None):
    """The verdict on a claim about the network of a text, for all who ask for the same."""
    return _judge(text, claim, notation, json.dumps(values))


@lru_cache(maxsize=KEPT)
def _judge(text, claim, notation, values):
    return check_claim(parse_once(text, notation), claim, json.loads(values))
