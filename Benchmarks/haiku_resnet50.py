"""The names and shapes of a full-size ResNet-50 BYOL state as DeepMind's code keeps it.

Width 1, projector 2048-4096-256, predictor 256-4096-256, 1000 classes: 37,115,944 parameters a
network. Convolution weights are [height, width, in, out], linear weights [in, out].
"""

PREFIX = "res_net50/~"
BLOCKS = (3, 4, 6, 3)
CHANNELS = (256, 512, 1024, 2048)
STEM, HIDDEN, OUTPUT, CLASSES = 64, 4096, 256, 1000


def layers():
    """Yields ("conv" | "linear" | "bn", module, shape of `w` or of `scale`, has a bias)."""
    yield "conv", f"{PREFIX}/initial_conv", (7, 7, 3, STEM), False
    yield "bn", f"{PREFIX}/initial_batchnorm", (1, 1, 1, STEM), False
    incoming = STEM
    for group, (count, channels) in enumerate(zip(BLOCKS, CHANNELS)):
        narrow = channels // 4
        for block in range(count):
            module = f"{PREFIX}/block_group_{group}/~/block_{block}/~"
            if block == 0:
                yield "conv", f"{module}/shortcut_conv", (1, 1, incoming, channels), False
                yield "bn", f"{module}/shortcut_batchnorm", (1, 1, 1, channels), False
            shapes = ((1, 1, incoming, narrow), (3, 3, narrow, narrow), (1, 1, narrow, channels))
            for index, shape in enumerate(shapes):
                yield "conv", f"{module}/conv_{index}", shape, False
                yield "bn", f"{module}/batchnorm_{index}", (1, 1, 1, shape[-1]), False
            incoming = channels
    for name, size in (("projector", CHANNELS[-1]), ("predictor", OUTPUT)):
        yield "linear", f"{name}/linear", (size, HIDDEN), True
        yield "bn", f"{name}/batch_norm", (1, HIDDEN), False
        yield "linear", f"{name}/linear_1", (HIDDEN, OUTPUT), False
    yield "linear", "classifier", (CHANNELS[-1], CLASSES), True


def parameters():
    """Yields (module, name, shape) of every parameter of one network; all are float32."""
    for kind, module, shape, bias in layers():
        if kind == "bn":
            yield module, "offset", shape
            yield module, "scale", shape
        else:
            yield module, "w", shape
            if bias:
                yield module, "b", shape[-1:]


def statistics():
    """Yields (module, name, shape) of every running statistic of one network.

    `counter` is an int32 without axes, the others are float32.
    """
    for kind, module, shape, _ in layers():
        if kind == "bn":
            for average in ("mean_ema", "var_ema"):
                for name in ("average", "hidden", "counter"):
                    yield f"{module}/~/{average}", name, () if name == "counter" else shape
