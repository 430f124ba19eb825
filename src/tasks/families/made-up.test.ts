import { describe, expect, it } from 'vitest';
import { dialogue } from './dialogue/family.ts';
import { event } from './event/family.ts';
import { ner } from './ner/family.ts';
import { relation } from './relation/family.ts';

describe('invented words', () => {
  it('are quotes of entities that were not in the text', () => {
    const { find } = ner.madeUp!.finder([]);
    const unaligned = [{ quote: '咳嗽', type: 'symptom' }];
    expect(find({ entities: [], unaligned }, { text: '头痛' })).toEqual([
      { quote: '咳嗽', label: 'symptom' },
    ]);
    expect(find({ entities: [] }, { text: '头痛' })).toEqual([]);
  });

  it('are terms of relations that are not in the text, folded neither', () => {
    const { find } = relation.madeUp!.finder([]);
    const triples = [
      { subject: '头痛', predicate: '治疗', object: 'ct' },
      { subject: '咳嗽', predicate: '病因', object: '感冒' },
    ];
    expect(find({ triples }, { text: '头痛，ＣＴ，感冒' })).toEqual([{ quote: '咳嗽', label: '病因' }]);
  });

  it('are words of events that are not in the text', () => {
    const { find } = event.madeUp!.finder([]);
    const events = [
      { core: '疼痛', tendency: '', characters: ['阵发性'], anatomy: ['腹部'] },
      { core: '发热', tendency: '否定', characters: [], anatomy: [] },
    ];
    expect(find({ events }, { text: '腹部阵发性疼痛' })).toEqual([{ quote: '发热', label: '否定' }]);
  });

  it('are names of symptoms that neither gold nor the dialogue has', () => {
    const { find } = dialogue.madeUp!.finder([
      { symptoms: [{ name: '腹泻', status: 'true' as const }], entities: [] },
    ]);
    const symptoms = ['腹泻', '拉肚子', '发热'].map((name) => ({ name, status: 'true' as const }));
    const turns = [{ speaker: '患者', text: '孩子拉肚子' }];
    expect(find({ symptoms }, { turns })).toEqual([{ quote: '发热', label: 'true' }]);
  });
});
