import { expect, it, onTestFinished } from 'vitest';
import { browserModule } from './browser-modules.ts';

it('returns a module without types, and without a warning of Node', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): unknown => warnings.push(warning);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  const module = await browserModule('models/bert/portable.js');
  expect(module?.code).toContain('export');
  expect(module?.code).not.toContain('import type');
  await new Promise(setImmediate);
  expect(warnings).toEqual([]);
});
