import type { Result, Section } from './section.ts';

export const llmKills: Section = {
  title: 'Language model calls in a run that is killed repeatedly',
  result: 'llm-kills',
  command: 'bench/models/llm-kills.ts',
  body: ({ calls, kills, concurrency, asked, same, lives, onlyInFlight, load }) => {
    const killed: Result[] = lives.slice(0, kills);
    const mean = (of: (life: Result) => number): string =>
      (killed.reduce((sum, life) => sum + of(life), 0) / kills).toFixed(1);
    const most = Math.max(...killed.map(({ inFlight }) => inFlight));
    const longest = Math.max(...killed.map(({ longestWaitMs }) => longestWaitMs));
    const again = lives.reduce((sum: number, { repeated }: Result) => sum + repeated, 0);
    return [
      `${calls} calls, ${concurrency} at a time, killed with SIGKILL ${kills} times at random and restarted: the server received ${asked} requests, of which ${again} were repeats, ${(again / kills).toFixed(1)} per kill. On average a killed process left ${mean(({ unanswered }) => unanswered)} calls without a response and ${mean(({ unsaved }) => unsaved)} with a response not yet on disk, at most ${longest} ms after it was sent (responses are synced in groups every 50 ms; the machine was loaded). Including calls left by earlier kills and not yet repeated, ${mean(({ inFlight }) => inFlight)} calls were in flight on average and ${most} at most, that is sent without a response in the journal. ${onlyInFlight ? 'Only calls in flight were repeated: no repeated call already had a response in the journal.' : 'Other calls were repeated, too.'} Scores ${same ? 'are identical to' : 'differ from'} those of an uninterrupted run. Machine load at the end: ${load[0].toFixed(0)}.`,
    ];
  },
};
