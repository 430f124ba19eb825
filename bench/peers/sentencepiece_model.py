"""A small SentencePiece model in the layout of XLM-RoBERTa, and ids of texts by `sentencepiece` and by `transformers`.

python bench/peers/sentencepiece_model.py src/encoders/tokenizers/pipeline/fixtures/unigram.json > src/encoders/tokenizers/fixtures/sentencepiece.json

The pieces and rules are those of the tokenizer.json. (sentencepiece, transformers)
"""

import base64
import json
import pathlib
import sys
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from transformers import AutoTokenizer

TEXTS = [
    "患者头痛发热三天", "头痛怎么办？", "ＣＴ检查：２０ｍｇ", "①头痛 ⑳咳嗽", "  头痛\u3000\u3000发热\t咳嗽\n", "", " ", "▁头▁痛", "e\u0301 A\u030a か\u3099 ﾊﾟ",
    "℃㎎㎖½ﬁ", "豈更Å", "😀头痛😀😀", "abc DEF 123,456.78", "<mask> <s>头</s>", "a\u0001b\u007fc", "\ufeff头痛", "糖尿病患者能吃水果吗", "维生素C",
    "头痛" * 40,
]


def model_of(described):
    proto = sentencepiece_model_pb2.ModelProto()
    vocab = described["model"]["vocab"]
    for text, kind in (("<unk>", 2), ("<s>", 3), ("</s>", 3)):
        proto.pieces.add(piece=text, score=0.0, type=kind)
    for text, score in vocab[4:-1]:
        proto.pieces.add(piece=text, score=score, type=1)
    proto.trainer_spec.model_type = 1
    proto.trainer_spec.vocab_size = len(proto.pieces)
    proto.normalizer_spec.name = "user_defined"
    proto.normalizer_spec.precompiled_charsmap = base64.b64decode(described["normalizer"]["precompiled_charsmap"])
    return proto.SerializeToString()


def main():
    model = model_of(json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")))
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "sentencepiece.bpe.model").write_bytes(model)
        (path / "config.json").write_text('{"model_type": "xlm-roberta"}')
        (path / "tokenizer_config.json").write_text('{"tokenizer_class": "XLMRobertaTokenizer"}')
        tokenizer = AutoTokenizer.from_pretrained(folder)
        cases = [{
            "text": text,
            # without the slot of <pad>: the first three ids are fixed in XLM-RoBERTa
            "sentencepiece": [3 if id == 0 else id + 1 for id in processor.encode(text)],
            "transformers": tokenizer(text)["input_ids"],
            "offsets": tokenizer(text, return_offsets_mapping=True)["offset_mapping"],
        } for text in TEXTS]
        pair = tokenizer(TEXTS[0], TEXTS[1])["input_ids"]
    made = {"model": base64.b64encode(model).decode(), "pair": pair, "cases": cases}
    print(json.dumps(made, ensure_ascii=False))


main()
