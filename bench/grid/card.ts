import { keptCells } from './cells.ts';
import { type Arm, RECIPES } from './recipes.ts';
import { difference, row, spread } from './show.ts';

const HEADING = '## Evaluation';

/** What a reader of the table must know of a task. */
const CAVEATS: Readonly<Record<string, string>> = {
  cMedQA:
    'cMedQA: nearly all questions of test also occur in dev, from which train is carved, and matches are unevenly spread over questions: a rule that reads no text reaches 79.8. The score reflects memorized questions rather than relevance, and most pairs labelled as matching do not match.',
};

/** The evaluation in a model's card: test scores of the model, the encoder it was built from, and the strongest other model. */
export function cardEvaluation(arm: Arm, name: string, encoder: string): string[] {
  const tasks: string[] = [];
  const rows = Object.keys(RECIPES).flatMap((task) => {
    const { cells, pairs } = keptCells(task);
    const scoresOf = (of: Arm): number[] =>
      cells.filter((cell) => cell.arm === of).flatMap(({ score }) => score ?? []);
    const own = scoresOf(arm);
    if (own.length === 0) return [];
    tasks.push(task);
    const others: readonly Arm[] = ['fine-tuned', 'baseline'];
    const cell = (of: Arm): string[] => {
      const scores = scoresOf(of);
      return scores.length > 0 ? [spread(scores), difference(pairs, arm, of)] : ['', ''];
    };
    return [row([task, String(own.length), spread(own), ...others.flatMap(cell)])];
  });
  const missing = Object.keys(RECIPES).length - rows.length;
  return [
    HEADING,
    '',
    `Fine-tuned on the full training set with the recipes of \`bench/grid\`; primary metric on test in percent, ± standard deviation over seeds; paired differences with 95 % intervals over independent units and p corrected for all comparisons of the task.${missing > 0 ? ' Other tasks have not been run yet.' : ''}`,
    '',
    row(['task', 'seeds', name, encoder, 'difference', 'strongest other model', 'difference']),
    row(['---', '---:', '---:', '---:', '---:', '---:', '---:']),
    ...rows,
    '',
    ...Object.entries(CAVEATS).flatMap(([task, caveat]) => (tasks.includes(task) ? [caveat, ''] : [])),
  ];
}

/** A card with its evaluation replaced by this one. Throws if it has none. */
export function withEvaluation(card: string, evaluation: readonly string[]): string {
  const lines = card.split('\n');
  const start = lines.indexOf(HEADING);
  if (start < 0) throw new Error(`The card has no section "${HEADING}"`);
  const next = lines.findIndex((line, i) => i > start && line.startsWith('## '));
  return [...lines.slice(0, start), ...evaluation, ...lines.slice(next < 0 ? lines.length : next)].join('\n');
}
