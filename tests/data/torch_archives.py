"""A small archive of an exported program, written by hand: a convolution and a rectifier."""

import io
import json
import zipfile

import numpy as np

WEIGHT = np.arange(8.0).reshape(2, 1, 2, 2)


RAW = WEIGHT.tobytes()


def meta(*sizes, strides=None, dtype=8, offset=0):
    strides = strides or [int(np.prod(sizes[k + 1 :])) for k in range(len(sizes))]
    as_int = [[{"as_int": n} for n in ns] for ns in (sizes, strides)]
    found = {"dtype": dtype, "sizes": as_int[0], "strides": as_int[1]}
    return found | {"storage_offset": {"as_int": offset}}


def tensor(name):
    return {"as_tensor": {"name": name}}


def argument(name, **arg):
    return {"name": name, "arg": arg, "kind": 1}


def node(target, name, *arguments):
    said = {"target": f"torch.ops.aten.{target}.default", "name": name}
    return said | {"inputs": list(arguments), "outputs": [tensor(name)], "metadata": {}}


GRAPH = {
    "nodes": [
        node(
            "conv2d",
            "z",
            argument("input", **tensor("x")),
            argument("weight", **tensor("p_w")),
            argument("stride", as_ints=[1, 1]),
        ),
        node("relu", "a", argument("self", **tensor("z"))),
    ],
    "tensor_values": {
        "x": meta(1, 1, 3, 3),
        "p_w": meta(2, 1, 2, 2),
        "z": meta(1, 2, 2, 2),
        "a": meta(1, 2, 2, 2),
    },
}
SIGNATURE = {
    "input_specs": [
        {"parameter": {"arg": {"name": "p_w"}, "parameter_name": "c.weight"}},
        {"user_input": {"arg": tensor("x")}},
    ],
    "output_specs": [{"user_output": {"arg": tensor("a")}}],
}
TABLE = {
    "c.weight": {
        "path_name": "weight_0",
        "is_param": True,
        "use_pickle": False,
        "tensor_meta": meta(2, 1, 2, 2),
    }
}
MODEL = {"graph_module": {"graph": GRAPH, "signature": SIGNATURE}}


def members(model=MODEL, table=TABLE, raw=RAW):
    return {
        "m/byteorder": b"little",
        "m/models/model.json": json.dumps(model),
        "m/data/weights/model_weights_config.json": json.dumps({"config": table}),
        "m/data/constants/model_constants_config.json": '{"config": {}}',
        "m/data/weights/weight_0": raw,
        "m/data/sample_inputs/model.pt": b"\x80\x02cos\nsystem\nq\x00X\x05\x00\x00\x00false",
    }


def pack(files, compression=zipfile.ZIP_STORED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
