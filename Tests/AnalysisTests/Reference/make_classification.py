"""Writes classification.json: what scikit-learn says of labels and predictions, for ClassificationTests.

    pip install scikit-learn && python3 make_classification.py > classification.json
"""

import json
import warnings

import numpy as np
import sklearn
from sklearn.metrics import classification_report, confusion_matrix, top_k_accuracy_score

warnings.filterwarnings("ignore")


def case(name, classes, labels, predictions):
    """One case; scikit-learn leaves out classes that are in neither labels nor predictions, as it does by default."""
    report = classification_report(labels, predictions, output_dict=True, zero_division=0)
    present = sorted(set(labels) | set(predictions))

    def figures(entry):
        return {key: entry[key] for key in ("precision", "recall", "f1-score", "support")}

    return {
        "name": name,
        "classes": classes,
        "labels": labels,
        "predictions": predictions,
        "confusion": confusion_matrix(labels, predictions, labels=range(classes)).tolist(),
        "per_class": {str(label): figures(report[str(label)]) for label in present},
        "macro": figures(report["macro avg"]),
        "weighted": figures(report["weighted avg"]),
        "accuracy": float(np.mean(np.array(labels) == np.array(predictions))),
    }


def drawn(seed, classes, count, skew):
    random = np.random.default_rng(seed)
    shares = np.arange(1, classes + 1, dtype=float) ** skew
    labels = random.choice(classes, size=count, p=shares / shares.sum())
    guesses = random.integers(0, classes, size=count)
    predictions = np.where(random.random(count) < 0.6, labels, guesses)
    return [int(label) for label in labels], [int(guess) for guess in predictions]


cases = [
    case("binary", 2, [0, 1, 1, 0, 1, 1, 0, 0], [0, 1, 0, 0, 1, 1, 1, 0]),
    case("ten unequal classes", 10, *drawn(1, 10, 200, 1.0)),
    case("a class without samples that is predicted", 4, [0, 0, 1, 1, 3, 3], [0, 2, 1, 1, 3, 0]),
    case("a class that is never predicted", 3, [0, 0, 1, 2, 2], [0, 0, 1, 1, 0]),
    case("a class in neither", 5, [0, 1, 3, 3, 0, 1], [0, 1, 3, 1, 0, 0]),
    case("all wrong", 2, [0, 1, 0, 1], [1, 0, 1, 0]),
]

random = np.random.default_rng(7)
scores = random.normal(size=(60, 6)).round(3)
labels = [int(label) for label in random.integers(0, 6, size=60)]
top = {str(k): float(top_k_accuracy_score(labels, scores, k=k, labels=range(6))) for k in range(1, 6)}

print(
    json.dumps(
        {
            "scikit-learn": sklearn.__version__,
            "cases": cases,
            "top_k": {"scores": scores.tolist(), "labels": labels, "accuracy": top},
        },
        separators=(",", ":"),
    )
)
