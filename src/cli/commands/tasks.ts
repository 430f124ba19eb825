import { listed } from '../../ground/language.ts';
import { defineCommand } from '../command.ts';
import { chooseTasks, dataDirOf } from '../open-task.ts';
import { DATA_DIR } from '../options.ts';
import type { Heading } from '../table.ts';

export const tasksCommand = defineCommand({
  name: 'tasks',
  summary: { en: 'list the tasks', zh: '列出任务' },
  options: DATA_DIR,
  examples: ['chineseblue tasks'],
  endsAtOnce: true,
  async run({ options, terminal }) {
    const { tasks } = await chooseTasks([], undefined, await dataDirOf(options));
    if (terminal.json) return terminal.printJson(tasks);
    const { suites } = await import('../../tasks/suites/registry.ts');
    const { say } = terminal;
    const headings: readonly Heading[] = [
      say({ en: 'task', zh: '任务' }),
      { head: say({ en: 'early name', zh: '早期名称' }), dropRank: 2 },
      { head: say({ en: 'family', zh: '任务族' }), dropRank: 1 },
      { head: say({ en: 'domain', zh: '领域' }), dropRank: 3 },
      say({ en: 'corpus', zh: '语料' }),
      { head: say({ en: 'primary metric', zh: '主指标' }), dropRank: 4 },
      say({ en: 'description', zh: '说明' }),
    ];
    const access = {
      public: { en: 'public', zh: '公开' },
      private: { en: 'never released', zh: '从未发布' },
      user: { en: 'your own', zh: '自备' },
    };
    await terminal.table(
      headings,
      tasks.map((task) => [
        task.id,
        say(
          listed(
            task.aliases.filter(
              (alias) => alias.toLowerCase() !== task.id.toLowerCase() || task.access !== 'private',
            ),
          ),
        ),
        task.family,
        terminal.say(task.domain),
        terminal.say(access[task.access]),
        task.primary,
        terminal.say(task.title),
      ]),
    );
    await terminal.table(
      [
        say({ en: 'suite', zh: '任务集' }),
        say({ en: 'tasks', zh: '任务数' }),
        say({ en: 'description', zh: '说明' }),
      ],
      suites.map(({ id, title, tasks: own }) => [id, String(own.length), say(title)]),
    );
  },
});
