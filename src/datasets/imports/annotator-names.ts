import { basename, extname } from 'node:path';
import { UserError } from '../../ground/errors.ts';
import type { Source } from './source.ts';

/**
 * Sources of which each is the work of one annotator, named by its file or folder unless it names the annotator. Throws a
 * UserError `annotator-not-unique` where two files or folders have one name: they may be of one person or of two.
 */
export function withAnnotators(sources: readonly Source[]): Source[] {
  const paths = new Map<string, string>();
  return sources.map((source) => {
    const { path } = source;
    if (source.annotator !== undefined) return source;
    const annotator = basename(path, extname(path));
    const known = paths.get(annotator) ?? path;
    if (known !== path) throw notUnique(annotator, known, path);
    paths.set(annotator, path);
    return { ...source, annotator };
  });
}

const notUnique = (annotator: string, known: string, file: string): UserError =>
  new UserError(
    'annotator-not-unique',
    {
      en: `Two sources would have the same annotator name, "${annotator}": the other is ${known}`,
      zh: `两个来源会得到同一标注者名“${annotator}”：另一个是 ${known}`,
    },
    {
      file,
      id: annotator,
      hint: {
        en: 'Name each file or folder after its annotator; put the files of one annotator together in one.',
        zh: '请用标注者名命名每个文件或目录；同一标注者的多个文件请合并为一个。',
      },
      exitCode: 2,
    },
  );
