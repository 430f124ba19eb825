/** UTF-16 code units of a text, `end` exclusive. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

const SENTENCE_END = /[。；;！？!?\n]/;
const CLAUSE_END = /[，,。；;！？!?\n]/;
/** In lengths of the text: another sentence is farther than anything in the same one. */
const OTHER_SENTENCE = 4;

/** How far an attribute is from a finding, for comparisons within one text. */
export function distance(text: string, attribute: Place, core: Place): number {
  const isBefore = attribute.end <= core.start;
  const between = isBefore ? text.slice(attribute.end, core.start) : text.slice(core.end, attribute.start);
  if (SENTENCE_END.test(between)) return OTHER_SENTENCE * text.length + between.length;
  // words before a finding belong to it rather than those after it, and a clause is closer than any distance
  return (CLAUSE_END.test(between) ? text.length : 0) + between.length * 2 + (isBefore ? 0 : 1);
}

/** The nearest place that an attribute may belong to, by its number; undefined if its sentence has none. */
export function ownerOf(text: string, attribute: Place, cores: readonly Place[]): number | undefined {
  return cores
    .map((core, number) => ({ number, away: distance(text, attribute, core) }))
    .filter(({ away }) => away < OTHER_SENTENCE * text.length)
    .sort((a, b) => a.away - b.away)[0]?.number;
}

/** Where the clause around a place begins. */
export function clauseStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && !CLAUSE_END.test(text[start - 1])) start--;
  return start;
}
