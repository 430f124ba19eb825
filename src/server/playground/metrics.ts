/** Metrics for monitoring, in the text format of Prometheus (version 0.0.4). */
export interface Metrics {
  /** Adds to a counter. */
  count(name: CounterName, labels: Labels, by?: number): void;
  /** Adds a value to a histogram. */
  observe(name: HistogramName, labels: Labels, value: number): void;
  /** All of it; `gauges` are measured on request. */
  text(gauges: readonly Gauge[]): string;
}

export type Labels = Readonly<Record<string, string>>;

/** A value at this moment. */
export interface Gauge {
  readonly name: keyof typeof GAUGES;
  readonly labels: Labels;
  readonly value: number;
}

const COUNTERS = {
  chineseblue_requests_total: 'Requests for answers, by model and status.',
  chineseblue_inputs_total: 'Inputs that were answered, by model.',
} as const;
const HISTOGRAMS = {
  chineseblue_request_seconds: {
    help: 'Time from a request to its answers, by model.',
    bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  chineseblue_batch_inputs: { help: 'Inputs of a batch, by model.', bounds: [1, 2, 4, 8, 16, 32, 64] },
} as const;
const GAUGES = {
  chineseblue_waiting_inputs: 'Inputs that wait, by model.',
  chineseblue_model_ready: '1 where the process of a model answers.',
  chineseblue_model_starts: 'How often the process of a model was started.',
} as const;
type CounterName = keyof typeof COUNTERS;
type HistogramName = keyof typeof HISTOGRAMS;

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

export function createMetrics(): Metrics {
  const counters = new Map<string, number>();
  const histograms = new Map<string, Histogram>();
  return {
    count(name, labels, by = 1) {
      const key = series(name, labels);
      counters.set(key, (counters.get(key) ?? 0) + by);
    },
    observe(name, labels, value) {
      const key = JSON.stringify([name, labels]);
      const { bounds } = HISTOGRAMS[name];
      const known = histograms.get(key) ?? { counts: bounds.map(() => 0), sum: 0, count: 0 };
      bounds.forEach((bound, i) => {
        if (value <= bound) known.counts[i]++;
      });
      known.sum += value;
      known.count++;
      histograms.set(key, known);
    },
    text(gauges) {
      const lines: string[] = [];
      for (const [name, help] of Object.entries(COUNTERS))
        lines.push(...family(name, 'counter', help), ...linesOf(counters, name));
      for (const [name, { help, bounds }] of Object.entries(HISTOGRAMS))
        lines.push(...family(name, 'histogram', help), ...histogramLines(histograms, name, bounds));
      for (const [name, help] of Object.entries(GAUGES)) {
        const own = gauges.filter((gauge) => gauge.name === name);
        lines.push(
          ...family(name, 'gauge', help),
          ...own.map(({ labels, value }) => `${series(name, labels)} ${value}`),
        );
      }
      return `${lines.join('\n')}\n`;
    },
  };
}

const family = (name: string, type: string, help: string): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];

const linesOf = (values: ReadonlyMap<string, number>, name: string): string[] =>
  [...values].filter(([key]) => key.startsWith(`${name}{`)).map(([key, value]) => `${key} ${value}`);

function histogramLines(
  histograms: ReadonlyMap<string, Histogram>,
  wanted: string,
  bounds: readonly number[],
): string[] {
  return [...histograms].flatMap(([key, { counts, sum, count }]) => {
    const [name, labels]: [string, Labels] = JSON.parse(key);
    if (name !== wanted) return [];
    const buckets = bounds.map(
      (bound, i) => `${series(`${name}_bucket`, { ...labels, le: String(bound) })} ${counts[i]}`,
    );
    return [
      ...buckets,
      `${series(`${name}_bucket`, { ...labels, le: '+Inf' })} ${count}`,
      `${series(`${name}_sum`, labels)} ${sum}`,
      `${series(`${name}_count`, labels)} ${count}`,
    ];
  });
}

const series = (name: string, labels: Labels): string =>
  `${name}{${Object.entries(labels)
    .map(
      ([label, value]) => `${label}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`,
    )
    .join(',')}}`;
