import type { Result, Section } from './section.ts';

export const llmKills: Section = {
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
};
