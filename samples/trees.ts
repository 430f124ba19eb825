import { createDraw, type Draw, type SampleSplit } from './draw.ts';
import { diseases, drugs, symptoms, treatments } from './lexicon.ts';

const SIZES: Readonly<Record<SampleSplit, number>> = { train: 150, dev: 40, test: 60 };

type Triple = readonly [subject: string, relation: string, object: string];

const node = (role: 'C' | 'D', triples: readonly Triple[], logic = 'null') => ({ role, triples, logic });

/** A text of one or two conditions with their treatments, and its tree. */
function advised(draw: Draw): object {
  const patient = `${draw.word(diseases)}患者`;
  const found = draw.words(symptoms, 3);
  const [first, second] = draw.words(drugs, 2);
  const treatment = draw.word(treatments);
  const isBoth = draw.chance(0.4);
  const conditions: Triple[] = found.slice(0, isBoth ? 2 : 1).map((sign) => [patient, '临床表现', sign]);
  const tree = [node('C', conditions, isBoth ? 'or' : 'null'), node('D', [[patient, '治疗药物', first]])];
  let text = `${patient}出现${conditions.map(([, , sign]) => sign).join('或')}时，可用${first}治疗`;
  if (draw.chance(0.5)) {
    text += `；若有${found[2]}，应予${treatment}`;
    tree.push(node('C', [[patient, '临床表现', found[2]]]), node('D', [[patient, '治疗方案', treatment]]));
  }
  if (draw.chance(0.3)) {
    text += `；否则给予${second}`;
    tree.push(node('D', [[patient, '治疗药物', second]]));
  } else tree.push(node('D', []));
  return { text: `${text}。`, tree };
}

/** The task `decision-tree`. */
export function* treeSamples(): Generator<[path: string, content: string]> {
  for (const split of ['train', 'dev', 'test'] as const) {
    const draw = createDraw('decision-tree', split);
    const lines = Array.from({ length: SIZES[split] }, () => `${JSON.stringify(advised(draw))}\n`);
    yield [`decision-tree/${split}.synthetic.jsonl`, lines.join('')];
  }
}
