"""Every JSON that the program writes has the number of its format, and is what its schema says."""

import json
from importlib import resources

import pytest
from command import symconv

from symconv.api import Network
from symconv.cli.commands import app
from symconv.core.errors import SymconvError
from symconv.page.data import collect_page_data
from symconv.schemas import FORMATS, check_format, read_schema, with_format

jsonschema = pytest.importorskip("jsonschema")

WRITTEN = {
    "derivation": [
        ("derive", "two-convs"),
        ("derive", "general-conv-strided", "--detail", "terse"),
        ("derive", "conv-pool-sigmoid-dense", "--letter", "i=r"),
        ("derive", "relu-filter", "--second", "u"),
    ],
    "trace": [
        ("trace", "relu-filter", "--values", "random:7"),
        ("trace", "relu-filter", "--values", "random:7", "--steps", "1"),
    ],
    "checks": [("verify", "relu-filter")],
    "examples": [("examples",)],
    "verdicts": [("check", "two-convs", "dC/dw_1^2 = 2(o_1^2 - y_1) o_1^1")],
}
FORM = {"derivation": ("--format", "json"), "trace": ("--format", "json")}
CASES = [(kind, command) for kind, commands in WRITTEN.items() for command in commands]


@pytest.mark.parametrize(("kind", "command"), CASES)
def test_what_is_written_is_what_the_schema_says(kind, command):
    done = symconv(*command, *FORM.get(kind, ("--json",)))
    assert done.returncode == 0, done.stderr
    validate(kind, json.loads(done.stdout))


def test_a_replay_is_what_the_schema_says():
    saved = symconv("derive", "relu-filter", "--format", "json").stdout
    done = symconv("verify", "--replay", "-", "--json", input=saved)
    validate("replay", json.loads(done.stdout))


@pytest.mark.parametrize("claim", [None, "dC/dw_1^1 = 2(o_1^2 - y_1) i_1", "blah"])
def test_the_data_of_a_page_is_what_the_schema_says(claim):
    validate("page", json.loads(json.dumps(collect_page_data(Network.example("two-convs"), claim))))


@pytest.mark.parametrize(
    "claim",
    ["dC/dw_1^1 = 2(o_1^2 - y_1) i_1", "dC/dw_1^2 = 2(o_1^2 - y_1) o_1^1", "dC/dq = 1", "x"],
)
def test_a_verdict_is_what_the_schema_says(claim):
    found = Network.example("two-convs").check(claim).data()
    validate("verdicts", with_format("verdicts", {"verdicts": [found]}))


def validate(kind, data):
    """The data fits the schema, which is one, and names every field that there is."""
    schema = read_schema(kind)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    validator(schema).validate(data)
    assert data["format"] == FORMATS[kind] == schema["properties"]["format"]["const"]
    named = find_fields(schema)
    assert find_fields_of(data) <= named | FREE[kind], find_fields_of(data) - named


FREE = {kind: set() for kind in FORMATS} | {
    "derivation": set("abcdefghijklmnopqrstuvwxyz"),
    "trace": {"x", "w", "t", "z", "y", "C", "delta y", "delta z", "gradient w", "gradient x"},
}
"""Keys that are names of a network, or letters of its indices."""


def find_fields(schema):
    if isinstance(schema, list):
        return set().union(*map(find_fields, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    found = set(schema.get("properties", {}))
    return found.union(*map(find_fields, schema.values())) if schema else found


def find_fields_of(data):
    """The keys of the objects in data, but for those that a schema leaves to others."""
    if isinstance(data, list):
        return set().union(*map(find_fields_of, data)) if data else set()
    if not isinstance(data, dict):
        return set()
    left = {"code", "claim", "evidence", "maps"}
    return set(data).union(*(find_fields_of(v) for k, v in data.items() if k not in left))


def test_every_schema_is_in_the_package_and_every_format_has_one():
    files = {p.name for p in resources.files("symconv.schemas").iterdir()}
    assert {f for f in files if f.endswith(".json")} == {f"{k}.schema.json" for k in FORMATS}


def test_every_command_with_json_is_here():
    def writes_json(command):
        return "--json" in symconv(command, "-h").stdout

    names = [c.name or c.callback.__name__ for c in app.registered_commands]
    assert {name for name in names if writes_json(name)} == {"examples", "check", "verify"}


def test_a_derivation_of_a_later_format_is_refused_and_an_older_one_read():
    saved = json.loads(symconv("derive", "relu-filter", "--format", "json").stdout)
    for number, said in (
        (2, "format 2"),
        ("1", "format none that there is"),
        (True, "format True"),
    ):
        done = symconv("verify", "--replay", "-", input=json.dumps(saved | {"format": number}))
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr.splitlines()[0]
    del saved["format"]
    assert symconv("verify", "--replay", "-", input=json.dumps(saved)).returncode == 0


def test_a_format_that_is_none_is_one_message():
    with pytest.raises(SymconvError, match="no format is called 'blah'"):
        read_schema("blah")
    check_format("page", {"format": 1})
    with pytest.raises(SymconvError, match="the page has the format 9"):
        check_format("page", {"format": 9})
