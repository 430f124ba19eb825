/** What a content is made of, which decides how it is mutated. */
export type Shape = 'json' | 'lines' | 'bytes';

export interface Part {
  readonly shape: Shape;
  readonly bytes: Buffer;
}

/** A file that wraps other content: compressed, or under a checksum that is recomputed. */
export interface Container {
  open(file: Buffer): Part[];
  /** The file with its parts replaced by these. */
  close(parts: readonly Buffer[], file: Buffer): Buffer;
}

/** A file that the product reads, and how. */
export interface Subject {
  /** The name of the file among those of its reader. */
  readonly name: string;
  /** Its path; nothing else in its folder changes. */
  readonly file: string;
  readonly shape: Shape;
  /** Its content is bound by a hash: another content must be refused. */
  readonly hashed?: boolean;
  /** Mutations are made inside of it, half of the time; always where it is `sealed`. */
  readonly container?: Container;
  /** Only mutated inside, so that checksums are right and contents wrong. */
  readonly sealed?: boolean;
  /** Puts a mutated content in place; default: writes the file. */
  readonly place?: (bytes: Buffer) => void;
  /** Reads it and returns its content as plain data. */
  read(): Promise<unknown>;
}

/** Files of one kind and what reads them. */
export interface Reader {
  readonly name: string;
  /** Makes the files in a separate folder. */
  prepare(folder: string): Promise<readonly Subject[]>;
}
