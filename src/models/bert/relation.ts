import * as z from 'zod';
import { type Cell, type ScoredCell, spanHead } from '../../encoders/heads/span.ts';
import type { Tokens } from '../../encoders/tokenizers/tokenizer.ts';
import type { Triple } from '../../tasks/families/relation/types.ts';
import { definePlanner, hideTypes, type Plan } from './plan.ts';

/** A predicate with the types of its subject and object, if the corpus provides them. */
const relationJson = z.object({
  predicate: z.string(),
  subjectType: z.string().optional(),
  objectType: z.string().optional(),
});
type Relation = z.infer<typeof relationJson>;
const learntRelations = z.object({ relations: z.array(relationJson) });

const SUBJECT = 0;
const OBJECT = 1;
const ENTITIES = 2;

const keyOf = ({ predicate, subjectType = '', objectType = '' }: Relation): string =>
  JSON.stringify([predicate, subjectType, objectType]);

/**
 * Triples by GPLinker (Su 2022): spans of subjects and objects, and for each relation which first tokens and which last
 * tokens of the two belong together.
 */
export const relationPlanner = definePlanner<'relation', z.infer<typeof learntRelations>>({
  schema: learntRelations,
  learn(examples) {
    const relations = new Map<string, Relation>();
    for (const { predicate, subjectType, objectType } of examples.flatMap(({ gold }) => gold.triples)) {
      const relation = { predicate, subjectType, objectType };
      relations.set(keyOf(relation), relation);
    }
    return { relations: [...relations].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, relation]) => relation) };
  },
  plan({ relations }, { tokenizer, config, parameters: { maxLength } }) {
    const count = relations.length;
    const numbers = new Map(relations.map((relation, i) => [keyOf(relation), i]));
    const plan: Plan<'relation', readonly Cell[], ScoredCell[]> = {
      head: spanHead(config, ENTITIES + 2 * count, ENTITIES),
      labels: [
        'subject',
        'object',
        ...relations.map(({ predicate }) => `first:${predicate}`),
        ...relations.map(({ predicate }) => `last:${predicate}`),
      ],
      items: (examples) =>
        examples.map(({ input, gold }) => {
          const sequence = tokenizer.encode(input.text, maxLength);
          const cells = new Map<string, Cell>();
          const mark = (type: number, first: number, last: number): void => {
            cells.set(`${type} ${first} ${last}`, { type, first, last });
          };
          for (const triple of gold.triples) {
            const relation = numbers.get(keyOf(triple));
            const subject = locate(input.text, triple.subject, sequence);
            const object = locate(input.text, triple.object, sequence);
            if (relation === undefined || !subject || !object) continue;
            mark(SUBJECT, ...subject);
            mark(OBJECT, ...object);
            mark(ENTITIES + relation, subject[0], object[0]);
            mark(ENTITIES + count + relation, subject[1], object[1]);
          }
          return { rows: [{ sequence, target: [...cells.values()] }] };
        }),
      ask({ text }) {
        const sequence = tokenizer.encode(text, maxLength);
        const textOf = ({ first, last }: Cell): string =>
          text.slice(sequence.starts[first + 1], sequence.ends[last + 1]);
        return {
          sequences: [sequence],
          decode([cells]) {
            const [subjects, objects] = [SUBJECT, OBJECT].map((type) =>
              cells.filter((cell) => cell.type === type),
            );
            const linked = new Set(cells.map(({ type, first, last }) => `${type} ${first} ${last}`));
            const triples = new Map<string, Triple>();
            for (const subject of subjects) {
              for (const object of objects) {
                for (const [i, relation] of relations.entries()) {
                  if (!linked.has(`${ENTITIES + i} ${subject.first} ${object.first}`)) continue;
                  if (!linked.has(`${ENTITIES + count + i} ${subject.last} ${object.last}`)) continue;
                  const triple = { ...relation, subject: textOf(subject), object: textOf(object) };
                  triples.set(JSON.stringify(triple), triple);
                }
              }
            }
            return { triples: [...triples.values()] };
          },
        };
      },
    };
    return hideTypes(plan);
  },
});

/** First and last token of the first occurrence of a string in the text; undefined if there is none or it was cut off. */
function locate(
  text: string,
  name: string,
  { starts, ends }: Tokens,
): [first: number, last: number] | undefined {
  const start = name === '' ? -1 : text.indexOf(name);
  if (start < 0) return undefined;
  const end = start + name.length;
  const isToken = (i: number): boolean => ends[i] > starts[i];
  const first = ends.findIndex((tokenEnd, i) => isToken(i) && tokenEnd > start);
  const last = starts.findLastIndex((tokenStart, i) => isToken(i) && tokenStart < end);
  if (first < 0 || last < first || ends[last] < end) return undefined;
  return [first - 1, last - 1];
}
