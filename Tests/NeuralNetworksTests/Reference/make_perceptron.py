"""Writes perceptron.json: what scikit-learn makes of Fisher's irises, for PerceptronTests.

    pip install scikit-learn && python3 make_perceptron.py > perceptron.json

Two classes go to sklearn.linear_model.Perceptron, and to SGDClassifier with the same loss for averaged weights. scikit-learn
has no perceptron for several classes but one against all others, so that of Crammer and Singer is written out below.
"""

import json
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_iris
from sklearn.linear_model import Perceptron, SGDClassifier

warnings.filterwarnings("ignore")
iris = load_iris()
# As single precision stores them; both sides start from the same numbers.
samples = iris.data.astype(np.float32).astype(np.float64)
labels = iris.target


def pair(name, first, second, epochs, averaged):
    chosen = np.isin(labels, [first, second])
    x, y = samples[chosen], (labels[chosen] == second).astype(int)
    # From one class to the other and back: in the order of the file, the first half would all be one class.
    order = np.arange(len(y)).reshape(2, -1).T.ravel()
    x, y = x[order], y[order]
    if averaged:
        model = SGDClassifier(
            loss="perceptron", penalty=None, learning_rate="constant", eta0=1, average=True, shuffle=False, tol=None,
            max_iter=epochs)
    else:
        model = Perceptron(shuffle=False, tol=None, max_iter=epochs)
    model.fit(x, y)
    return {
        "name": name, "epochs": epochs, "averaged": averaged, "samples": np.round(x, 1).tolist(), "labels": y.tolist(),
        "weight": model.coef_[0].tolist(), "bias": float(model.intercept_[0]),
        "misclassified": int((y != model.predict(x)).sum()),
    }


def several(epochs):
    order = np.arange(150).reshape(3, -1).T.ravel()
    x, y = samples[order], labels[order]
    weight, bias, mistakes = np.zeros((3, 4)), np.zeros(3), []
    for _ in range(epochs):
        wrong = 0
        for sample, label in zip(x, y):
            scores = weight @ sample + bias
            others = [k for k in range(3) if k != label]
            rival = max(others, key=lambda k: (scores[k], -k))
            if scores[label] <= scores[rival]:
                weight[label] += sample
                bias[label] += 1
                weight[rival] -= sample
                bias[rival] -= 1
                wrong += 1
        mistakes.append(wrong)
    return {
        "epochs": epochs, "samples": np.round(x, 1).tolist(), "labels": y.tolist(), "weight": weight.ravel().tolist(),
        "bias": bias.tolist(), "mistakes": mistakes,
    }


print(
    json.dumps(
        {
            "scikit-learn": sklearn.__version__,
            "pairs": [
                pair("separable", 0, 1, 20, False),
                pair("not separable", 1, 2, 30, False),
                pair("averaged", 1, 2, 30, True),
            ],
            "several": several(25),
        },
        separators=(",", ":"),
    )
)
