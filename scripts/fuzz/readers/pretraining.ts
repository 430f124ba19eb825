import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCorpus } from '../../../src/pretraining/corpus/build.ts';
import { openCorpus, readCorpus, sampleCorpus } from '../../../src/pretraining/corpus/shards.ts';
import { readTerms, writeLexicon } from '../../../src/pretraining/lexicon/files.ts';
import { readPhrases } from '../../../src/pretraining/phrases/files.ts';
import type { Reader, Shape, Subject } from '../subject.ts';

const SENTENCES = [
  '患者因头痛伴发热三天入院治疗，既往体健。',
  '体格检查示咽部充血，双侧扁桃体肿大。',
  '给予阿莫西林口服治疗，嘱多饮水、注意休息。',
  '高血压病史十年，长期服用降压药物控制良好。',
  '胸部CT提示右肺下叶炎症，建议复查血常规。',
  '糖尿病患者应当控制饮食并定期监测血糖水平。',
];
const DOCUMENTS = Array.from({ length: 8 }, (_, i) =>
  Array.from({ length: 3 }, (_, j) => `第${i}例：${SENTENCES[(i + j) % SENTENCES.length]}`),
);

/** Raw text in every format that corpora are built from. */
const RAW: readonly [name: string, shape: Shape, content: string][] = [
  ['raw.txt', 'lines', DOCUMENTS.map((lines) => lines.join('\n')).join('\n\n')],
  ['raw.jsonl', 'lines', DOCUMENTS.map(([title, ...body]) => JSON.stringify({ title, body })).join('\n')],
  [
    'raw.json',
    'json',
    JSON.stringify(
      DOCUMENTS.map((turns, id) => ({ id, turns })),
      null,
      1,
    ),
  ],
  ['raw.csv', 'lines', `title,body\n${DOCUMENTS.map(([a, b]) => `${a},"${b}\n""引用"""`).join('\n')}`],
  ['raw.tsv', 'lines', `title\tbody\n${DOCUMENTS.map(([a, b]) => `${a}\t${b}`).join('\n')}`],
];

export const pretraining: Reader = {
  name: 'pretraining corpora',
  async prepare(folder) {
    const built = join(folder, 'built');
    const build = (file: string, out: string) =>
      buildCorpus({ inputs: [file], train: [], guarded: [], dataDir: folder, out });
    const raw = RAW.map(([name, shape, content]): Subject => {
      const file = join(folder, name);
      writeFileSync(file, content);
      const read = async (): Promise<unknown> => {
        rmSync(built, { recursive: true, force: true });
        return build(file, built);
      };
      return { name, file, shape, read };
    });
    const corpus = join(folder, 'corpus');
    await build(raw[0].file, corpus);
    const read = async (): Promise<unknown> => {
      const documents: string[][] = [];
      for await (const document of readCorpus(corpus, await openCorpus(corpus))) documents.push(document);
      return documents;
    };
    // only the hashes of a manifest are bound; its other fields decide how much is sampled
    const sample = async (): Promise<unknown> => {
      let documents = 0;
      for await (const _ of sampleCorpus(corpus, await openCorpus(corpus), 100)) documents++;
      return documents;
    };
    return [
      ...raw,
      { name: 'shard', file: join(corpus, 'shard-00000.txt'), shape: 'lines', hashed: true, read },
      { name: 'manifest', file: join(corpus, 'manifest.json'), shape: 'json', read: sample },
    ];
  },
};

export const lexicons: Reader = {
  name: 'lexicons',
  async prepare(folder) {
    const lexicon = join(folder, 'lexicon.tsv');
    const entry = { types: { symptom: 3, disease: 1 }, frequency: 4, purity: 0.75 };
    await writeLexicon(
      lexicon,
      ['头痛', '发热', '高血压', '糖尿病'].map((text) => ({ ...entry, text })),
    );
    const words = join(folder, 'words.txt');
    writeFileSync(words, '阿莫西林\tdrug\n头孢\tdrug:12,medicine:3\nCT\n');
    const phrases = join(folder, 'phrases.tsv');
    const header = 'phrase\tquality\tdomain\tcount\tsegments\tpmi\tleft\tright\tknown';
    writeFileSync(
      phrases,
      `${header}\n上呼吸道感染\t0.910\t0.500\t12\t9\t3.20\t1.10\t1.30\t0\n头痛\t0.8\t\t3\t3\t1\t1\t1\t1\n`,
    );
    mkdirSync(join(folder, 'none'));
    return [
      { name: 'lexicon', file: lexicon, shape: 'lines', read: () => readTerms([lexicon]) },
      { name: 'word list', file: words, shape: 'lines', read: () => readTerms([words]) },
      { name: 'phrases', file: phrases, shape: 'lines', read: () => readPhrases(phrases) },
    ];
  },
};
