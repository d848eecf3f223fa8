"""Writes the online network of a full-size BYOL state of random numbers, as an npz file.

usage: python make_network_state.py OUT.npz resnet200x2

As make_resnet50_state.py, but of another network, and of the online network alone.
"""

import sys

import haiku_resnet50
import make_resnet50_state
import numpy as np

# Blocks, and how much wider than ResNet-50's.
NETWORKS = {"resnet200x2": ("res_net200/~", (3, 24, 36, 3), 2)}


def choose(network):
    """Makes the names and shapes of `haiku_resnet50` those of another network."""
    prefix, blocks, width = NETWORKS[network]
    haiku_resnet50.PREFIX = prefix
    haiku_resnet50.BLOCKS = blocks
    haiku_resnet50.STEM *= width
    haiku_resnet50.CHANNELS = tuple(width * channels for channels in haiku_resnet50.CHANNELS)


def main(path, network):
    choose(network)
    arrays = {}
    make_resnet50_state.network(np.random.default_rng(0), "online", arrays)
    np.savez(path, **arrays)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in NETWORKS:
        sys.exit(__doc__)
    main(*sys.argv[1:])
