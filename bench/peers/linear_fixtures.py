"""Writes src/models/linear/fixtures/sklearn.json: results of scikit-learn on a few texts.

Run with the Python of bench/peers/setup.sh: python bench/peers/linear_fixtures.py
"""

import json
import random
from importlib.metadata import version
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression

SEED = 20261122
SYMPTOMS = ["发热", "咳嗽", "头痛", "腹泻", "皮疹", "失眠", "CT 检查", "胃  痛"]
TAILS = ["怎么办", "吃什么药", "是什么原因", "能治好吗", "𠮷野医院", "手术后"]
random.seed(SEED)

texts = [random.choice(SYMPTOMS) + random.choice(["", "三天", "、乏力"]) + random.choice(TAILS) for _ in range(40)]
classes = [TAILS.index(tail) % 3 if random.random() < 0.9 else random.randrange(3)
           for text in texts for tail in TAILS if text.endswith(tail)]
weights = [1 + (i % 3) for i in range(len(texts))]
settings = dict(analyzer="char", ngram_range=(1, 3))
TIGHT = dict(tol=1e-10, max_iter=100_000)


def vectors(**options):
    vectorizer = TfidfVectorizer(**settings, **options)
    matrix = vectorizer.fit_transform(texts)
    names = vectorizer.get_feature_names_out()
    rows = [{names[j]: matrix[i, j] for j in matrix[i].indices} for i in range(3)]
    return {"features": len(names), "entries": matrix.nnz, "rows": rows}


def regression(y, c, sample_weight=None):
    matrix = TfidfVectorizer(**settings).fit_transform(texts)
    model = LogisticRegression(C=c, **TIGHT).fit(matrix, y, sample_weight)
    probabilities = model.predict_proba(matrix)
    total = len(texts) if sample_weight is None else sum(sample_weight)
    weight = np.ones(len(texts)) if sample_weight is None else np.array(sample_weight)
    loss = -(weight * np.log(probabilities[np.arange(len(y)), y])).sum() / total
    objective = loss + (model.coef_ ** 2).sum() / (2 * c * total)
    return {"c": c, "weighted": sample_weight is not None, "objective": objective,
            "intercepts": model.intercept_.tolist(), "probabilities": probabilities[:5].tolist()}


binary = [int(c == 1) for c in classes]
counts = CountVectorizer(**settings)
matrix = counts.fit_transform(texts)
selection = lambda y: dict(zip(counts.get_feature_names_out(), chi2(matrix, y)[0].tolist()))
fixture = {
    "packages": {"scikit-learn": version("scikit-learn")},
    "seed": SEED,
    "texts": texts,
    "classes": classes,
    "weights": weights,
    "tfidf": {"plain": vectors(), "sublinear": vectors(sublinear_tf=True, min_df=2)},
    "binary": [regression(binary, 1), regression(binary, 20), regression(binary, 3, weights)],
    "multinomial": [regression(classes, 1), regression(classes, 20), regression(classes, 3, weights)],
    "chi2": {name: value for name, value in selection(classes).items() if len(name) == 1},
    "binaryChi2": {name: value for name, value in selection(binary).items() if len(name) == 1},
}
path = Path(__file__).parents[2] / "src/models/linear/fixtures/sklearn.json"
path.write_text(json.dumps(fixture, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
