"""DeepMind's experiment, built of dm-haiku's own modules under the names that it has there."""

from functools import partial

import haiku
import jax
import numpy as np

# These networks run for milliseconds; without the compiler's diligence they begin in seconds.
jax.config.update("jax_disable_most_optimizations", True)


class ResNet(haiku.nets.ResNet):
    """dm-haiku's ResNet without its linear layer."""

    def __init__(self, sizes, version_2=False):
        channels = [sizes.inner(stage) * (4 if sizes.bottleneck else 1) for stage in range(4)]
        super().__init__(
            sizes.blocks, 1, channels_per_group=channels, bottleneck=sizes.bottleneck,
            resnet_v2=version_2, initial_conv_config={"output_channels": sizes.stem},
            name="res_net50" if sizes.bottleneck else "res_net18")  # fmt: skip
        self.logits = lambda embedding: embedding


def perceptron(x, hidden, out, training, name):
    """DeepMind's projector or predictor, which makes its layers when it is called."""
    with haiku.experimental.name_scope(name):
        x = haiku.Linear(hidden)(x)
        x = haiku.BatchNorm(True, True, 0.9)(x, is_training=training)
        return haiku.Linear(out, with_bias=False)(jax.nn.relu(x))


def network(pictures, sizes, version_2=False, training=False):
    """All outputs for normalised pictures of [N, H, W, 3]."""
    embedding = ResNet(sizes, version_2)(pictures, is_training=training)
    projection = perceptron(embedding, sizes.hidden, sizes.out, training, "projector")
    return {
        "embedding": embedding,
        "projection": projection,
        "prediction": perceptron(projection, sizes.predictor, sizes.out, training, "predictor"),
        "logits": haiku.Linear(sizes.classes, name="classifier")(embedding),
    }


def transformed(sizes, **options):
    """haiku's `init` and `apply` of the network."""
    return haiku.without_apply_rng(
        haiku.transform_with_state(partial(network, sizes=sizes, **options)))


def nested(arrays, prefix):
    """haiku's two levels, module and name, from joined names."""
    modules = {}
    for key, array in arrays.items():
        if key.startswith(prefix):
            module, _, name = key.removeprefix(prefix).rpartition("/")
            modules.setdefault(module, {})[name] = array
    return modules


def joined(modules, prefix):
    """Names as `nested` takes them apart."""
    return {
        f"{prefix}{module}/{name}": np.asarray(array)
        for module, names in modules.items() for name, array in names.items()
    }  # fmt: skip


def pretrained(sizes, seed, **options):
    """A random state of the experiment, with measured statistics, and its outputs as a function.

    The function takes normalised pictures of [N, 3, H, W].
    """
    made = transformed(sizes, **options)
    random = np.random.default_rng(seed)
    pictures = random.normal(size=(6, 32, 32, 3)).astype(np.float32)
    shapes, states = jax.eval_shape(partial(made.init, training=True), jax.random.PRNGKey(0), pictures)
    measure = jax.jit(partial(made.apply, training=True))
    arrays = {"step": np.int64(3), "rng": np.array([0, seed], np.uint32)}
    branches = []
    for branch in ("online", "target"):
        params = drawn(shapes, random)
        state = jax.tree.map(lambda array: np.zeros(array.shape, array.dtype), states)
        for _ in range(3):
            _, state = measure(params, state, pictures)
        state = {module: widened(names) if module.endswith("/var_ema") else names
                 for module, names in state.items()}  # fmt: skip
        arrays |= joined(params, f"{branch}_params/") | joined(state, f"{branch}_state/")
        branches.append((params, state))
    momentum = {module: {name: 0.01 * array for name, array in names.items()}
                for module, names in drawn(shapes, random).items()}  # fmt: skip
    arrays |= joined(momentum, "opt_state/mu/")
    return arrays, partial(both, jax.jit(made.apply), branches)


def widened(moving_average):
    """Variances, none near 0: a network that divides by small ones makes much of float32's rounding."""
    average = 0.6 + 0.4 * np.asarray(moving_average["average"])
    counter = moving_average["counter"]
    return {"average": average, "hidden": average * np.float32(1 - 0.9 ** int(counter)), "counter": counter}


def drawn(shapes, random):
    """Weights that keep the size of what they see; scales, offsets and biases that all differ."""
    def array(name, shape):
        if name == "w":
            return random.normal(size=shape) * np.sqrt(2 / np.prod(shape[:-1]))
        return (name == "scale") + 0.2 * random.normal(size=shape)

    return {module: {name: array(name, given.shape).astype(np.float32) for name, given in names.items()}
            for module, names in shapes.items()}  # fmt: skip


def both(apply, branches, pictures):
    """What the online and the target network make of pictures."""
    pictures = np.asarray(pictures).transpose(0, 2, 3, 1)
    online, target = (dict(apply(*branch, pictures)[0]) for branch in branches)
    return online | {f"target_{name}": target[name] for name in ("embedding", "projection")}
