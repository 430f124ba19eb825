import { findReproduction } from '../audit/reproduction/registry.ts';
import type { SideBySide } from '../audit/reproduction/side-by-side.ts';
import { describeCoverage } from '../scoring/coverage.ts';
import { isUnsure, UNSURE_MARK } from '../scoring/figures.ts';
import { formatAs, formatScore, printUnsureNote } from './tables.ts';
import type { Terminal } from './terminal.ts';

/** What `reproduce` prints: one table of answers under both conventions, and why they differ. */
export async function printSideBySide(result: SideBySide, terminal: Terminal): Promise<void> {
  const { say } = terminal;
  const { ours, asPublished, paper, references, difference, comparable, coverage } = result;
  const reproduction = findReproduction({ id: result.task });
  const left = (value: number): string => formatScore(value, ours.convention);
  const right = (value: number): string => formatAs(value, reproduction.unit);
  const ranged = (judged: typeof ours, format: (value: number) => string): string =>
    format(judged.value) +
    (judged.interval
      ? ` [${format(judged.interval.low)}, ${format(judged.interval.high)}]${isUnsure(judged.interval) ? UNSURE_MARK : ''}`
      : '');
  const synthetic = result.synthetic ? say({ en: ' (synthetic sample)', zh: '（合成样例）' }) : '';
  terminal.printText({
    en: `${result.task} ${result.split}${synthetic}: ${describeCoverage(coverage).en}; as published, ${asPublished.scope.en} are scored`,
    zh: `${result.task} ${result.split}${synthetic}：${describeCoverage(coverage).zh}；论文口径只评 ${asPublished.scope.zh}`,
  });
  const headings = [
    say({ en: 'answers', zh: '答案' }),
    say({ en: `our rule: ${ours.convention}`, zh: `本工具口径：${ours.convention}` }),
    say({ en: `as published: ${asPublished.convention}`, zh: `论文口径：${asPublished.convention}` }),
  ];
  await terminal.table(headings, [
    [say({ en: 'these predictions', zh: '此预测' }), ranged(ours, left), ranged(asPublished, right)],
    ...paper.map(({ model, value }) => [
      say({ en: `${model} in the paper`, zh: `论文 ${model}` }),
      '',
      right(value),
    ]),
    ...references.map((reference) => [
      say(reference.answer),
      left(reference.ours),
      right(reference.asPublished),
    ]),
  ]);
  printUnsureNote([ours.interval, asPublished.interval], terminal);
  terminal.printText(difference);
  if (!comparable) {
    terminal.printText(
      result.synthetic
        ? {
            en: 'This is a synthetic sample: its figures are not comparable with the paper.',
            zh: '这是合成样例：其中的数字不能与论文比较。',
          }
        : {
            en: `The published figures are on ${reproduction.split}; these predictions are on ${result.split}.`,
            zh: `论文数字取自 ${reproduction.split}，而此预测回答的是 ${result.split}。`,
          },
    );
  }
}
