"""Architectures as Keras 3 writes them: `model.to_json()` without what nobody reads."""


def layer(kind, name, *sources, **config):
    """A layer of a configuration; `sources` are the layers that it is applied to."""
    tensors = [
        {"class_name": "__keras_tensor__", "config": {"shape": [], "keras_history": [s, 0, 0]}}
        for s in sources
    ]
    arguments = [tensors] if len(tensors) > 1 else tensors
    said = {"module": "keras.layers", "class_name": kind, "config": {"name": name, **config}}
    nodes = [{"args": arguments, "kwargs": {}}] if tensors else []
    return said | {"registered_name": None, "name": name, "inbound_nodes": nodes}


def image(*shape, name="image"):
    return layer("InputLayer", name, batch_shape=[None, *shape], dtype="float32")


def sequential(*layers):
    config = {"name": "sequential", "layers": list(layers)}
    return {"module": "keras", "class_name": "Sequential", "config": config}


def functional(*layers):
    config = {"name": "functional", "layers": list(layers)}
    config |= {"output_layers": [[layers[-1]["config"]["name"], 0, 0]]}
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": config}


def conv(name, *sources, **config):
    usual = {"kernel_size": [3, 3], "strides": [1, 1], "padding": "valid", "groups": 1}
    usual |= {"data_format": "channels_last", "dilation_rate": [1, 1], "activation": "linear"}
    return layer("Conv2D", name, *sources, **usual | {"use_bias": True} | config)


CLASSIFIER = sequential(
    image(6, 5, 2),
    conv("conv", filters=3, strides=[2, 2], padding="same", activation="relu"),
    layer("MaxPooling2D", "pool", pool_size=[2, 2], strides=[1, 1], padding="valid"),
    layer("BatchNormalization", "norm", axis=-1, epsilon=0.001, center=True, scale=False),
    layer("Dropout", "drop", rate=0.5),
    layer("Flatten", "flat"),
    layer("Dense", "dense", units=4, use_bias=True, activation="softmax"),
)
