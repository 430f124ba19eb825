import type { Match } from './words.ts';

const SENTENCE_END = /[。；;！？!?\n]/;
const CLAUSE_END = /[，,。；;！？!?\n]/;

/** The nearest place that an attribute may belong to, by its number; undefined where its sentence has none. */
export function ownerOf(text: string, attribute: Match, cores: readonly Match[]): number | undefined {
  const options = cores.flatMap((core, number) => {
    const isBefore = attribute.end <= core.start;
    const between = isBefore ? text.slice(attribute.end, core.start) : text.slice(core.end, attribute.start);
    if (SENTENCE_END.test(between)) return [];
    // what stands before a finding is about it rather than what follows, and a clause is closer than any distance
    const away = (CLAUSE_END.test(between) ? text.length : 0) + between.length * 2 + (isBefore ? 0 : 1);
    return [{ number, away }];
  });
  return options.sort((a, b) => a.away - b.away)[0]?.number;
}

/** Where the clause around a place begins. */
export function clauseStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && !CLAUSE_END.test(text[start - 1])) start--;
  return start;
}
