"""Peer of bench/models/linear.ts: scikit-learn on one thread, TF-IDF of character n-grams and logistic regression."""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import json
import sys
import time
from importlib.metadata import version

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

print(json.dumps({name: version(name) for name in ("scikit-learn", "scipy", "numpy")}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    with open(request["file"], encoding="utf-8") as file:
        train, train_labels, dev, dev_labels = json.load(file)
    start = time.perf_counter()
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, request["ngram"]), min_df=request["minDf"])
    matrix = vectorizer.fit_transform(train)
    vectorizing = time.perf_counter() - start
    start = time.perf_counter()
    model = LogisticRegression(C=request["c"], tol=request["tolerance"], max_iter=10_000).fit(matrix, train_labels)
    fitting = time.perf_counter() - start
    start = time.perf_counter()
    answers = model.predict(vectorizer.transform(dev))
    predicting = time.perf_counter() - start
    probabilities = model.predict_proba(matrix)
    right = np.searchsorted(model.classes_, train_labels)
    loss = -np.log(probabilities[np.arange(len(right)), right]).mean()
    objective = loss + (model.coef_**2).sum() / (2 * request["c"] * len(right))
    print(json.dumps({
        "vectorizing": vectorizing,
        "fitting": fitting,
        "predicting": predicting,
        "objective": float(objective),
        "accuracy": float(np.mean(answers == np.array(dev_labels))),
        "features": matrix.shape[1],
        "iterations": int(model.n_iter_[0]),
    }), flush=True)
