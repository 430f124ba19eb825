import { type Result, type Section, table } from './section.ts';

export const llm: Section = {
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
};
