import type { Sequence } from '../../encoders/inference/sequences.ts';
import type { Random } from '../../ground/random.ts';
import type { Example } from '../../tasks/examples.ts';
import type { Entity } from '../../tasks/families/ner/types.ts';

/** Probability that a mention is replaced in a copy. */
const REPLACED = 0.5;
/** Share of the tokens of a copy that become unknown. */
const UNKNOWN = 0.1;

/**
 * A copy of every text, in which half of the mentions are replaced by another of their type, drawn as often as it occurs
 * (mention replacement, Dai & Adel 2020), so that neither the place of a mention nor its neighbours are memorized. Texts
 * with overlapping mentions are not copied.
 */
export function replaceMentions(examples: readonly Example<'ner'>[], random: Random): Example<'ner'>[] {
  const mentions = new Map<string, string[]>();
  for (const { input, gold } of examples) {
    for (const { start, end, type } of gold.entities) {
      const known = mentions.get(type) ?? [];
      known.push(input.text.slice(start, end));
      mentions.set(type, known);
    }
  }
  return examples.flatMap((example) => {
    const { input, gold } = example;
    const inOrder = [...gold.entities].sort((a, b) => a.start - b.start);
    if (inOrder.some(({ start }, i) => i > 0 && start < inOrder[i - 1].end)) return [];
    const entities: Entity[] = [];
    let [text, at] = ['', 0];
    for (const { start, end, type } of inOrder) {
      const others = mentions.get(type)!;
      const isReplaced = random.next() < REPLACED;
      const mention = isReplaced ? others[random.below(others.length)] : input.text.slice(start, end);
      text += input.text.slice(at, start);
      entities.push({ start: text.length, end: text.length + mention.length, type });
      text += mention;
      at = end;
    }
    return [
      { ...example, input: { ...input, text: text + input.text.slice(at) }, gold: { ...gold, entities } },
    ];
  });
}

/** The sequence with a tenth of its tokens replaced by `unknown`; the first and the last stay. */
export function dropTokens({ ids, types }: Sequence, unknown: number, random: Random): Sequence {
  const inner = (i: number): boolean => i > 0 && i < ids.length - 1;
  return { types, ids: ids.map((id, i) => (inner(i) && random.next() < UNKNOWN ? unknown : id)) };
}
