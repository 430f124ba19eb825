import { counted } from '../../ground/counted.ts';
import { integer, list, text } from '../../ground/parameters.ts';
import { MINING, SAMPLING } from '../../pretraining/parameters.ts';
import type { Mined, Phrase } from '../../pretraining/phrases/mine.ts';
import { type CommandSpec, defineCommand } from '../command.ts';
import type { Terminal } from '../terminal.ts';

const BEST_IN_JSON = 100;

const mine = defineCommand({
  name: 'mine',
  summary: { en: 'mine domain phrases from a corpus', zh: '从语料中挖掘领域短语' },
  operands: '<corpus>',
  options: {
    lexicon: list({
      required: true,
      summary: { en: 'files with terms to use as positive examples', zh: '作为正例的词典文件' },
    }),
    out: text({
      required: true,
      placeholder: 'file',
      summary: { en: 'the phrases to write, as TSV', zh: '输出的短语文件，TSV 格式' },
    }),
    rejected: text({
      placeholder: 'file',
      summary: { en: 'also write rejected candidates, with reasons', zh: '同时写出被拒候选及原因' },
    }),
    ...MINING,
    ...SAMPLING,
    show: integer({ min: 0, max: 10_000, default: 20, summary: { en: 'rows per table', zh: '表格行数' } }),
  },
  examples: ['chineseblue phrases mine corpus --lexicon lexicon.tsv --out phrases.tsv'],
  async run({ operands, options, terminal, signal }) {
    const { mineToFiles } = await import('../../pretraining/phrases/mine-to-files.ts');
    const { lexicon, out, rejected } = options;
    const progress = terminal.progress(terminal.say({ en: 'Mining', zh: '挖掘中' }));
    const mined = await mineToFiles(
      { corpus: operands[0], lexicon, out, rejected, mining: options, sampling: options },
      { signal, onProgress: (share, note) => progress.update(share, terminal.say(note)) },
    ).finally(progress.stop);
    const shown = terminal.beside(out, rejected);
    if (shown.json) shown.printJson(summarize(mined, out));
    else await printMined(mined, options.show, out, shown);
  },
});

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
  best: mined.kept.slice(0, BEST_IN_JSON).map(({ text }) => text),
});

async function printMined(mined: Mined, rows: number, file: string, terminal: Terminal): Promise<void> {
  const { say } = terminal;
  const head = [
    say({ en: 'phrase', zh: '短语' }),
    say({ en: 'quality', zh: '质量' }),
    say({ en: 'domain', zh: '领域' }),
    say({ en: 'count', zh: '次数' }),
    say({ en: 'segments', zh: '独立' }),
    'PMI',
    say({ en: 'entropies', zh: '左右熵' }),
  ];
  const fresh = mined.kept.filter(({ known }) => !known);
  terminal.print(say({ en: 'Best phrases that are not in the lexicon:', zh: '词典之外的最佳短语：' }));
  await terminal.table(head, fresh.slice(0, rows).map(cellsOf));
  const reasons = countReasons(mined);
  terminal.print(say({ en: 'Most frequent rejected candidates:', zh: '被拒绝的高频候选：' }));
  await terminal.table(
    [...head, say({ en: 'reason', zh: '原因' })],
    frequentRejected(mined, Math.ceil(rows / 4)).map(({ phrase, reason }) => [...cellsOf(phrase), reason]),
  );
  const { candidates, seeds, heldOutAuc } = mined.facts;
  terminal.print(
    say({
      en: `${counted(mined.kept.length, 'phrase')} of ${candidates} frequent n-grams, ${fresh.length} of them new; ${counted(seeds, 'term as a positive example', 'terms as positive examples')}; AUC of the domain filter on held-out words: ${heldOutAuc.toFixed(3)}.`,
      zh: `从 ${candidates} 个高频 n-gram 中得到 ${mined.kept.length} 个短语，其中新短语 ${fresh.length} 个；正例 ${seeds} 个；领域过滤器在留出词上的 AUC：${heldOutAuc.toFixed(3)}。`,
    }),
  );
  for (const [reason, count] of Object.entries(reasons)) terminal.print(`  ${reason}: ${count}`);
  terminal.print(file);
}

const cellsOf = (phrase: Phrase): string[] => [
  phrase.text,
  phrase.quality.toFixed(2),
  Number.isNaN(phrase.domain) ? '' : phrase.domain.toFixed(2),
  String(phrase.count),
  String(phrase.segments),
  phrase.pmi.toFixed(1),
  `${phrase.leftEntropy.toFixed(1)} ${phrase.rightEntropy.toFixed(1)}`,
];

/** The most frequent rejected candidates, `each` of them per reason. */
function frequentRejected(mined: Mined, each: number): Mined['rejected'] {
  const frequent = mined.rejected.toSorted((a, b) => b.phrase.count - a.phrase.count);
  return Object.keys(countReasons(mined)).flatMap((reason) =>
    frequent.filter((item) => item.reason === reason).slice(0, each),
  );
}

export const phrasesCommand: CommandSpec = {
  name: 'phrases',
  summary: { en: 'domain phrases for whole span masking', zh: '用于整短语掩码的领域短语' },
  examples: mine.examples,
  subcommands: [mine],
};
