/**
 * Writes docs/performance.md from bench/results/*.json, so that no figure on the page is typed by hand.
 *
 * node bench/page.ts
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../src/ground/files.ts';

// The results are plain JSON of the benches; what a section reads is what its bench writes.
// biome-ignore lint/suspicious/noExplicitAny: a page over a dozen unrelated shapes
type Result = any;

interface Section {
  readonly title: string;
  /** Below bench/results, without `.json`. */
  readonly result: string;
  readonly command: string;
  readonly body: (result: Result) => readonly string[];
}

const seconds = (value: number): string =>
  value < 0.1 ? `${(value * 1000).toFixed(1)} ms` : `${value.toFixed(2)} s`;
const times = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)}×`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map((_, i) => (i === 0 ? '---' : '---:')).join(' | ')} |`,
  ...rows.map((cells) => `| ${cells.join(' | ')} |`),
];

/** Operators of a profile by what they are for. */
const OPERATOR_GROUPS: Readonly<Record<string, readonly string[]>> = {
  GELU: ['Gelu', 'Erf', 'Exp'],
  'Mul, Add, Sub': ['Mul', 'Add', 'Sub', 'Div', 'Neg'],
  'norms, softmax, sums': ['LayerNormalization', 'Softmax', 'LogSoftmax', 'ReduceSum', 'ReduceMean'],
  'moves of data': ['Transpose', 'Reshape', 'Slice', 'Pad', 'Gather', 'Concat', 'Expand', 'Identity', 'Cast'],
};

/** A row per shape. */
function stepsBody({ rows, threads, rounds, processor }: Result): string[] {
  return [
    ...table(
      [
        'shape',
        'tokens/s',
        'PyTorch',
        'ratio',
        'ratio of CPU time',
        'share of MatMul',
        'peak memory',
        "PyTorch's",
      ],
      rows.map((row: Result) => [
        row.name,
        row.tokensPerSecond.toFixed(0),
        row.pytorchTokensPerSecond.toFixed(0),
        times(row.speedAgainstPytorch),
        times(row.cpuAgainstPytorch),
        `${(row.shareOfMatMul * 100).toFixed(0)} % (of CPU time ${(row.cpuShareOfMatMul * 100).toFixed(0)} %)`,
        `${Math.round(row.peakMiB)} MiB`,
        `${Math.round(row.pytorchPeakMiB)} MiB`,
      ]),
    ),
    '',
    `${processor}; ${threads} thread(s), ${rounds} rounds in turn, PyTorch and transformers as pinned in bench/peers/requirements.txt. PyTorch computes every layer for every token; from 2026-11-26 on ours computes the last layer for \`[CLS]\` alone, which is all that the head reads, and the MatMul has the FLOPs of that; before, both had all. The goals were PyTorch's speed, less memory, and 85 % of the MatMul. What is not multiplied (gradients of GELU, layer norm and biases, the optimizer) is bound by memory, and weighs the more the faster a processor multiplies.`,
  ];
}

/** Operators are timed by the clock, parts by their CPU time: what the short operators leave of it are the products. */
function profileBody(rows: Result): string[] {
  const cells = ({ operators, threads, run, masks, optimizer }: Result): string[] => {
    const groups = Object.values(OPERATOR_GROUPS).map(
      (names) => threads * names.reduce((sum, name) => sum + (operators[name] ?? 0), 0),
    );
    const products = run - groups.reduce((sum, ms) => sum + ms, 0);
    const total = run + masks + optimizer;
    const share = (ms: number): string => `${ms.toFixed(1)} (${((100 * ms) / total).toFixed(1)} %)`;
    return [...[products, ...groups, masks, optimizer].map(share), total.toFixed(0)];
  };
  const byCase = (a: Result, b: Result): number =>
    a.name.localeCompare(b.name) || a.threads - b.threads || b.as.localeCompare(a.as);
  const kinds = ['products and copies', ...Object.keys(OPERATOR_GROUPS), 'dropout masks', 'optimizer'];
  return [
    ...table(
      ['step', 'threads', 'code', ...kinds, 'CPU time of a step', 'measured'],
      [...rows]
        .sort(byCase)
        .map((row: Result) => [
          row.name,
          String(row.threads),
          row.as,
          ...cells(row),
          `${row.date.slice(0, 10)}, ${row.cpu}, load ${row.load.toFixed(0)}`,
        ]),
    ),
    '',
    `Milliseconds; "before" is the code of 2026-11-25. ONNX Runtime's own profile gives the time of every operator, the least of several rounds; "products and copies" is the rest of the CPU time of \`run\`: matrix products, and the gradients that the binding of ONNX Runtime for Node copies once more. Of an epoch, the mean of its batches (16 sequences, every length with its number of batches).${paddings(rows)}`,
  ];
}

const paddings = (rows: Result): string => {
  const shares = new Map<string, string>();
  for (const { name, as, padding } of rows)
    if (padding !== undefined) shares.set(`${name} (${as})`, `${(100 * padding).toFixed(1)} %`);
  const list = Array.from(shares, ([name, share]) => `${name}: ${share}`);
  return list.length === 0 ? '' : ` Share of the tokens that is padding, ${list.join('; ')}.`;
};

const SECTIONS: readonly Section[] = [
  {
    title: 'Strict entity F1 of 100 000 sentences, beside seqeval',
    result: 'metrics-entities',
    command: 'bench/metrics/entities.ts',
    body: ({ table: rows, ratio }) => [
      ...table(
        ['what', 'wall', 'CPU'],
        Object.entries<Result>(rows).map(([name, row]) => [
          name,
          seconds(row.seconds),
          seconds(row.cpuSeconds),
        ]),
      ),
      '',
      `Scoring entities, the form that our predictions come in, is ${times(ratio.fromEntities)} as fast as seqeval on tags; with the decoding of both sides' tags it is ${times(ratio.fromTags)} (of CPU time ${times(ratio.ofCpuFromTags)}). The goal was 50×.`,
    ],
  },
  {
    title: 'Scoring 1 000 000 predictions, file included',
    result: 'metrics-million-labels',
    command: 'bench/metrics/million-labels.ts',
    body: ({ table: rows }) => [
      ...table(
        ['what', 'wall', 'CPU', 'peak memory'],
        Object.entries<Result>(rows).map(([name, row]) => [
          name,
          seconds(row.seconds),
          seconds(row.cpuSeconds),
          `${Math.round(row.megabytes)} MB`,
        ]),
      ),
      '',
      'The primary metric, without intervals. The goal was 1 s and 500 MB.',
    ],
  },
  {
    title: 'Bootstrap, 10 000 resamples of 10 000 units, one core, beside scipy',
    result: 'statistics-bootstrap',
    command: 'bench/statistics/bootstrap.ts',
    body: ({ table: rows, peers, load }) => [
      ...table(
        ['metric', 'counts a unit', 'ours', `scipy ${peers.scipy}, percentile`, 'scipy, BCa', 'ratio to BCa'],
        rows.map((row: Result) => [
          row.name,
          String(row.width),
          seconds(row.ours.cpuSeconds),
          row.percentile === null ? 'not timed' : seconds(row.percentile.cpuSeconds),
          row.bca === null ? 'not timed' : seconds(row.bca.cpuSeconds),
          row.bca === null ? '' : times(row.bca.cpuSeconds / row.ours.cpuSeconds),
        ]),
      ),
      '',
      `CPU time, as other work shared the machine (load ${load[0].toFixed(0)}). Ours: the intervals of every score, a Bayesian bootstrap corrected for bias and widened by a jackknife. Of scipy's, BCa is the one that corrects for bias as well.`,
    ],
  },
  {
    title: 'Auditing every corpus',
    result: 'audit',
    command: 'bench/audit/audit.ts',
    body: (result) => [
      `\`data audit\` of ${result.tasks.length} corpora, ${result.examples.toLocaleString('en')} examples: ${seconds(result.cpuSeconds)} of CPU time, ${seconds(result.seconds)} by the clock on a machine with a load of ${result.load.toFixed(0)}, ${Math.round(result.peakMiB)} MiB. The goal was 60 s on two quiet cores.`,
    ],
  },
  {
    title: 'Logistic regression on character n-grams, beside scikit-learn',
    result: 'linear',
    command: 'bench/models/linear.ts',
    body: (result) => [
      ...table(
        [
          'corpus',
          'ours, all',
          'scikit-learn, all',
          'ratio',
          'our objective',
          'its objective',
          'our dev accuracy',
          'its dev accuracy',
        ],
        ['cMedIC', 'cMedQQ', 'cMedTC'].map((corpus) => {
          const [ours, peer] = Object.values<Result>(result[corpus].table);
          return [
            corpus,
            seconds(ours['all, s']),
            seconds(peer['all, s']),
            times(result[corpus].ratio),
            ours.objective.toFixed(6),
            peer.objective.toFixed(6),
            (ours['dev accuracy'] * 100).toFixed(2),
            (peer['dev accuracy'] * 100).toFixed(2),
          ];
        }),
      ),
      '',
      `scikit-learn ${result.peers['scikit-learn']}: TfidfVectorizer and LogisticRegression on the same n-grams, C ${result.settings.c}, tolerance ${result.settings.tolerance}. Median of ${result.rounds} round(s), in turn.`,
    ],
  },
  {
    title: 'Linear-chain CRF on the same features, beside CRFsuite',
    result: 'models-crf',
    command: 'bench/models/crf.ts',
    body: (result) => crfBody(result),
  },
  {
    title: 'Very many classes',
    result: 'many-classes',
    command: 'bench/models/many-classes.ts',
    body: ({ rows, asked, load }) => [
      ...table(
        ['model', 'classes', 'fit', `answering ${asked}`, 'peak memory'],
        rows.map((row: Result) => [
          row.kind,
          row.classes.toLocaleString('en'),
          seconds(row.fit),
          seconds(row.answer),
          `${Math.round(row.peakMiB)} MiB`,
        ]),
      ),
      '',
      `CPU time (load ${load.toFixed(0)}); one training example per class. Above 2 000 labels a prediction holds the 100 largest scores.`,
    ],
  },
  {
    title: 'Scoring very many classes, intervals and floors included',
    result: 'many-classes-scoring',
    command: 'bench/metrics/many-classes.ts',
    body: ({ rows, load, hardware }) => [
      ...table(
        ['family', 'answers', 'classes', 'CPU time', 'peak memory', 'score sheet'],
        rows.map((row: Result) => [
          row.family,
          row.answers.toLocaleString('en'),
          row.classes.toLocaleString('en'),
          seconds(row.cpuSeconds),
          `${Math.round(row.peakMiB)} MiB`,
          `${(row.sheetBytes / 1e6).toFixed(1)} MB`,
        ]),
      ),
      '',
      `${hardware}, load ${load.toFixed(0)}. Labels are drawn evenly, so that nearly every answer brings a class of its own: the worst case.`,
    ],
  },
  {
    title: 'BM25 over 100 000 documents, beside bm25s',
    result: 'bm25',
    command: 'bench/models/bm25.ts',
    body: (result) => [
      ...table(
        ['tokens', 'system', 'index', 'a search'],
        ['bigram', 'word'].flatMap((kind) =>
          Object.entries<Result>(result[kind].table).map(([name, row]) => [
            kind,
            name,
            seconds(row['index, s']),
            `${row['search, ms a query'].toFixed(3)} ms`,
          ]),
        ),
      ),
      '',
      `One core, the best ${result.settings.depth}. Scores are equal to the bit on all ${result.bigram.queries} queries and rankings equal up to the order of ties, which bm25s leaves open.`,
    ],
  },
  {
    title: 'WordPiece, beside the Rust binding called from Node',
    result: 'bert-tokenizer',
    command: 'bench/bert/tokenizer.ts',
    body: ({ perSecond, peer }) =>
      table(
        [`what (peer: ${peer})`, 'a second'],
        Object.entries<number>(perSecond).map(([name, rate]) => [
          name,
          Math.round(rate).toLocaleString('en'),
        ]),
      ),
  },
  {
    title: 'A training step, beside PyTorch and a bare MatMul of the same FLOPs',
    result: 'bert-steps',
    command: 'bench/bert/steps.ts',
    body: stepsBody,
  },
  {
    title: 'A training step on an earlier processor',
    result: 'bert-steps-2026-11-25',
    command: 'bench/bert/steps.ts',
    body: stepsBody,
  },
  {
    title: 'Where the time of a training step goes',
    result: 'bert-profile',
    command: 'bench/bert/profile.ts',
    body: ({ rows }) => profileBody(rows),
  },
  {
    title: 'An epoch of real texts, beside the transformers Trainer',
    result: 'bert-epoch',
    command: 'bench/bert/epoch.ts',
    body: ({ rows, batch, slice }) => [
      ...table(
        [
          'corpus and shape',
          'threads',
          'examples',
          'sequences',
          'tokens',
          'ours',
          'Trainer, padded to 128',
          'ratio',
          'Trainer, dynamic padding by length',
          'ratio',
          'peak memory: ours, padded, dynamic',
        ],
        rows.map((row: Result) => [
          row.name,
          String(row.threads),
          row.examples === row.of ? `all ${row.of}` : `${row.examples} of ${row.of}`,
          String(row.sequences),
          String(row.tokens),
          seconds(row.mine.seconds),
          seconds(row.fixed.seconds) + (row.parts.fixed > 1 ? ` (${row.parts.fixed} × a part)` : ''),
          times(row.fixed.seconds / row.mine.seconds),
          seconds(row.dynamic.seconds) + (row.parts.dynamic > 1 ? ` (${row.parts.dynamic} × a part)` : ''),
          times(row.dynamic.seconds / row.mine.seconds),
          [row.mine, row.fixed, row.dynamic].map(({ peakMiB }) => `${Math.round(peakMiB)} MiB`).join(', '),
        ]),
      ),
      '',
      `Random weights, batches of at most ${batch}; of cMedQANER, windows of 126 tokens that share 32 with the next, the same for all three. One run each, all three at the same time but taking turns of ${slice} s, from the first step to the end: our time includes what is compiled for each length and a checkpoint at the end (1.8 GB at BERT-base); the Trainer was told to write none. "16 × a part": every 16th sequence was run and the time taken 16 times, for an epoch of the Trainer is the same step over and over. The goals were 2× and more than 1×.`,
      '',
      ...rows.map(
        (row: Result) =>
          `Our resident memory at every tenth of the epoch, ${row.name} (${row.mine.steps} steps): ${row.mine.residentMiB.join(', ')} MiB.\n`,
      ),
    ],
  },
  {
    title: 'Answering, beside @huggingface/transformers on the same ONNX file',
    result: 'bert-inference',
    command: 'bench/bert/inference.ts',
    body: ({ rows, batch, peer, rounds }) => [
      ...table(
        [
          'shape',
          'threads',
          'texts',
          'ours, texts/s',
          `theirs, ${batch} at a time`,
          'ratio',
          'of CPU time',
          'theirs, one at a time',
          'ratio',
          'of CPU time',
        ],
        rows.map((row: Result) => [
          row.name,
          String(row.threads),
          String(row.texts),
          row.oursPerSecond.toFixed(1),
          row.batchesPerSecond.toFixed(1),
          times(row.againstBatches),
          times(row.cpuAgainstBatches),
          row.singlePerSecond.toFixed(1),
          times(row.againstSingle),
          times(row.cpuAgainstSingle),
        ]),
      ),
      '',
      `Sentences of cMedTC dev, from text to label, fp32, random weights, ${peer}: its pipeline gets ${batch} texts as they come and pads them to the longest, or one text and pads nothing. Ours sorts by length. ${rows.every((row: Result) => row.sameLabels) ? 'All labels are the same.' : 'LABELS DIFFER.'} Median of ${rounds} rounds, in turn.`,
    ],
  },
  {
    title: 'Vectors of sentences, beside sentence-transformers',
    result: 'bert-embed',
    command: 'bench/bert/embed.ts',
    body: ({ texts, distinct, threads, load, mine, theirs, ratio, cpuRatio, leastCosine }) => [
      ...table(
        ['', 'wall', 'CPU', 'peak memory'],
        [
          ['chineseblue', seconds(mine.seconds), seconds(mine.cpuSeconds), `${Math.round(mine.peakMiB)} MiB`],
          [
            'sentence-transformers',
            seconds(theirs.seconds),
            seconds(theirs.cpuSeconds),
            `${Math.round(theirs.peakMiB)} MiB`,
          ],
        ],
      ),
      '',
      `${texts} sentences of the corpora (${distinct} distinct) with bge-small-zh-v1.5 in fp32, ${threads} threads, in turn: ${times(ratio)} as fast, ${times(cpuRatio)} by CPU time. The least cosine between vectors of both is ${leastCosine.toFixed(6)}. The load of the machine was ${load.map((one: number) => one.toFixed(1)).join(' before and ')} after, these two processes included; where others run too, CPU time says more than wall time. Both sort by length; ours pads nothing and computes only \`[CLS]\` in the last layer.`,
    ],
  },
  {
    title: 'Answering in 8 bits',
    result: 'bert-int8',
    command: 'bench/bert/int8.ts',
    body: ({ rows, quality, rounds }) => [
      ...table(
        [
          'shape',
          'threads',
          'texts',
          'fp32, texts/s',
          'int8',
          'ratio',
          'of CPU time',
          'fp32 file',
          'int8 file',
        ],
        rows.map((row: Result) => [
          row.name,
          String(row.threads),
          String(row.texts),
          row.fp32PerSecond.toFixed(1),
          row.int8PerSecond.toFixed(1),
          times(row.ratio),
          times(row.cpuRatio),
          ...row.megabytes.map((size: number) => `${size.toFixed(0)} MB`),
        ]),
      ),
      '',
      `Median of ${rounds} rounds, in turn, on a processor with AVX-512 VNNI.`,
      ...(quality
        ? [
            `A trained ${quality.layers} × ${quality.hidden} model on ${quality.task} dev (${quality.examples} examples, ${quality.metric}): ${quality.fp32.toFixed(2)} in fp32, ${quality.int8.toFixed(2)} in int8; ${(quality.same * 100).toFixed(1)} % of the answers are the same.`,
          ]
        : []),
    ],
  },
  {
    title: 'Memory over many training steps',
    result: 'bert-memory',
    command: 'bench/bert/memory.ts',
    body: ({ rows, batch, threads }) => [
      ...rows.flatMap(({ name, samples }: Result) => [
        ...table(
          [`${name}, step`, ...samples.map((sample: Result) => String(sample.step))],
          [['MiB', ...samples.map((sample: Result) => sample.rssMiB.toFixed(0))]],
        ),
        '',
      ]),
      `Resident memory of \`train\` on sentences of cMedTC, ${batch} a batch, ${threads} thread(s), with an evaluation and a checkpoint after every epoch.`,
    ],
  },
  {
    title: 'A report of 100 MB of predictions',
    result: 'report-open',
    command: 'bench/report/open.ts',
    body: (result) => [
      `${result.examples.toLocaleString('en')} examples, a page of ${Math.round(result.reportMegabytes)} MB: opens in ${seconds(result.medianOpenSeconds)} (median of ${result.openSeconds.length}) in headless Chromium; written in ${seconds(result.writeSeconds)}.`,
    ],
  },
  {
    title: 'Asking language models: what it takes beside the model',
    result: 'llm',
    command: 'bench/models/llm.ts --python PATH',
    body: ({ streamed, whole, peers, concurrency, load }) => [
      ...table(
        ['client', 'calls', 'calls per second', 'calls per CPU second'],
        [
          ['chineseblue, streamed, journal on disk', streamed],
          ['chineseblue, whole responses, journal on disk', whole],
          ...Object.entries<Result>(peers).map(([name, row]) => [`${name} ${row.version}, client only`, row]),
        ].map(([name, row]) => [
          String(name),
          String(row.calls),
          (row.calls / row.seconds).toFixed(0),
          row.perCpuSecond.toFixed(0),
        ]),
      ),
      '',
      `A stub on loopback that answers at once, ${concurrency} calls at a time; each client is one thread. The load of the machine was ${load[0].toFixed(0)} at the end: by the clock, both cores had other work. The other clients keep no journal and do not stream; their versions are not pinned in requirements.txt${Object.keys(peers).length > 0 ? `; the load was ${Math.round(Math.max(...Object.values<Result>(peers).map((row) => row.load)))} when they were asked` : ''}.`,
      '',
      `Memory over ${streamed.calls} streamed calls: ${streamed.memory.map(({ calls, liveMegabytes, residentMegabytes }: Result) => `${calls}: ${liveMegabytes.toFixed(0)} MB live, ${residentMegabytes.toFixed(0)} MB resident`).join('; ')}. Live is what a collection leaves, questions that are still to be asked included.`,
    ],
  },
  {
    title: 'A run of language model calls, killed',
    result: 'llm-kills',
    command: 'bench/models/llm-kills.ts',
    body: ({ calls, kills, concurrency, asked, again, same, lives, onlyUnderWay }) => {
      const underWay = lives.map((life: Result) => life.underWay);
      const most = Math.max(...underWay);
      const mean = underWay.reduce((sum: number, one: number) => sum + one, 0) / kills;
      return [
        `${calls} calls, ${concurrency} at a time, killed ${kills} times with SIGKILL at random moments and issued again: the server was asked ${asked} times, ${again} of these again, ${(again / kills).toFixed(1)} per kill. Under way at a kill (asked, and not in the journal: unanswered, or answered and not yet on disk, which takes up to 50 ms and a sync) were ${mean.toFixed(1)} calls on average, ${most} at most; ${onlyUnderWay ? 'no process repeated more than those, so that no call that was on disk was made again' : 'some process repeated more than those'}. Scores ${same ? 'are those' : 'differ from those'} of a run that was left alone.`,
      ];
    },
  },
  {
    title: 'Import of records and Parquet, beside pandas and datasets',
    result: 'import',
    command: 'bench/datasets/import.ts',
    body: ({ megabytes, records, rows, reading, load }) => [
      ...table(
        ['what', 'CPU', 'MB per CPU-second', 'peak memory'],
        rows.map((row: Result) => [
          `${row.what}${row.version ? ` (${row.version})` : ''}`,
          seconds(row.cpuSeconds),
          row.megabytesPerSecond.toFixed(1),
          `${Math.round(row.peakMegabytes)} MB`,
        ]),
      ),
      '',
      `A doccano export of ${records.toLocaleString('en')} records (${Math.round(megabytes)} MB, three spans each), read, divided and written as JSON Lines; the peers look neither at encodings, offsets, ids nor twins. ${reading.rows.toLocaleString('en')} predictions in Parquet (pyarrow, Snappy) are read in ${seconds(reading.cpuSeconds)} of CPU time and ${Math.round(reading.peakMegabytes)} MB; the goal was 2 s. Load of the machine at the end: ${load.toFixed(0)} on 2 cores.`,
    ],
  },
  {
    title: 'Text algorithms',
    result: 'text',
    command: 'bench/text/text.ts',
    body: ({ rows }) =>
      table(
        ['what', 'time', 'MB/s'],
        rows.map((row: Result) => [row.what, seconds(row.seconds), row.megabytesPerSecond?.toFixed(1) ?? '']),
      ),
  },
];

function crfBody({ corpora, settings }: Result): string[] {
  const rows = corpora.flatMap(({ corpus, medians }: Result) =>
    medians.map((row: Result) => [
      corpus,
      row.who,
      seconds(row['train s']),
      seconds(row['CPU s']),
      times(row['CRFsuite / this (wall)']),
      times(row['CRFsuite / this (CPU)']),
      row.objective.toFixed(1),
      row['test strict F1'].toFixed(2),
    ]),
  );
  return [
    ...table(
      [
        'corpus',
        'who',
        'training, wall',
        'CPU',
        'ratio, wall',
        'ratio, CPU',
        'objective',
        'strict F1 on test',
      ],
      rows,
    ),
    '',
    `${corpora[0].peer}, L-BFGS; c2 ${settings.c2}, at most ${settings.iterations} iterations, ${settings.rounds} round(s), in turn. CRFsuite has one thread. Other work shared the machine in this run: the ratio of CPU times is the steadier one.`,
  ];
}

const results = join(import.meta.dirname, 'results');
const parts = SECTIONS.flatMap(({ title, result, command, body }) => {
  const file = join(results, `${result}.json`);
  if (!existsSync(file)) return [`## ${title}`, '', `Not measured yet: \`node ${command}\`.`, ''];
  const read: Result = JSON.parse(readFileSync(file, 'utf8'));
  const date = String(read.date).slice(0, 10);
  return [`## ${title}`, '', ...body(read), '', `\`node ${command}\`, ${date}.`, ''];
});
await writeAtomic(
  join(import.meta.dirname, '..', 'docs', 'performance.md'),
  [
    '# Performance',
    '',
    'Generated by `node bench/page.ts` from `bench/results/`; never edited by hand. Two cores (AMD EPYC, a shared virtual machine), Node 24. Ratios are against the named peer in the same run, taking turns; absolute times on this machine vary by half. Peers are installed by `bench/peers/setup.sh`, their versions are pinned in `bench/peers/requirements.txt`. No GPU was at hand: nothing here was measured on one.',
    '',
    ...parts,
  ].join('\n'),
);
