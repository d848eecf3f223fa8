"""Writes the whole BYOL state of ResNet-200 2x, of random numbers, as an npz file of 3.3 GB.

usage: python make_whole_state.py OUT.npz

Online network, target, running statistics and momentum, as make_resnet50_state.py makes them for
ResNet-50.
"""

import sys

import make_network_state
import make_resnet50_state


def main(path):
    make_network_state.choose("resnet200x2")
    make_resnet50_state.main(path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
