import { promptHash } from '@picly/prompt-text';
import { splitOf } from './split';

describe('the split', () => {
  it('keeps a fifth of the prompts for validation', () => {
    const prompts = Array.from({ length: 20_000 }, (_, i) => promptHash(`prompt number ${i}`));
    const share = prompts.filter((hash) => splitOf(hash) === 'validation').length / prompts.length;
    expect(Math.abs(share - 0.2)).toBeLessThan(0.01);
  });

  it('never separates prompts that differ only in form', () => {
    for (let i = 0; i < 200; i++) expect(splitOf(promptHash(`A  Red Fox ${i}`))).toBe(splitOf(promptHash(`a red fox ${i}`)));
  });
});
