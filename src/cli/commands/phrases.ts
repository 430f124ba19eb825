import type { Mined, MiningOptions, Phrase } from '../../pretraining/phrases/phrases.ts';
import type { CommandSpec, Invocation } from '../command.ts';
import { textOption } from '../options.ts';
import type { Terminal } from '../terminal.ts';

/** Code units of text that are looked at: about 25 bytes of memory each. */
const MOST_CHARACTERS = 30_000_000;

const mine: CommandSpec = {
  name: 'mine',
  summary: {
    en: 'find the phrases of the domain in a corpus',
    zh: '从语料中挖掘领域短语',
  },
  operands: '<corpus>',
  options: [
    {
      flags: '--lexicon <list>',
      summary: { en: 'terms to learn from, comma-separated files', zh: '作为正例的词典文件，以逗号分隔' },
    },
    { flags: '--out <file>', summary: { en: 'where the phrases go (TSV)', zh: '输出文件（TSV）' } },
    {
      flags: '--rejected <file>',
      summary: { en: 'also write what was rejected, with the reason', zh: '同时写出被拒短语及原因' },
    },
    { flags: '--min-count <n>', summary: { en: 'least occurrences', zh: '最少出现次数' }, default: '5' },
    {
      flags: '--longest <n>',
      summary: { en: 'longest phrase in characters', zh: '短语最大字数' },
      default: '8',
    },
    {
      flags: '--min-quality <q>',
      summary: { en: 'least quality, 0 to 1', zh: '最低质量，0 到 1' },
      default: '0.5',
    },
    {
      flags: '--min-domain <p>',
      summary: { en: 'least likelihood of belonging to the domain', zh: '最低领域概率' },
      default: '0.5',
    },
    {
      flags: '--characters <n>',
      summary: { en: 'most characters to look at; more are sampled', zh: '最多分析的字数，超出则抽样' },
      default: String(MOST_CHARACTERS),
    },
    { flags: '--seed <n>', summary: { en: 'seed', zh: '随机种子' }, default: '0' },
    { flags: '--show <n>', summary: { en: 'rows of the tables', zh: '表格行数' }, default: '20' },
  ],
  examples: ['chineseblue phrases mine corpus --lexicon lexicon.tsv --out phrases.tsv'],
  async run({ operands, options, terminal, signal }) {
    const { listOption } = await import('../command.ts');
    const { gatherText } = await import('../../pretraining/phrases/candidates.ts');
    const { readTerms } = await import('../../pretraining/lexicon/lexicon.ts');
    const { minePhrases, writePhrases, writeRejected } = await import('../../pretraining/phrases/phrases.ts');
    const { openCorpus, sampleCorpus } = await import('../../pretraining/corpus/shards.ts');
    const out = textOption(options, 'out');
    textOption(options, 'lexicon');
    const choices = await readChoices(options);
    const terms = await readTerms(listOption(options.lexicon));
    const shards = await openCorpus(operands[0]);
    const text = await gatherText(sampleCorpus(operands[0], shards, choices.characters), choices.characters);
    const progress = terminal.progress(terminal.say({ en: 'Mining', zh: '挖掘中' }));
    const mined = await minePhrases(text, terms, {
      ...choices.mining,
      signal,
      onProgress: progress.update,
    }).finally(progress.stop);
    await writePhrases(out, mined.kept);
    if (typeof options.rejected === 'string') await writeRejected(options.rejected, mined.rejected);
    if (terminal.json) terminal.printJson(summarize(mined, out));
    else await printMined(mined, choices.rows, out, terminal);
  },
};

async function readChoices(options: Invocation['options']): Promise<{
  mining: Pick<MiningOptions, 'minCount' | 'longest' | 'minQuality' | 'minDomain' | 'seed'>;
  characters: number;
  rows: number;
}> {
  const { numberOption } = await import('../numbers.ts');
  return {
    mining: {
      minCount: numberOption(options, 'minCount', 2, 1e9, 'whole'),
      longest: numberOption(options, 'longest', 2, 64, 'whole'),
      minQuality: numberOption(options, 'minQuality', 0, 1),
      minDomain: numberOption(options, 'minDomain', 0, 1),
      seed: numberOption(options, 'seed', 0, 2 ** 32 - 1, 'whole'),
    },
    characters: numberOption(options, 'characters', 1000, 500_000_000, 'whole'),
    rows: numberOption(options, 'show', 0, 10_000, 'whole'),
  };
}

function countReasons({ rejected }: Mined): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { reason } of rejected) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}

const summarize = (mined: Mined, file: string) => ({
  file,
  kept: mined.kept.length,
  known: mined.kept.filter(({ known }) => known).length,
  rejected: countReasons(mined),
  ...mined.facts,
  best: mined.kept.slice(0, 100).map(({ text }) => text),
});

async function printMined(mined: Mined, rows: number, file: string, terminal: Terminal): Promise<void> {
  const say = terminal.say;
  const head = [
    say({ en: 'phrase', zh: '短语' }),
    say({ en: 'quality', zh: '质量' }),
    say({ en: 'domain', zh: '领域' }),
    say({ en: 'count', zh: '次数' }),
    say({ en: 'alone', zh: '独立' }),
    'PMI',
    say({ en: 'entropy', zh: '左右熵' }),
  ];
  const row = (phrase: Phrase): string[] => [
    phrase.text,
    phrase.quality.toFixed(2),
    Number.isNaN(phrase.domain) ? '' : phrase.domain.toFixed(2),
    String(phrase.count),
    String(phrase.segments),
    phrase.pmi.toFixed(1),
    `${phrase.leftEntropy.toFixed(1)} ${phrase.rightEntropy.toFixed(1)}`,
  ];
  const fresh = mined.kept.filter(({ known }) => !known);
  terminal.print(say({ en: 'The best that the lexicon did not know:', zh: '词典之外的最佳短语：' }));
  await terminal.table(head, fresh.slice(0, rows).map(row));
  terminal.print(say({ en: 'The most frequent that were rejected:', zh: '被拒绝的高频候选：' }));
  const frequent = mined.rejected.toSorted((a, b) => b.phrase.count - a.phrase.count);
  const shown: typeof frequent = [];
  for (const reason of Object.keys(countReasons(mined))) {
    shown.push(...frequent.filter((item) => item.reason === reason).slice(0, Math.ceil(rows / 4)));
  }
  await terminal.table(
    [...head, say({ en: 'why', zh: '原因' })],
    shown.map(({ phrase, reason }) => [...row(phrase), reason]),
  );
  const { candidates, seeds, heldOutAuc } = mined.facts;
  terminal.print(
    say({
      en: `${mined.kept.length} phrases of ${candidates} frequent n-grams, ${fresh.length} of them new; learnt from ${seeds} terms; the domain filter's AUC on words kept aside: ${heldOutAuc.toFixed(3)}.`,
      zh: `从 ${candidates} 个高频 n-gram 中得到 ${mined.kept.length} 个短语，其中新短语 ${fresh.length} 个；正例 ${seeds} 个；领域过滤器在留出词上的 AUC：${heldOutAuc.toFixed(3)}。`,
    }),
  );
  for (const [reason, count] of Object.entries(countReasons(mined))) terminal.print(`  ${reason}: ${count}`);
  terminal.print(file);
}

export const phrasesCommand: CommandSpec = {
  name: 'phrases',
  summary: { en: 'phrases of the domain, for whole span masking', zh: '用于整短语掩码的领域短语' },
  examples: mine.examples,
  subcommands: [mine],
};
