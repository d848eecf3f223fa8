"""BYOL's networks as garder14/byol-tensorflow2 describes them, in Keras with PyTorch below.

A residual network of basic blocks for small pictures: SAME padding, biases in convolutions, blocks of all stages in
one list, a convolution in the shortcut where the stride is 2.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402
from keras.src.legacy.saving import legacy_h5_format  # noqa: E402


class BasicBlock(layers.Layer):
    """Two 3x3 convolutions; a 1x1 convolution in the shortcut where the stride is not 1."""

    def __init__(self, filters, strides):
        super().__init__()
        self.conv1 = layers.Conv2D(filters, 3, strides=strides, padding="same")
        self.bn1 = layers.BatchNormalization()
        self.conv2 = layers.Conv2D(filters, 3, padding="same")
        self.bn2 = layers.BatchNormalization()
        self.is_down = strides != 1
        if self.is_down:
            self.convdown = layers.Conv2D(filters, 1, strides=strides)
            self.bndown = layers.BatchNormalization()

    def call(self, x):
        y = keras.ops.relu(self.bn1(self.conv1(x), training=False))
        y = self.bn2(self.conv2(y), training=False)
        return keras.ops.relu(y + (self.bndown(self.convdown(x), training=False) if self.is_down else x))


class BasicResNet(keras.Model):
    """The encoder."""

    def __init__(self, blocks, filters):
        super().__init__()
        self.conv1 = layers.Conv2D(filters, 3, padding="same")
        self.bn1 = layers.BatchNormalization()
        self.blocks = [
            BasicBlock(filters * 2**stage, 2 if stage > 0 and number == 0 else 1)
            for stage, count in enumerate(blocks)
            for number in range(count)
        ]
        self.avgpool = layers.GlobalAveragePooling2D()

    def call(self, x):
        x = keras.ops.relu(self.bn1(self.conv1(x), training=False))
        for block in self.blocks:
            x = block(x)
        return self.avgpool(x)


class ProjectionHead(keras.Model):
    """Projector or predictor."""

    def __init__(self, hidden, after):
        super().__init__()
        self.fc1 = layers.Dense(hidden)
        self.bn = layers.BatchNormalization()
        self.fc2 = layers.Dense(after)

    def call(self, x):
        return self.fc2(keras.ops.relu(self.bn(self.fc1(x), training=False)))


class Networks:
    """The five networks of a run, built."""

    def __init__(self, blocks, filters, hidden, after):
        self.parts = {
            name: BasicResNet(blocks, filters) if name[0] == "f" else ProjectionHead(hidden, after)
            for name in ["f_online", "g_online", "q_online", "f_target", "g_target"]
        }
        self.outputs(np.zeros((1, 3, 16, 16), np.float32))

    def jitter(self, random):
        """Draws all weights, with positive variances."""
        for part in self.parts.values():
            for weight in part.weights:
                scale = 1.0 / np.sqrt(max(1, np.prod(weight.shape[:-1])))
                drawn = random.normal(size=weight.shape) * (scale if len(weight.shape) > 1 else 0.1)
                if weight.name in ("gamma", "moving_variance"):
                    drawn = 1 + 0.3 * np.tanh(drawn)
                weight.assign(drawn.astype(np.float32))

    def outputs(self, pictures):
        """All outputs for pictures of [N, 3, H, W], by the names of references."""

        def run(name, x):
            return np.asarray(keras.ops.convert_to_numpy(self.parts[name](x)))

        found = {}
        x = np.ascontiguousarray(np.transpose(pictures, (0, 2, 3, 1)))
        found["embedding"] = run("f_online", x)
        found["projection"] = run("g_online", found["embedding"])
        found["prediction"] = run("q_online", found["projection"])
        found["target_embedding"] = run("f_target", x)
        found["target_projection"] = run("g_target", found["target_embedding"])
        return found

    def save(self, folder, version):
        """A file for each network, in the layout of that version of Keras."""
        folder.mkdir()
        for name, part in self.parts.items():
            if version == 3:
                part.save_weights(folder / f"{name}.weights.h5")
            else:
                with h5py.File(folder / f"{name}_100.h5", "w") as file:
                    legacy_h5_format.save_weights_to_hdf5_group(file, part)

    def load(self, folder, version):
        """Loads what `save` or the converter wrote; every weight must be there."""
        for name, part in self.parts.items():
            for weight in part.weights:
                weight.assign(np.full(weight.shape, np.nan, np.float32))
            part.load_weights(folder / (f"{name}.weights.h5" if version == 3 else f"{name}.h5"))
            assert not any(np.isnan(keras.ops.convert_to_numpy(w)).any() for w in part.weights)
