"""Writes src/pretraining/vocabulary/fixtures/wordpiece.json: the vocabulary that the Rust WordPieceTrainer learns.

Run with the Python of bench/peers/setup.sh: python bench/peers/wordpiece_vocabulary.py
"""

import json
import random
from importlib.metadata import version
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

SIZE = 260
RUNS = 40
ROOTS = "hbs hbe hbc ag ab dna rna ct mri ca 19 9 125 alt ast tnf il 6 cd4 cd8 pet mg ml kg cin her2 egfr".split()

draw = random.Random(20261122)
words = {}
while len(words) < 220:
    word = "".join(draw.choice(ROOTS) for _ in range(draw.randint(1, 3)))
    words.setdefault(word, draw.randint(2, 400))
for character in "乙肝癌检查病毒腹痛拉稀":
    words[character] = draw.randint(2, 400)



def train():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(
        vocab_size=SIZE,
        min_frequency=2,
        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
        show_progress=False,
    )
    tokenizer.train_from_iterator((" ".join([word] * count) for word, count in words.items()), trainer)
    return set(tokenizer.get_vocab())


# Ties are broken by the order of a hash map, which differs in every run: only what all runs agree on is well defined.
runs = [train() for _ in range(RUNS)]
target = Path(__file__).parents[2] / "src/pretraining/vocabulary/fixtures/wordpiece.json"
target.write_text(
    json.dumps(
        {
            "peer": f"tokenizers {version('tokenizers')}",
            "size": SIZE,
            "words": words,
            "always": sorted(set.intersection(*runs)),
            "sometimes": sorted(set.union(*runs)),
        },
        ensure_ascii=False,
    )
    + "\n"
)
