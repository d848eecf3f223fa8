"""Makes `tiny_haiku_byol.ref.npz`: a few images, and what DeepMind's own network answers to them.

usage: python3 samples/make_reference.py infer_tiny_haiku_byol.npz

The argument is the record that DeepMind's code left of its activations for the state in
`tiny_haiku_byol.npz`. Of it this keeps the images of set `a`, turned from NHWC to NCHW, and the
outputs in evaluation mode of the online and the target network.
"""

import sys
from pathlib import Path

import numpy as np

OUTPUTS = {
    "embedding": "online/eval/embedding",
    "projection": "online/eval/projection",
    "prediction": "online/eval/prediction",
    "logits": "online/eval/logits",
    "target_embedding": "target/eval/embedding",
    "target_projection": "target/eval/projection",
}


def main(record):
    with np.load(record) as source:
        images = np.ascontiguousarray(source["a/images_01"].transpose(0, 3, 1, 2))
        arrays = {"images_01": images}
        arrays |= {name: source[f"a/{key}"] for name, key in OUTPUTS.items()}
    path = Path(__file__).with_name("tiny_haiku_byol.ref.npz")
    np.savez(path, **arrays)
    for name, array in arrays.items():
        print(f"{name:18} {array.dtype} {array.shape}")


if __name__ == "__main__":
    main(sys.argv[1])
