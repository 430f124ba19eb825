import type { CommandSpec } from '../command.ts';

export const tasksCommand: CommandSpec = {
  name: 'tasks',
  summary: { en: 'list the tasks', zh: '列出任务' },
  examples: ['chineseblue tasks'],
  async run({ terminal }) {
    const { tasks } = await import('../../tasks/registry.ts');
    if (terminal.json) return terminal.printJson(tasks);
    const head = {
      en: ['task', 'early name', 'family', 'domain', 'corpus', 'primary metric', 'what is asked'],
      zh: ['任务', '早期名称', '任务族', '领域', '语料', '主指标', '问什么'],
    };
    const access = {
      public: { en: 'public', zh: '公开' },
      private: { en: 'never released', zh: '从未发布' },
      user: { en: 'bring your own', zh: '自备' },
    };
    await terminal.table(
      head[terminal.language],
      tasks.map((task) => [
        task.id,
        task.aliases
          .filter((alias) => alias.toLowerCase() !== task.id.toLowerCase() || task.access !== 'private')
          .join(', '),
        task.family,
        terminal.say(task.domain),
        terminal.say(access[task.access]),
        task.primary,
        terminal.say(task.title),
      ]),
    );
  },
};
