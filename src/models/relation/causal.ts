import type { Text } from '../../ground/language.ts';
import type { CausalRelation, Mention } from '../../tasks/families/causal/types.ts';
import type { Triple } from '../../tasks/families/relation/types.ts';
import { pairsOf, predicateOf, roleJson, roleOf } from '../shared/causal/roles.ts';
import type { Candidate, Marked } from './classifier.ts';
import { keepLongest, UNTYPED } from './locate.ts';

/** Whether the predicates of a model are roles: its file may have been forged. */
export const areRoles = (predicates: readonly string[]): boolean =>
  predicates.every((predicate) => {
    try {
      return roleJson.safeParse(JSON.parse(predicate)).success;
    } catch {
      return false;
    }
  });

/** A text of causal relations as mentions and pairs: a condition on a relation is three pairs. */
export function asPairs(text: string, relations: readonly CausalRelation[]): Marked {
  const words = ({ start, end }: Mention): string => text.slice(start, end);
  const mentions: Mention[] = [];
  const triples: Triple[] = [];
  for (const { head, role, tail } of relations.flatMap(pairsOf)) {
    mentions.push(head, tail);
    triples.push({ subject: words(head), predicate: predicateOf(role), object: words(tail) });
  }
  const places = new Map(
    mentions.map(({ start, end }) => [`${start} ${end}`, { start, end, type: UNTYPED }]),
  );
  return { text, mentions: keepLongest([...places.values()]), triples };
}

/** The relations that accepted pairs make. A relation under a condition needs a condition with both of its ends. */
export function fromPairs(accepted: readonly Candidate[]): CausalRelation[] {
  const pairs = accepted.map(({ triple, pair }) => {
    const { subject, object } = pair;
    return { role: roleOf(triple.predicate), head: placeOf(subject), tail: placeOf(object), triple };
  });
  return pairs.flatMap(({ role, head, tail, triple }): CausalRelation[] => {
    if (role[0] === 'direct') return [{ head, relation: role[1], tail }];
    if (role[0] !== 'ends') return [];
    const [, relation, inner] = role;
    const conditions = (kind: 'to-head' | 'to-tail', object: string) =>
      pairs.filter(
        (one) => one.triple.predicate === predicateOf([kind, relation]) && one.triple.object === object,
      );
    const toTail = new Set(conditions('to-tail', triple.object).map((one) => one.triple.subject));
    return conditions('to-head', triple.subject)
      .filter((one) => toTail.has(one.triple.subject))
      .map((condition) => ({ head: condition.head, relation, tail: { head, relation: inner, tail } }));
  });
}

const placeOf = ({ start, end }: Mention): Mention => ({ start, end });

/** The meaning of a candidate. */
export function describePair({ triple: { subject, predicate, object } }: Candidate): Text {
  const [kind, label, inner] = roleOf(predicate);
  if (kind === 'direct') {
    const whole = `${subject} —${label}→ ${object}`;
    return { en: whole, zh: whole };
  }
  if (kind === 'ends') {
    const whole = `${subject} —${inner}→ ${object}`;
    return { en: `${whole} under a condition (${label})`, zh: `${whole}（有条件，${label}）` };
  }
  return {
    en: `${subject}: a condition (${label}) of ${object}`,
    zh: `${subject}：${object} 的条件（${label}）`,
  };
}
