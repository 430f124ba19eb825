import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitSentences } from './sentences.ts';

const split = (text: string): string[] =>
  splitSentences(text).map(({ start, end }) => text.slice(start, end));

describe('sentences', () => {
  it('end after stops and the quotes and brackets that close after them', () => {
    expect(split('肚子疼。怎么办？！谢谢')).toEqual(['肚子疼。', '怎么办？！', '谢谢']);
    expect(split('医生说：“多喝水。”他走了……然后呢')).toEqual(['医生说：“多喝水。”', '他走了……', '然后呢']);
    expect(split('(见上图。)下一步')).toEqual(['(见上图。)', '下一步']);
  });

  it('end at line ends and leave white space out', () => {
    expect(split(' 主诉：头晕 \r\n\n　现病史：三天 ')).toEqual(['主诉：头晕', '现病史：三天']);
  });

  it('do not end inside numbers, sizes and names', () => {
    expect(split('肿物3.5*2cm，体温37.8度。正常')).toEqual(['肿物3.5*2cm，体温37.8度。', '正常']);
    expect(split('1. 注意休息')).toEqual(['1. 注意休息']);
    expect(split('见 www.example.com 处')).toEqual(['见 www.example.com 处']);
    expect(split('由 E. coli 引起')).toEqual(['由 E. coli 引起']);
    expect(split('It is over. Yes')).toEqual(['It is over.', 'Yes']);
  });

  it('leave an ASCII quote that opens to the next sentence', () => {
    expect(split('他来了。"头疼。"他说')).toEqual(['他来了。', '"头疼。"', '他说']);
  });

  it('are none in an empty text', () => {
    expect(split('')).toEqual([]);
    expect(split(' \n　')).toEqual([]);
  });

  it('cover everything but white space, in order', () => {
    const unit = fc.constantFrom('疼', 'a', '1', '.', '。', '？', '"', '”', '\n', ' ', '…');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
        const sentences = splitSentences(text);
        let end = 0;
        for (const sentence of sentences) {
          expect(text.slice(end, sentence.start).trim()).toBe('');
          expect(sentence.end).toBeGreaterThan(sentence.start);
          end = sentence.end;
        }
        expect(text.slice(end).trim()).toBe('');
      }),
    );
  });
});
