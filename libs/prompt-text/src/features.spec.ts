import { promptFeatures } from './features';

describe('the features of a prompt', () => {
  it('count the prompt as typed and name the keywords found', () => {
    expect(promptFeatures('A Cat, oil painting, highly detailed, 4K!')).toEqual({
      promptLength: 41,
      wordCount: 7,
      punctuationCount: 4,
      styleKeywords: ['oil painting'],
      qualityKeywords: ['highly detailed', '4k'],
    });
  });

  it('count characters, not code units', () => {
    expect(promptFeatures('🦊🦊').promptLength).toBe(2);
  });

  it('find keywords as whole words only', () => {
    expect(promptFeatures('a sketchbook, hdmi cable').styleKeywords).toEqual([]);
    expect(promptFeatures('a sketchbook, hdmi cable').qualityKeywords).toEqual([]);
  });

  it('of an empty prompt are zero', () => {
    expect(promptFeatures('')).toEqual({ promptLength: 0, wordCount: 0, punctuationCount: 0, styleKeywords: [], qualityKeywords: [] });
  });
});
