/** A tag of a column file: outside, or a letter and a type. */
export interface ColumnTag {
  /** The meaning of the letter, independent of the scheme. */
  readonly role: 'outside' | 'begin' | 'inside' | 'end' | 'single';
  readonly letter: string;
  readonly type: string;
}

type Side = 'prefix' | 'suffix';

const OUTSIDE: ColumnTag = { role: 'outside', letter: 'O', type: '' };

/** Letters of BIO, BIOES (E, S), BMES (M) and BILOU (L, U). */
const ROLES: Readonly<Record<string, ColumnTag['role']>> = {
  ...{ B: 'begin', I: 'inside', M: 'inside' },
  ...{ E: 'end', L: 'end', S: 'single', U: 'single' },
};

const SHAPES: Readonly<Record<Side, RegExp>> = {
  prefix: /^(?<letter>[BIMELSU])[-_](?<type>.+)$/s,
  suffix: /^(?<type>.+)[-_](?<letter>[BIMELSU])$/s,
};

/** The tag scheme of a file, as far as it has been read. */
export interface TagReader {
  /** Undefined if a tag is invalid, or does not belong to the scheme of those before it. */
  read(tag: string): ColumnTag | undefined;
  /** `BIO`, `BIOES`, `BILOU` or `BMES`, and whether the letter stands after the type. */
  readonly scheme: string;
  readonly side: Side;
}

/**
 * Reads the tags of one file: the letter before the type (`B-type`, `B_type`) or after it (`type-B`), of one scheme
 * throughout. A tag that could be either is read with its letter first until others show that it comes last.
 */
export function createTagReader(): TagReader {
  const letters = new Set<string>();
  const known = new Map<string, ColumnTag>();
  let side: Side | undefined;

  const parse = (tag: string): ColumnTag | undefined => {
    const fitting = (['prefix', 'suffix'] as const).filter((one) => SHAPES[one].test(tag));
    if (fitting.length === 0 || (side && !fitting.includes(side))) return undefined;
    if (fitting.length === 1) side = fitting[0];
    const { letter = '', type = '' } = SHAPES[side ?? 'prefix'].exec(tag)?.groups ?? {};
    if (clashes(letters, letter)) return undefined;
    letters.add(letter);
    return { role: ROLES[letter], letter, type };
  };

  return {
    read(tag) {
      if (tag === 'O') return OUTSIDE;
      const before = known.get(tag);
      if (before) return before;
      const found = parse(tag);
      // Before its side is known, a tag may have been read the wrong way: it is not kept.
      if (found && side) known.set(tag, found);
      return found;
    },
    get scheme() {
      if (letters.has('L') || letters.has('U')) return 'BILOU';
      if (letters.has('M')) return 'BMES';
      return letters.has('E') || letters.has('S') ? 'BIOES' : 'BIO';
    },
    get side() {
      return side ?? 'prefix';
    },
  };
}

/** Letters that no scheme has together. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  ...{ E: ['L', 'U'], S: ['L', 'U'], M: ['I', 'L', 'U'] },
  ...{ L: ['E', 'S', 'M'], U: ['E', 'S', 'M'], I: ['M'] },
};

const clashes = (letters: ReadonlySet<string>, letter: string): boolean =>
  (FOREIGN[letter] ?? []).some((other) => letters.has(other));

/** The same tags in BIO, which every metric reads; `orphans`: places where an inside or end continues nothing. */
export function toBio(tags: readonly ColumnTag[]): { readonly bio: string[]; readonly orphans: number[] } {
  const orphans: number[] = [];
  let before = OUTSIDE;
  const bio = tags.map((tag, i) => {
    const { role, type } = tag;
    const isOpen = before.role === 'begin' || before.role === 'inside';
    const continues = (role === 'inside' || role === 'end') && isOpen && before.type === type;
    if ((role === 'inside' || role === 'end') && !continues) orphans.push(i);
    before = tag;
    if (role === 'outside') return 'O';
    return `${continues ? 'I' : 'B'}_${type}`;
  });
  return { bio, orphans };
}
