import { join } from 'node:path';
import { createDirectory, explainFileError, writeAtomic } from '../../../../ground/files.ts';
import { type ParquetColumns, parquetParts } from '../../../../ground/parquet-writer.ts';
import type { SplitName, Task } from '../../../../tasks/task.ts';
import type { ExportFormat, GoldField, Written } from '../../export-format.ts';
import type { SharedFacts } from '../../survey.ts';
import { tableColumns, tableRows } from '../../table-rows.ts';
import { parquet } from '../parquet.ts';
import { type Classes, featureLines, featureNote } from './features.ts';

const OFFSETS = 'Offsets count code points; `end` is exclusive.';

/** Splits as the hub calls them. */
const NAMES: Readonly<Record<SplitName, string>> = { train: 'train', dev: 'validation', test: 'test' };

/** A dataset folder as on the Hugging Face hub: Parquet files in `data/`, and a card that declares splits and columns. */
export const huggingFace: ExportFormat = {
  ...parquet,
  title: { en: 'Hugging Face dataset folder', zh: 'Hugging Face 数据集目录' },
  async write({ name, goldField, task, folder, shared, records }) {
    const place = join(folder, 'data');
    await createDirectory(place).catch((error) => {
      throw explainFileError(error, place);
    });
    const { columns, classes } = describe(goldField, task, shared);
    await writeAtomic(
      join(place, `${NAMES[name]}-00000-of-00001.parquet`),
      parquetParts({
        columns,
        rows: numbered(tableRows(records(), goldField), classes),
        notes: { huggingface: featureNote(columns, classes) },
      }),
    );
  },
  setup: (written) => ['README.md', cardOf(written)],
};

/** The columns of every split; those of classes contain numbers, whose names are in the card and the files. */
function describe(goldField: GoldField, { labels }: Task, shared: SharedFacts) {
  const isClass = goldField === 'label' || goldField === 'labels';
  const classes: Classes = isClass ? { [goldField]: labels.map(({ id }) => id) } : {};
  const columns: ParquetColumns = {
    ...tableColumns(goldField, shared),
    ...(goldField === 'label' ? { label: 'int64' } : {}),
    ...(goldField === 'labels' ? { labels: { list: 'int64' } } : {}),
  };
  return { columns, classes };
}

type Row = Readonly<Record<string, unknown>>;

async function* numbered(batches: AsyncIterable<readonly Row[]>, classes: Classes): AsyncGenerator<Row[]> {
  const columns = Object.entries(classes).map(([name, names]) => {
    const numbers = new Map<unknown, number>(names.map((label, i) => [label, i]));
    return [name, (label: unknown) => numbers.get(label)] as const;
  });
  for await (const rows of batches)
    yield rows.map((row) => {
      const changed: Record<string, unknown> = { ...row };
      for (const [name, numberOf] of columns) {
        const value = row[name];
        changed[name] = Array.isArray(value) ? value.map(numberOf) : numberOf(value);
      }
      return changed;
    });
}

function cardOf({ task, goldField, splits, shared }: Written): string {
  const { columns, classes } = describe(goldField, task, shared);
  const files = [...splits.keys()].flatMap((name) => [
    ...[`  - split: ${NAMES[name]}`, `    path: data/${NAMES[name]}-*.parquet`],
  ]);
  return [
    ...['---', 'configs:', '- config_name: default', '  data_files:', ...files],
    ...['dataset_info:', '  features:', ...featureLines(columns, classes, '  '), '---', ''],
    ...[`# ${task.title.en}`, '', ...(classes.label || classes.labels ? [] : [OFFSETS, ''])],
  ].join('\n');
}
