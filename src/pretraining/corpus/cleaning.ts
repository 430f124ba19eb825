import { splitSentences } from '../../text/sentences.ts';

/** Why a sentence is not part of a corpus; see `docs/pretraining.md`. */
export type SentenceReason =
  | 'no-chinese'
  | 'too-short'
  | 'not-text'
  | 'page-furniture'
  | 'repeated'
  | 'evaluation';

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['nbsp', ' '],
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['middot', '·'],
  ['hellip', '…'],
  ['mdash', '—'],
]);

/** Navigation and boilerplate around text in web pages and exports. */
const FURNITURE = [
  /^(?:上一篇|下一篇|相关(?:阅读|文章|推荐)|推荐阅读|延伸阅读|返回(?:首页|顶部|列表)|查看(?:更多|全文)|点击(?:查看|进入|下载|这里)|加载更多|更多>*|展开全文|阅读原文|扫(?:一扫|码)|长按识别)/,
  /(?:版权(?:所有|声明)|备案号|ICP备|转载请注明|责任编辑|本文(?:来源|链接|地址)|未经(?:授权|许可).{0,8}转载|免责声明|关注(?:我们|公众号|微信)|all rights reserved)/i,
  /^(?:https?:\/\/|www\.)\S+$/i,
];

const MAX_SENTENCE = 1000;
const MIN_SENTENCE = 2;
/** A sentence with a smaller share of letters is a table, a rule or a row of symbols. */
const MIN_LETTER_SHARE = 0.3;

const HAN = /\p{Script=Han}/u;

/**
 * One part of a raw document as running text: character references resolved, markup, control characters and
 * addresses removed, white space collapsed. Line breaks stay.
 */
export function cleanText(raw: string): string {
  let text = raw.isWellFormed() ? raw : raw.toWellFormed();
  if (text.includes('&')) text = text.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, resolveReference);
  if (text.includes('<')) {
    text = text
      .replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/gi, ' ')
      .replace(/<(?:br|p|div|li|tr|h[1-6])\b[^<>]*>|<\/(?:p|div|li|tr|h[1-6])>/gi, '\n')
      .replace(/<\/?[a-z!][^<>\u3400-\u9fff]{0,200}>\s?:?/gi, ' ');
  }
  if (/https?:|www\./i.test(text)) text = text.replace(/(?:https?:\/\/|www\.)[\w\-./?%&=#:~+]+/gi, ' ');
  return text
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd]/g,
      '',
    )
    .replace(/[^\S\n]+/g, ' ');
}

function resolveReference(whole: string, name: string): string {
  if (!name.startsWith('#')) return ENTITIES.get(name.toLowerCase()) ?? whole;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
    ? String.fromCodePoint(code)
    : whole;
}

/** The sentences of cleaned text; those over 1 000 code units are split, at a comma where there is one. */
export function sentencesOf(text: string): string[] {
  return splitSentences(text).flatMap(({ start, end }) => cutLong(text.slice(start, end)));
}

function cutLong(sentence: string): string[] {
  const pieces: string[] = [];
  let rest = sentence;
  while (rest.length > MAX_SENTENCE) {
    const comma = Math.max(
      ...['，', '；', '、', ',', ';', ' '].map((mark) => rest.lastIndexOf(mark, MAX_SENTENCE - 1)),
    );
    let end = comma > MAX_SENTENCE / 2 ? comma + 1 : MAX_SENTENCE;
    if (/[\udc00-\udfff]/.test(rest[end])) end--;
    pieces.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  return [...pieces, rest].filter((piece) => piece !== '');
}

/** By code unit: 1 for letters, digits and surrogates, 2 for others, 0 not determined yet. */
const letterKinds = new Uint8Array(0x10000);

function isLetter(unit: number): 0 | 1 {
  if (letterKinds[unit] === 0) {
    letterKinds[unit] = /[\p{L}\p{N}\p{Cs}]/u.test(String.fromCharCode(unit)) ? 1 : 2;
  }
  return letterKinds[unit] === 1 ? 1 : 0;
}

/** Why a sentence is dropped regardless of others, or undefined. */
export function faultOf(sentence: string): SentenceReason | undefined {
  if (!HAN.test(sentence)) return 'no-chinese';
  if (sentence.replace(/[\p{P}\p{Z}]/gu, '').length < MIN_SENTENCE) return 'too-short';
  let letters = 0;
  for (let i = 0; i < sentence.length; i++) letters += isLetter(sentence.charCodeAt(i));
  if (letters < MIN_LETTER_SHARE * sentence.length) return 'not-text';
  return FURNITURE.some((pattern) => pattern.test(sentence)) ? 'page-furniture' : undefined;
}
