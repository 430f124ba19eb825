import { basename } from 'node:path';
import { bio } from '../../formats/bio.ts';
import { expectArray, expectObject } from '../../formats/records.ts';
import type { ImportFormat } from '../import-format.ts';
import { asText, readSpans } from '../mapping.ts';

const TAGGED = /[ \t](O|[BIMELSU][-_]\S+|\S+[-_][BIMELSU])$/;

/** What `--group` is for sentences of one document to stay together: `-DOCSTART-` begins each. */
const DOCUMENT = 'document';

/** Column files with a tag at the end of each line, as the corpus format `bio` reads them. */
export const conll: ImportFormat = {
  title: { en: 'CoNLL columns', zh: 'CoNLL 列格式' },
  offsets: { unit: 'utf16', end: 'exclusive' },
  fits: ({ lines }) => lines.length > 0 && lines.every((line) => TAGGED.test(line)),
  async *read({ file, path }, { misfit, group }) {
    for await (const records of bio.read(path, { labels: new Set(), notice: () => undefined })) {
      for (const { value, line, document, notices = [] } of records) {
        for (const notice of notices)
          if (notice.code === 'bio-orphan')
            misfit({ code: 'tag-orphan', file, line: notice.line, field: 'tag' });
        const at = { file, line, field: 'tag' };
        const spans = expectArray(value.entities, at).flatMap((entity, i) =>
          readSpans(expectObject(entity, at), `entities[${i}]`),
        );
        const record = { place: { file, line }, texts: [asText(value.text) ?? ''], spans };
        yield group === DOCUMENT && document !== undefined
          ? { ...record, group: `${basename(file)}:${document}` }
          : record;
      }
    }
  },
};
