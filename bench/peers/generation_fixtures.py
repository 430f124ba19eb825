"""Writes src/metrics/fixtures/generation.json: character-level scores of sumeval and sacrebleu on synthetic texts.

Run with the Python of bench/peers/setup.sh: python bench/peers/generation_fixtures.py
"""

import json
import random
from importlib.metadata import version
from pathlib import Path

from sacrebleu.metrics import BLEU
from sumeval.metrics.rouge import RougeCalculator

SEED = 20261126
FILE = Path(__file__).parents[2] / "src/metrics/fixtures/generation.json"
CHARACTERS = "头痛发热咳嗽三天吃药检查，。 \n𬌗"


def numbered(text):
    """As the script of IMCS does: characters as numbers, blanks and line ends left out."""
    return " ".join(str(ord(c)) for c in text.replace(" ", "").replace("\n", ""))


def rouge(text, references):
    calculator = RougeCalculator(stopwords=False, lang="en")
    summary, others = numbered(text), [numbered(r) for r in references]
    return [
        calculator.rouge_n(summary=summary, references=others, n=1),
        calculator.rouge_n(summary=summary, references=others, n=2),
        calculator.rouge_l(summary=summary, references=others),
    ]


def bleu(items, longest):
    texts = [text for text, _ in items]
    streams = [[references[i] for _, references in items] for i in range(len(items[0][1]))]
    metric = BLEU(tokenize="char", smooth_method="none", max_ngram_order=longest, force=True)
    return metric.corpus_score(texts, streams).score / 100


def case(rng, references):
    def text(most):
        return "".join(rng.choice(CHARACTERS) for _ in range(rng.randint(1, most)))

    items = []
    for _ in range(rng.randint(1, 6)):
        others = [text(30) for _ in range(references)]
        own = others[0][: rng.randint(1, len(others[0]))] + text(8) if rng.random() < 0.7 else text(25)
        items.append((own, others))
    return {
        "items": [{"text": text, "references": others} for text, others in items],
        "rouge": [rouge(text, others) for text, others in items],
        "bleu": {str(n): bleu(items, n) for n in (1, 4)},
    }


if __name__ == "__main__":
    rng = random.Random(SEED)
    cases = [case(rng, 1 + i % 2) for i in range(60)]
    dump = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    head = dump({"packages": {p: version(p) for p in ("sumeval", "sacrebleu")}, "seed": SEED})[:-1]
    FILE.write_text(f'{head},"cases":[\n' + ",\n".join(map(dump, cases)) + "\n]}\n", encoding="utf-8")
