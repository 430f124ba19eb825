import { cblueTasks } from '../cblue/tasks.ts';
import type { Suite } from './suite.ts';

const average = {
  en: 'the plain mean of the official metrics of these tasks, on dev: gold of test is not public',
  zh: '各任务官方指标的算术平均（开发集；测试集金标不公开）',
};

const FIRST_VERSION = [
  ...['CMeEE', 'CMeIE', 'CHIP-CDN', 'CHIP-CTC', 'CHIP-STS'],
  ...['KUAKE-QIC', 'KUAKE-QTR', 'KUAKE-QQR'],
];
const REPLACED = ['CMeEE', 'CMeIE'];

export const cblue: Suite = {
  id: 'cblue',
  title: { en: 'CBLUE, current version', zh: 'CBLUE（现行版本）' },
  tasks: cblueTasks.map(({ id }) => id).filter((id) => !REPLACED.includes(id)),
  submitted: cblueTasks.map(({ id }) => id),
  average,
};

export const cblueFirst: Suite = {
  id: 'cblue-1',
  title: {
    en: 'the eight tasks of the first version of CBLUE, over which published averages are computed',
    zh: 'CBLUE 首版的八个任务（已发表的平均分所用）',
  },
  tasks: FIRST_VERSION.filter((id) => cblueTasks.some((task) => task.id === id)),
  submitted: cblueTasks.map(({ id }) => id),
  average,
};
