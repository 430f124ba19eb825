import type { Prediction } from '../../../tasks/examples.ts';
import type { Symptom, SymptomMention } from '../../../tasks/families/dialogue/types.ts';
import { chosen, collect, type Shape } from '../shape.ts';

/** A symptom of the dialogue, or a mention in a turn. */
type Item = { readonly symptom: Symptom } | { readonly mention: SymptomMention };

const keyOf = (item: Item): string =>
  'symptom' in item
    ? JSON.stringify([item.symptom.name, item.symptom.status])
    : `${item.mention.turn} ${item.mention.start} ${item.mention.end}`;

const itemsOf = ({ symptoms, entities = [] }: Prediction<'dialogue'>): Item[] => [
  ...symptoms.map((symptom) => ({ symptom })),
  ...entities.map((mention) => ({ mention })),
];

/** Symptoms by the votes of members, one status per name; mentions likewise, where members give any. */
export const symptomShape: Shape<'dialogue'> = {
  rule: 'set',
  scored: () => false,
  exclusive: () => [true],
  threshold: () => true,
  propose(_input, said) {
    const given = said.map((prediction) =>
      (prediction ? itemsOf(prediction) : []).map((item) => ({ item, value: 1 })),
    );
    const { items, values } = collect<Item>(said.length, given, keyOf);
    const mentions = said.some((prediction) => prediction?.entities !== undefined);
    return {
      classes: items.map((item) => ('symptom' in item ? item.symptom.status : 'mention')),
      values,
      right(gold) {
        const keys = new Set(itemsOf(gold).map(keyOf));
        return Float64Array.from(items, (item) => Number(keys.has(keyOf(item))));
      },
      decide(scores, threshold) {
        const symptoms = new Map<string, Symptom>();
        const entities: SymptomMention[] = [];
        for (const i of chosen(scores, threshold)) {
          const item = items[i];
          if ('mention' in item) entities.push(item.mention);
          else if (!symptoms.has(item.symptom.name)) symptoms.set(item.symptom.name, item.symptom);
        }
        entities.sort((a, b) => a.turn - b.turn || a.start - b.start || a.end - b.end);
        return { symptoms: [...symptoms.values()], ...(mentions ? { entities } : {}) };
      },
    };
  },
};
