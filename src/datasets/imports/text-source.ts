import { withUtf8 } from './encoding.ts';
import { detectFormat, readHead } from './registry.ts';
import type { Source } from './source.ts';

/** What is a text file: its own path, or a copy of it that `withCopy` lends. */
export const textSource = (
  known: Omit<Source, 'open'>,
  withCopy: <T>(use: (path: string) => Promise<T>) => Promise<T> = (use) => use(known.path),
): Source => ({
  ...known,
  open: (context, use) =>
    withCopy((path) =>
      withUtf8(path, async (copy, encoding) => {
        const head = await readHead(known.name, copy);
        const { name, format } = detectFormat(head);
        return use({
          ...{ format: name, encoding: () => encoding, offsets: format.offsets },
          read: () => format.read(head, context),
        });
      }),
    ),
});
