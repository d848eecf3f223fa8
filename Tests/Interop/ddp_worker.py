"""Runs a script as a process of `torchrun`: with torchvision, even where its operators miss libraries.

usage: torchrun ddp_worker.py SCRIPT [ARGUMENT...]

After DDP_WORKER_SECONDS it ends and prints where it was.
"""

import faulthandler
import os
import runpy
import sys

from libraries import torchvision

if __name__ == "__main__":
    faulthandler.dump_traceback_later(float(os.environ["DDP_WORKER_SECONDS"]), exit=True)
    torchvision()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
