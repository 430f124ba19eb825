import { describe, expect, it } from 'vitest';
import type { ClinicalEvent } from '../../tasks/families/event/types.ts';
import { placeEvents } from './event-places.ts';

const event = (core: string, more: Partial<ClinicalEvent> = {}): ClinicalEvent => ({
  ...{ core, tendency: '肯定', characters: [], anatomy: [], ...more },
});
const place = (start: number, word: string) => ({ start, end: start + word.length });

describe('places of events', () => {
  it('a core is placed where its attributes are nearest, attributes nearest to their core', () => {
    // 0 疼痛消失，6 腹部又 9 疼痛，12 腹部软
    const text = '疼痛消失了，腹部又疼痛，腹部软';
    expect(placeEvents(text, [event('疼痛', { anatomy: ['腹部'] })])).toEqual([
      { core: place(9, '疼痛'), tendency: '肯定', characters: [], anatomy: [place(6, '腹部')] },
    ]);
    expect(placeEvents(text, [event('疼痛')])[0].core).toEqual(place(0, '疼痛'));
  });

  it('two events of one core are at two places, in either order', () => {
    const text = '无疼痛，腹部疼痛';
    const [one, other] = [event('疼痛', { tendency: '否定' }), event('疼痛', { anatomy: ['腹部'] })];
    const expected = [
      { core: place(1, '疼痛'), tendency: '否定' },
      { core: place(6, '疼痛'), tendency: '肯定' },
    ];
    expect(placeEvents(text, [one, other])).toMatchObject(expected);
    expect(placeEvents(text, [other, one])).toMatchObject([...expected].reverse());
    expect(placeEvents(text, [one, other, event('疼痛')]).map(({ core }) => core.start)).toEqual([1, 6, 1]);
  });

  it('strings that are not in the text are left out', () => {
    const found = placeEvents('腹痛', [
      event('头痛'),
      event(''),
      event('腹痛', { characters: ['剧烈', '腹'] }),
    ]);
    expect(found).toEqual([
      { core: place(0, '腹痛'), tendency: '肯定', characters: [place(0, '腹')], anatomy: [] },
    ]);
  });
});
