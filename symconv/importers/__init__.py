"""Models of other libraries, read as data: PyTorch programs, ONNX graphs, Keras architectures.

A file becomes operations (`graph`), these become the stages of a network text (`stages`), and the
text means a network, as any other does. `frontends` has a reader for each format. Nothing of a
file is run, and what has no layer is refused with its place, all of it at once.
"""
