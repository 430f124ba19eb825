"""RoFormer's word tokenizer: ids and offsets of `transformers`, with a small vocabulary.

python bench/peers/roformer_words.py > src/encoders/tokenizers/fixtures/roformer-words.json
python bench/peers/roformer_words.py VOCAB < texts.json     ids and offsets of a list of texts, with any vocab.txt

Offsets count characters. (rjieba, transformers)
"""

import json
import pathlib
import sys

from transformers import RoFormerTokenizer

VOCAB = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcxy0123.,-+/%!?，。！？（）头痛发热患者三天今气非常好糖尿病血压高咳嗽药物治疗的了吗",
    "患者", "头痛", "今天", "天气", "糖尿病", "高血压", "mg", "ct", "b超", "5mg", "ab", "[unused1]", *(f"##{c}" for c in "abcxy0123.mg痛"), "##ab", "##mg",
]
TEXTS = [
    "今天天气非常好。", "患者头痛发热三天", "糖尿病患者能吃药吗？", "高血压 高血糖", "Ａ头痛Ｂ", "CT检查：B超，5mg 25mg/天", "a-b c+d 12.5% 3,000", "abcab xyz ab ABC",
    "[CLS]头痛[MASK]发热[SEP]", "[UNK] [unused1] ##痛 ##ab", "\u3000 头\t痛\n\n咳嗽", "é e\u0301 Ü 头\u0301痛", "😀头痛😀😀", "𠀀𠀁痛", "豈更糖", "a\u0000b\u0001头",
    "\ufeff头痛", "한국어 カタカナ", "", "  ", "!!!？？", "头痛" * 12, "B超检查头痛患者的血压，今天三天。", "x" * 101 + "头", "ﷺ①②", "\u2028头\u0085痛",
]


def read(tokenizer, texts):
    found = [tokenizer(text, add_special_tokens=False, return_offsets_mapping=True) for text in texts]
    return [{"text": text, "ids": one["input_ids"], "offsets": one["offset_mapping"]} for text, one in zip(texts, found)]


def open_vocabulary(lines, **settings):
    # not by from_pretrained: transformers 5.23 then looks words up in the path of vocab.txt, and finds none
    return RoFormerTokenizer(vocab={token: id for id, token in enumerate(lines) if token}, **settings)


def main():
    if len(sys.argv) > 1:
        lines = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").split("\n")
        print(json.dumps(read(open_vocabulary(lines), json.load(sys.stdin)), ensure_ascii=False))
        return
    tokenizer = open_vocabulary(VOCAB)
    made = {
        "vocabulary": VOCAB,
        "cases": read(tokenizer, TEXTS),
        "cased": read(open_vocabulary(VOCAB, do_lower_case=False), TEXTS),
        "pair": tokenizer(TEXTS[0], TEXTS[1])["input_ids"],
        "types": tokenizer(TEXTS[0], TEXTS[1], return_token_type_ids=True)["token_type_ids"],
    }
    print(json.dumps(made, ensure_ascii=False))


main()
