import { type Result, type Section, table } from './section.ts';

export const llm: Section = {
  title: 'Overhead of calling language models',
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
    `A loopback stub that responds at once, ${concurrency} concurrent calls; each client is single-threaded. Machine load was ${load[0].toFixed(0)} at the end, so wall times include waiting for the cores. The other clients keep no journal and do not stream; their versions are not pinned in requirements.txt${Object.keys(peers).length > 0 ? `; the load was ${Math.round(Math.max(...Object.values<Result>(peers).map((row) => row.load)))} when they ran` : ''}.`,
    '',
    `Memory over ${streamed.calls} streamed calls: ${streamed.memory.map(({ calls, liveMegabytes, residentMegabytes }: Result) => `${calls}: ${liveMegabytes.toFixed(0)} MB live, ${residentMegabytes.toFixed(0)} MB resident`).join('; ')}. Live is the heap after garbage collection, including the prompts still to be sent.`,
  ],
};
