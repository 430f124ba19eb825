"""Tokenizers of the types used by XLM-RoBERTa and ModernBERT, trained on texts, for tests and comparisons on corpora.

python bench/peers/tokenizer_models.py OUT small < texts.txt     the committed fixtures: a small vocabulary, few rules
python bench/peers/tokenizer_models.py OUT large < texts.txt     8 000 tokens, SentencePiece's nmt_nfkc

Writes OUT/unigram.json, OUT/unigram-bytes.json (byte fallback), OUT/unigram-spaces.json (with the normalizers and the
pre-tokenizer of `transformers` 4), OUT/bpe.json, OUT/roberta.json, and OUT/sentencepiece.bpe.model.
(sentencepiece, tokenizers)
"""

import io
import json
import pathlib
import sys
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

# full and half width, circled and Roman numbers, units, ligatures, compatibility ideographs, marks, spaces, controls
RULES = (
    {chr(0xFF01 + i): chr(0x21 + i) for i in range(94)}
    | {chr(0x2460 + i): str(i + 1) for i in range(20)}
    | {"Ⅱ": "II", "ⅳ": "iv", "℃": "°C", "㎎": "mg", "㎖": "ml", "½": "1⁄2", "ﬁ": "fi", "ﷺ": "صلى الله عليه وسلم"}
    | {"\uf900": "豈", "\uf901": "更", "\u212b": "Å", "e\u0301": "é", "A\u030a": "Å", "か\u3099": "が", "ﾊﾟ": "パ"}
    | {"\u1112\u1161\u11ab": "한"}
    | {c: " " for c in "\t\n\r\u00a0\u200b\u2028\u3000\ufeff\ufffd"}
    | {chr(c): "" for c in [*range(1, 9), *range(0xE, 0x20), 0x7F]}
)
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]


def train_unigram(texts, small, byte_fallback=False):
    found = io.BytesIO()
    options = {"normalization_rule_name": "nmt_nfkc"}
    if small:
        file = tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8")
        for source, target in RULES.items():
            file.write("\t".join(" ".join(f"{ord(c):X}" for c in text) for text in (source, target)) + "\n")
        file.flush()
        options = {"normalization_rule_tsv": file.name}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=found, vocab_size=(1000 if byte_fallback else 750) if small else 8000,
        model_type="unigram", hard_vocab_limit=False,
        character_coverage=0.98 if small else 0.9995, byte_fallback=byte_fallback, num_threads=1, max_sentence_length=20000,
        minloglevel=2, **options,
    )
    return found.getvalue()


def unigram(model, spaces=False):
    """The layout of XLM-RoBERTa: special tokens first, <mask> last."""
    proto = sentencepiece_model_pb2.ModelProto.FromString(model)
    bytes_too = proto.trainer_spec.byte_fallback
    vocab = [(token, 0.0) for token in SPECIAL]
    vocab += [(piece.piece, piece.score) for piece in proto.pieces[3:]] + [("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(vocab, 3, bytes_too))
    charsmap = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    metaspace = pre_tokenizers.Metaspace("▁", "first" if bytes_too else "always")
    if spaces:
        strip, runs = normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")
        tokenizer.normalizer = normalizers.Sequence([charsmap, strip, runs])
        tokenizer.pre_tokenizer = metaspace
    else:
        tokenizer.normalizer = charsmap
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace])
    tokenizer.decoder = decoders.Metaspace("▁", "always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in SPECIAL])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=spaces, special=True)])
    return tokenizer


def bpe(texts, small, roberta=False):
    """The layouts of ModernBERT and of RoBERTa."""
    tokenizer = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = byte_level
    cls, sep, pad, unk, mask = SPECIAL[0], SPECIAL[2], SPECIAL[1], SPECIAL[3], "<mask>"
    if not roberta:
        cls, sep, pad, unk, mask = "[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]"
        tokenizer.normalizer = normalizers.NFC()
    trainer = trainers.BpeTrainer(
        vocab_size=500 if small else 8000, special_tokens=[cls, pad, sep, unk], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_special_tokens([AddedToken(mask, lstrip=True, normalized=False, special=True)])
    tokenizer.decoder = decoders.ByteLevel()
    named = [(token, tokenizer.token_to_id(token)) for token in (sep, cls)]
    if roberta:
        tokenizer.post_processor = processors.RobertaProcessing(*named, trim_offsets=True, add_prefix_space=False)
    else:
        spaces = [AddedToken(" " * count, normalized=True, special=False) for count in (4, 3, 2)]
        tokenizer.add_tokens([AddedToken("|||IP|||", normalized=True, special=False), *spaces])
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{cls}:0 $A:0 {sep}:0", pair=f"{cls}:0 $A:0 {sep}:0 $B:1 {sep}:1", special_tokens=named
        )
    return tokenizer


def main():
    out, small = pathlib.Path(sys.argv[1]), sys.argv[2] == "small"
    texts = [line for line in sys.stdin.read().split("\n") if line.strip()]
    out.mkdir(parents=True, exist_ok=True)
    model = train_unigram(texts, small)
    (out / "sentencepiece.bpe.model").write_bytes(model)
    made = {
        "unigram": unigram(model),
        "unigram-spaces": unigram(model, spaces=True),
        "unigram-bytes": unigram(train_unigram(texts, small, byte_fallback=True)),
        "bpe": bpe(texts, small),
        "roberta": bpe(texts, small, roberta=True),
    }
    for name, tokenizer in made.items():
        (out / f"{name}.json").write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False) + "\n", encoding="utf-8")


main()
