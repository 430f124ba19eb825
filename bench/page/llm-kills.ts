import type { Result, Section } from './section.ts';

export const llmKills: Section = {
  title: 'A run of language model calls, killed',
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
      `${calls} calls, ${concurrency} at a time, killed ${kills} times with SIGKILL at random moments and issued again: the server was asked ${asked} times, ${again} of these again, ${(again / kills).toFixed(1)} per kill. A process that was killed left ${mean(({ unanswered }) => unanswered)} calls unanswered, and ${mean(({ unsaved }) => unsaved)} whose answer was not on disk yet, ${longest} ms after it was sent at most (answers are synced in groups, every 50 ms; the machine had other work). With those of earlier kills that had not come again, ${mean(({ inFlight }) => inFlight)} calls were in flight on average, ${most} at most: asked, without an answer in the journal. ${onlyInFlight ? 'Only calls in flight were repeated: of no question that came again had the journal an answer.' : 'Other calls were repeated, too.'} Scores ${same ? 'are those' : 'differ from those'} of a run that was left alone. The load of the machine was ${load[0].toFixed(0)} at the end.`,
    ];
  },
};
