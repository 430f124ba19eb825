/** The longest of the special tokens at `at`, or ''. */
export function literalAt(literals: readonly string[], text: string, at: number): string {
  let longest = '';
  for (const literal of literals)
    if (literal.length > longest.length && text.startsWith(literal, at)) longest = literal;
  return longest;
}

/** Start of the next special token at or after `from`, or the end of the text. */
export function nextLiteral(literals: readonly string[], text: string, from: number): number {
  const found = literals.map((literal) => text.indexOf(literal, from)).filter((at) => at >= 0);
  return Math.min(text.length, ...found);
}
