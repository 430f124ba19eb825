const root = document.documentElement;
const listeners = [];

export const words = {
  run: { en: 'Run', zh: '运行' },
  show: { en: 'Show', zh: '显示' },
  wrong: { en: 'with errors', zh: '仅错误样本' },
  all: { en: 'all examples', zh: '全部样本' },
  right: { en: 'without errors', zh: '仅正确样本' },
  differ: { en: 'where runs differ', zh: '运行间不一致' },
  kind: { en: 'Kind of error', zh: '错误类型' },
  any: { en: 'any', zh: '不限' },
  label: { en: 'Class', zh: '类别' },
  order: { en: 'Order', zh: '排序' },
  corpus: { en: 'as in the corpus', zh: '语料顺序' },
  most: { en: 'most errors first', zh: '按错误数降序' },
  search: { en: 'Search texts', zh: '搜索文本' },
  examples: { en: 'examples', zh: '个样本' },
  searching: { en: 'searching…', zh: '搜索中……' },
  none: { en: 'No example matches these filters.', zh: '没有符合条件的样本。' },
  sections: { en: 'Sections', zh: '章节' },
  theme: { en: 'Light or dark', zh: '浅色或深色' },
  gold: { en: 'Gold', zh: '金标' },
  answer: { en: 'Answer', zh: '答案' },
  noAnswer: { en: 'no valid answer', zh: '无有效答案' },
  rawAnswer: { en: 'Raw answer', zh: '原始回答' },
  prompt: { en: 'Prompt', zh: '提示词' },
  reasoning: { en: 'Reasoning', zh: '思考过程' },
  list: { en: 'examples', zh: '样本列表' },
  document: { en: 'Document', zh: '文档' },
  grade: { en: 'Grade', zh: '等级' },
  rank: { en: 'Rank', zh: '名次' },
  legendHit: { en: 'gold, found', zh: '金标，命中' },
  legendMiss: { en: 'gold, missed', zh: '金标，漏报' },
  legendNear: { en: 'gold, partly matched', zh: '金标，部分匹配' },
  legendAnswerHit: { en: 'answer, right', zh: '答案，正确' },
  legendAnswerMiss: { en: 'answer, spurious', zh: '答案，多报' },
  legendAnswerNear: { en: 'answer, partly matched', zh: '答案，部分匹配' },
  old: {
    en: 'This browser cannot decompress the examples: use a newer one.',
    zh: '此浏览器无法解压样本数据，请使用较新的浏览器。',
  },
};

const language = () => (root.dataset.lang === 'zh' ? 'zh' : 'en');

/** A text in the language that the page shows now. */
export const say = (text) => text[language()];

/** Calls `listener` whenever the language changes. */
export const onLanguage = (listener) => listeners.push(listener);

function remember(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(`chineseblue-${name}`);
    localStorage.setItem(`chineseblue-${name}`, value);
  } catch {
    // Pages opened from a file may have no storage.
  }
  return null;
}

function setLanguage(value) {
  root.dataset.lang = value;
  root.lang = value === 'zh' ? 'zh-Hans' : 'en';
  document.getElementById('language').textContent = value === 'zh' ? 'English' : '中文';
  document.getElementById('sections').setAttribute('aria-label', say(words.sections));
  document.getElementById('theme').setAttribute('aria-label', say(words.theme));
  for (const listener of listeners) listener();
}

/** The buttons of the head of the page: language and theme, remembered where the browser has storage. */
export function startSwitches() {
  const wanted = remember('language') ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');
  setLanguage(wanted);
  document.getElementById('language').addEventListener('click', () => {
    const next = language() === 'zh' ? 'en' : 'zh';
    setLanguage(next);
    remember('language', next);
  });
  const theme = remember('theme');
  if (theme) root.dataset.theme = theme;
  document.getElementById('theme').addEventListener('click', () => {
    const dark = root.dataset.theme
      ? root.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    remember('theme', root.dataset.theme);
  });
  // A printed report shows every run.
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details.run')) details.open = true;
  });
}
