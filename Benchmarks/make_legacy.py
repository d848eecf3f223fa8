"""Writes a PyTorch file as PyTorch before 1.6 did.

usage: python make_legacy.py ZIP.ckpt OUT.ckpt
"""

import sys

import torch

if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    tree = torch.load(sys.argv[1], map_location="cpu", mmap=True, weights_only=True)
    torch.save(tree, sys.argv[2], _use_new_zipfile_serialization=False)
