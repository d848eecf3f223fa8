"""Whether two loaded checkpoints are the same tree: containers, order, scalars, and tensors to the last bit."""

import pickle

import numpy as np
import torch


def load(path):
    """A checkpoint as its own library loads it, whatever is in it."""
    if path.suffix == ".safetensors":
        from safetensors import safe_open

        with safe_open(path, "pt") as file:
            return {"metadata": file.metadata(), **{name: file.get_tensor(name) for name in file.keys()}}
    if path.suffix == ".npz":
        return dict(np.load(path))
    if path.suffix == ".pdparams":
        return pickle.loads(path.read_bytes())
    return torch.load(path, map_location="cpu", weights_only=False)


def difference(first, second, place=""):
    """The first place where two values differ, in words, or None.

    An array of NumPy that lies in a PyTorch file among tensors may come back as a tensor.
    """
    if isinstance(first, np.ndarray) and isinstance(second, torch.Tensor):
        second = second.numpy()
    if type(first) is not type(second):
        return f"{place}: {type(first).__name__} and {type(second).__name__}"
    if isinstance(first, torch.Tensor):
        return difference_of_tensors(first, second, place)
    if isinstance(first, np.ndarray):
        same = first.dtype == second.dtype and first.shape == second.shape
        return None if same and first.tobytes() == second.tobytes() else f"{place}: arrays differ"
    if isinstance(first, dict):
        if list(first) != list(second):
            return f"{place}: {difference_of_keys(list(first), list(second))}"
        # A state dictionary's attribute `_metadata`, versions of module classes, is no part of the tree.
        items = [(key, first[key], second[key]) for key in first]
    elif isinstance(first, (list, tuple)):
        if len(first) != len(second):
            return f"{place}: {len(first)} and {len(second)} items"
        items = [(k, a, b) for k, (a, b) in enumerate(zip(first, second, strict=True))]
    elif hasattr(first, "__dict__"):
        items = [("__dict__", vars(first), vars(second))]
    else:
        same = first == second or (first != first and second != second)
        return None if same else f"{place}: {first!r} and {second!r}"
    return next(filter(None, (difference(a, b, f"{place}/{key}") for key, a, b in items)), None)


def difference_of_keys(first, second):
    """What one has and the other has not, or where the order differs."""
    lost, new = [k for k in first if k not in second], [k for k in second if k not in first]
    if lost or new:
        return f"{len(lost)} keys lost {lost[:4]}, {len(new)} new {new[:4]}"
    return next(f"{b!r} where {a!r} was" for a, b in zip(first, second, strict=True) if a != b)


def difference_of_tensors(first, second, place):
    """Types, shapes, strides and bits; NaN payloads count."""
    for what in ["dtype", "shape", "requires_grad"]:
        if getattr(first, what) != getattr(second, what):
            return f"{place}: {what} {getattr(first, what)} and {getattr(second, what)}"
    if first.stride() != second.stride() and first.numel() > 1:
        return f"{place}: strides {first.stride()} and {second.stride()}"
    bits = [t.detach().contiguous().reshape(-1).view(torch.uint8) for t in (first, second)]
    return None if torch.equal(*bits) else f"{place}: values differ"


def aliases(tree):
    """The groups of names that share memory."""
    places = {}
    for name, value in leaves(tree):
        if isinstance(value, torch.Tensor) and value.numel():
            places.setdefault((value.data_ptr(), value.shape), []).append(name)
    return sorted(names for names in places.values() if len(names) > 1)


def leaves(tree, place=""):
    """The names and values of a tree's leaves."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, (list, tuple)) else ()
    for key, value in items:
        yield from leaves(value, f"{place}/{key}")
    if not isinstance(tree, (dict, list, tuple)):
        yield place, tree
