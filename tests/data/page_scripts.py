"""The scripts of a page, run in Node on the data of a network; what the interpreter reads."""

import json
import subprocess

from symconv.page.page import LAYERS_SCRIPTS, template_environment
from symconv.page.tape import list_tape_tensors


def run_scripts(names, data, expression):
    """What an expression of JavaScript is over `data`, after the scripts of these names."""
    folder = template_environment("page")
    assert set(names) <= set(LAYERS_SCRIPTS)
    scripts = "\n".join(folder.get_template(f"{name}.js").render() for name in names)
    text = f"{scripts}\nconst data = {json.dumps(data)};\n"
    text += f"console.log(JSON.stringify({expression}));"
    done = subprocess.run(["node", "-"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def read_leaves(tape, place):
    """The numbers of the entries that an operation was computed from."""
    word, *rest = tape.operations[place]
    if word == "leaf":
        return set(rest)
    if word in {"number", "real"}:
        return set()
    places = rest if word in {"+", "*", "max", "logsumexp"} else rest[1:]
    return set().union(*(read_leaves(tape, p) for p in places))


def list_read_pairs(program, tape, key, read):
    """Every entry of a tensor with each entry of another one that it reads."""
    first = {t.key: n for t, n in list_tape_tensors(program, tape)}
    names = dict(enumerate(tape.entries[read], start=first[read]))
    computed = zip(tape.entries[key], tape.results[key], strict=True)
    return {
        (place, names[leaf])
        for place, at in computed
        for leaf in read_leaves(tape, at)
        if leaf in names
    }
