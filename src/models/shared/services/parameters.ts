import { flag, integer, real, text } from '../../../ground/parameters.ts';

export const endpoint = text({
  placeholder: 'url',
  summary: {
    en: 'Base URL of an OpenAI-compatible server (or CHINESEBLUE_ENDPOINT).',
    zh: '兼容 OpenAI 协议的服务地址（或环境变量 CHINESEBLUE_ENDPOINT）。',
  },
});

/** Limits on calls, for any service. */
export const limits = {
  maxCalls: integer({
    min: 1,
    speedOnly: true,
    summary: { en: 'Stop before exceeding this number of calls.', zh: '调用数上限。' },
  }),
  maxTotalTokens: integer({
    min: 1,
    speedOnly: true,
    summary: { en: 'Stop when this number of tokens is reached.', zh: 'token 总数上限。' },
  }),
};

/** How calls are made and what they may cost: none of it changes an answer. */
export const called = {
  profiles: text({
    speedOnly: true,
    placeholder: 'file',
    summary: {
      en: 'JSON file of profiles (or CHINESEBLUE_PROFILES).',
      zh: '配置文件（JSON，或环境变量 CHINESEBLUE_PROFILES）。',
    },
  }),
  prices: text({
    speedOnly: true,
    placeholder: 'file',
    summary: { en: 'JSON file of prices per million tokens.', zh: '每百万 token 价格的 JSON 文件。' },
  }),
  keyEnv: text({
    default: 'OPENAI_API_KEY',
    speedOnly: true,
    placeholder: 'variable',
    summary: { en: 'Environment variable that holds the API key.', zh: '保存 API 密钥的环境变量。' },
  }),
  allowRemote: flag({
    default: false,
    speedOnly: true,
    summary: {
      en: 'Allow the texts of confidential tasks to be sent to remote addresses.',
      zh: '允许保密任务的文本发送到外部。',
    },
  }),
  concurrency: integer({
    default: 32,
    min: 1,
    max: 1000,
    speedOnly: true,
    summary: { en: 'Maximum number of concurrent calls.', zh: '同时进行的最大调用数。' },
  }),
  retries: integer({
    default: 5,
    min: 0,
    max: 100,
    speedOnly: true,
    summary: { en: 'Number of retries after a failed call.', zh: '失败后的重试次数。' },
  }),
  timeout: real({
    default: 300,
    min: 0.001,
    speedOnly: true,
    summary: { en: 'Timeout for a complete answer, in seconds.', zh: '完整答案的时限（秒）。' },
  }),
  maxCost: real({
    min: 0,
    speedOnly: true,
    summary: { en: 'Stop when this cost is reached.', zh: '费用上限。' },
  }),
};
