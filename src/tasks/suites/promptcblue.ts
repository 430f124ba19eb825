import { promptcblueTasks } from '../promptcblue/tasks.ts';
import type { Suite } from './suite.ts';

const ids = promptcblueTasks.map(({ id }) => id);

export const promptcblue: Suite = {
  id: 'promptcblue',
  title: { en: 'PromptCBLUE: CBLUE in prompts', zh: 'PromptCBLUE（指令形式的 CBLUE）' },
  tasks: ids,
  submitted: ids,
  average: {
    en: 'the plain mean of the official scores, as its script averages them, on dev: gold of test is not public',
    zh: '各任务官方指标的算术平均，与官方脚本相同（开发集；测试集金标不公开）',
  },
};
