"""Added tokens of WordPiece: ids and offsets of `tokenizers`, and of `transformers` for folders with a vocab.txt.

python bench/peers/added_tokens.py > src/encoders/tokenizers/fixtures/added-tokens.json

Offsets count characters, without the special tokens around the text. (tokenizers, transformers)
"""

import itertools
import json
import logging
import pathlib
import sys
import tempfile

from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers
from transformers import AutoTokenizer

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
VOCAB = [*SPECIAL, *"abcdxy0123<>/.,|头痛发热患者。，é", "ct", "drug", *(f"##{c}" for c in "abcdxy0123"), "##drug", "[unused1]"]
TEXTS = [
    "头痛ct发热", "aCTb CT  ct", "  <e1> 头痛 </e1>  a", "<e1><e1>头<e1>", "x drug y", "xdrug drugx 头drug痛 drug_", "DRUG Drug drüg",
    "\u3000<e1>\t\n头", "É e\u0301 头痛 é", "a\u0000b <e1>", "[MASK] a[MASK]b  [MASK]", "[unused1] [UNUSED1] x[unused1]y", "头痛头痛头", "😀<e1>😀",
    "[CLS] a [SEP]", "ab cd abcd", "  ", "", "|||IP||| |||ip|||", "头 痛", "a,drug.b",
]
FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")


def flagged(contents):
    """Every token with every choice of flags, two at a time."""
    for first, second in zip(contents, contents[1:] + contents[:1]):
        for flags in itertools.product((False, True), repeat=len(FLAGS)):
            mine = dict(zip(FLAGS, flags))
            other = {**mine, "single_word": not mine["single_word"], "normalized": not mine["normalized"]}
            yield [AddedToken(first, **mine), AddedToken(second, **other)]


def read(encode):
    found = []
    for text in TEXTS:
        ids, offsets = encode(text)
        found.append([ids, [at for pair in offsets for at in pair]])
    return found


def by_tokenizers(added, lowercase):
    tokenizer = Tokenizer(models.WordPiece({token: i for i, token in enumerate(VOCAB)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    tokenizer.add_tokens(added)
    described = json.loads(tokenizer.to_str())
    described["model"].pop("vocab")

    def encode(text):
        encoding = tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    return {"json": described, "tokens": read(encode)}


def by_transformers(files):
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "vocab.txt").write_text("\n".join(VOCAB) + "\n", encoding="utf-8")
        for name, value in files.items():
            (place / name).write_text(json.dumps(value), encoding="utf-8")
        tokenizer = AutoTokenizer.from_pretrained(folder)

        def encode(text):
            encoding = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
            return encoding["input_ids"], encoding["offset_mapping"]

        return {"files": files, "tokens": read(encode)}


def folders():
    size = len(VOCAB)
    token = {"content": "<e1>", "lstrip": True, "rstrip": False, "single_word": False, "normalized": False, "special": True}
    base = {"tokenizer_class": "BertTokenizer"}
    yield {"tokenizer_config.json": base, "added_tokens.json": {"<e1>": size, "drug": VOCAB.index("drug"), "ctscan": size + 1}}
    yield {
        "tokenizer_config.json": {**base, "do_lower_case": False, "additional_special_tokens": ["<e1>"]},
        "added_tokens.json": {"<e1>": size, "CT": size + 1},
    }
    roles = {str(i): {**token, "content": name, "lstrip": False} for i, name in enumerate(SPECIAL)}
    word = {**token, "content": "xdrug", "lstrip": False, "normalized": True, "special": False}
    yield {"tokenizer_config.json": {**base, "added_tokens_decoder": {**roles, str(size): token, str(size + 1): word}}}
    mask = {**token, "content": "[MASK]", "rstrip": True}
    yield {"tokenizer_config.json": {**base, "added_tokens_decoder": {**roles, "4": mask}}}


def main():
    logging.disable(logging.WARNING)
    contents = ["<e1>", "drug", "头痛", "É", "CT", "[unused1]", "头drug", "|||IP|||"]
    tokenizers = [by_tokenizers(added, i % 3 > 0) for i, added in enumerate(flagged(contents))]
    # a token that the normalizer writes as another: of the two, the special one
    tokenizers.append(by_tokenizers([AddedToken("CTA"), AddedToken("cta", special=True, normalized=True)], True))
    # equal results are written once
    answers = []
    index = {}

    def kept(value):
        key = json.dumps(value)
        if key not in index:
            index[key] = len(answers)
            answers.append(value)
        return index[key]

    cases = []
    for case in tokenizers:
        added = [[token["content"], token["id"], *(int(token[flag]) for flag in FLAGS)] for token in case["json"]["added_tokens"]]
        lowercase = case["json"]["normalizer"]["lowercase"]
        cases.append({"added": added[len(SPECIAL):], "lowercase": lowercase, "tokens": [kept(one) for one in case["tokens"]]})
    found = [{"files": case["files"], "tokens": [kept(one) for one in case["tokens"]]} for case in map(by_transformers, folders())]
    made = {"flags": FLAGS, "vocab": VOCAB, "texts": TEXTS, "answers": answers, "tokenizers": cases, "folders": found}
    json.dump(made, sys.stdout, ensure_ascii=False, separators=(",", ":"))
    print()


main()
