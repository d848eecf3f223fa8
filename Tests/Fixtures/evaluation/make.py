"""Writes evaluation.npz: what scikit-learn and NumPy give on small embeddings.

Needs numpy and scikit-learn. Run in this folder.
"""
import numpy as np
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(7)
CLASSES, WIDTH = 4, 6
centres = rng.normal(size=(CLASSES, WIDTH))


def draw(count):
    labels = rng.integers(0, CLASSES, count)
    features = centres[labels] + 1.2 * rng.normal(size=(count, WIDTH)) + 3
    return features.astype(np.float32), labels.astype(np.int32)


train, train_labels = draw(120)
test, test_labels = draw(40)
out = dict(train=train, train_labels=train_labels, test=test, test_labels=test_labels)

penalties = np.array([1e-2, 1.0, 100.0])
weights, biases, losses = [], [], []
for penalty in penalties:
    model = LogisticRegression(C=1 / penalty, tol=1e-12, max_iter=100_000, solver="lbfgs")
    model.fit(train.astype(np.float64), train_labels)
    logits = train @ model.coef_.T + model.intercept_
    logits -= logits.max(1, keepdims=True)
    log = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    loss = -log[np.arange(len(train)), train_labels].sum() + penalty / 2 * (model.coef_**2).sum()
    weights.append(model.coef_)
    # Only differences of biases matter: shown with a mean of 0.
    biases.append(model.intercept_ - model.intercept_.mean())
    losses.append(loss / len(train))
out |= dict(penalties=penalties, weights=np.array(weights), biases=np.array(biases), losses=np.array(losses))

unit = lambda x: x / np.linalg.norm(x.astype(np.float64), axis=1, keepdims=True)
cosines = unit(test) @ unit(train).T
order = np.argsort(-cosines, axis=1, kind="stable")
one_hot = np.eye(CLASSES)[train_labels]
for k in (1, 7, 20):
    near = order[:, :k]
    near_cosines = np.take_along_axis(cosines, near, 1)
    out[f"neighbours{k}"] = near.astype(np.int32)
    out[f"majority{k}"] = one_hot[near].sum(1)
    out[f"weighted{k}"] = (np.exp((near_cosines - 1) / 0.07)[:, :, None] * one_hot[near]).sum(1)
np.savez("evaluation.npz", **out)
