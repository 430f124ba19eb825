/** The process in which corpora are prepared and answers are checked and scored: one request after the other. */
import { UserError } from '../../ground/errors.ts';
import type { Text } from '../../ground/language.ts';
import { KEY_VARIABLE, type Keyring, parseKeyring, readKeyring } from '../keyring.ts';
import { createCorpora } from './corpora.ts';
import type { Request } from './requests.ts';
import { type Means, work } from './work.ts';

export interface ToChild {
  readonly request: Request;
}

export type FromChild =
  | { readonly kind: 'done'; readonly reply: unknown }
  /** `message` is absent where it could reveal something about gold. */
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly message?: Text;
      readonly file?: string;
      readonly line?: number;
      readonly field?: string;
    };

const [keyFile] = process.argv.slice(2);
let keyring: Promise<Keyring> | undefined;
const keys = (): Promise<Keyring> => {
  keyring ??=
    keyFile === undefined
      ? Promise.resolve(process.env[KEY_VARIABLE] ?? '').then((text) => parseKeyring(text, KEY_VARIABLE))
      : readKeyring(keyFile);
  return keyring;
};

const means: Means = { keys, corpora: createCorpora() };

/** What is reported of an error: in full about files that hosts send, elsewhere only the code. */
function refusal(error: unknown, { kind }: Request): FromChild {
  if (!(error instanceof UserError)) return { kind: 'refused', code: 'internal' };
  const { code, text, place } = error;
  if (kind === 'prepare') return { kind: 'refused', code, message: text, file: place.file };
  if (kind === 'register')
    return { kind: 'refused', code, message: text, line: place.line, field: place.field };
  return { kind: 'refused', code };
}

process.on('disconnect', () => process.exit());
process.on('message', async ({ request }: ToChild) => {
  let answer: FromChild;
  try {
    answer = { kind: 'done', reply: await work(request, means) };
  } catch (error) {
    answer = refusal(error, request);
  }
  process.send?.(answer);
});
