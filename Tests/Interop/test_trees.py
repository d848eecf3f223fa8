"""What the comparison of trees sees."""

from collections import OrderedDict

import pytest

torch = pytest.importorskip("torch", reason="needs the packages of requirements-clients.txt")

from trees import aliases, difference  # noqa: E402


def tree():
    """A small one with everything in it."""
    weight = torch.arange(6.0).reshape(2, 3)
    state = OrderedDict(a=weight, b=weight, c=torch.tensor(3))
    return {"state": state, "groups": [{"lr": 0.1, "params": [0, 1]}], "betas": (0.9, 0.99), "nan": float("nan")}


def changed(change):
    """A tree with one thing changed."""
    other = tree()
    change(other)
    return other


CHANGES = {
    "a bit": lambda t: t["state"]["a"].view(torch.int32)[0, 1].add_(1),
    "a stride": lambda t: t["state"].update(a=t["state"]["a"].T.contiguous().T),
    "a type": lambda t: t["state"].update(c=t["state"]["c"].int()),
    "a shape": lambda t: t["state"].update(c=t["state"]["c"].reshape(1)),
    "the order": lambda t: t["state"].move_to_end("a"),
    "a name": lambda t: t["state"].update(d=1),
    "a scalar": lambda t: t["groups"][0].update(lr=0.2),
    "a container": lambda t: t.update(betas=[0.9, 0.99]),
    "a kind of dictionary": lambda t: t.update(state=dict(t["state"])),
    "a length": lambda t: t["groups"][0]["params"].append(2),
}


def test_equal_trees_have_no_difference():
    assert difference(tree(), tree()) is None
    assert aliases(tree()) == [["/state/a", "/state/b"]]


@pytest.mark.parametrize("change", CHANGES)
def test_a_difference_is_found(change):
    assert difference(tree(), changed(CHANGES[change]))
