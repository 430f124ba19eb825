import { describe, expect, it } from 'vitest';
import { statusFeatures } from './status-features.ts';

const turns = [
  { speaker: '医生', text: '咳嗽吗？' },
  { speaker: '患者', text: '没有' },
  { speaker: '患者', text: '就是发热' },
];
const cough = { turn: 0, start: 0, end: 2, name: '咳嗽' };
const fever = { turn: 2, start: 2, end: 4, name: '发热' };

describe('the features of a status', () => {
  const ofCough = new Set(statusFeatures(turns, cough, [cough, fever]));
  const ofFever = new Set(statusFeatures(turns, fever, [cough, fever]));

  it('include the answer of the other speaker to a question', () => {
    expect(ofCough).toContain('asks 医生|answer=没有');
    expect(ofCough).toContain('医生|answer denies');
  });

  it('include the question before the patient’s turn', () => {
    expect(ofFever).toContain('患者|question asks');
    expect(ofFever).toContain('患者|answer none');
  });

  it('keep speakers and sides of the mention apart', () => {
    expect(ofCough).toContain('医生|after=吗');
    expect(ofFever).toContain('患者|before=是');
    expect(ofFever).not.toContain('医生|before=是');
  });

  it('show where else the symptom is mentioned', () => {
    const again = { turn: 2, start: 2, end: 4, name: '咳嗽' };
    expect(new Set(statusFeatures(turns, cough, [cough, again]))).toContain('医生|also after by 患者');
    expect([...ofCough].some((feature) => feature.includes('also'))).toBe(false);
  });
});
