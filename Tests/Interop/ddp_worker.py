"""Runs a script as a process of `torchrun`: with torchvision, even where its operators miss libraries.

usage: torchrun ddp_worker.py SCRIPT [ARGUMENT...]
"""

import runpy
import sys

from libraries import torchvision

if __name__ == "__main__":
    torchvision()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
