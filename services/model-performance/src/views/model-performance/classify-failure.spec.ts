import fc from 'fast-check';
import { classifyFailure } from './classify-failure';

describe('the cause of a failed call', () => {
  it.each([
    ['Request timed out after 30s', 'timeout'],
    ['504 Gateway Timeout', 'timeout'],
    ['connect ETIMEDOUT 10.0.0.1:443', 'timeout'],
    ['HTTP 429 Too Many Requests', 'rate_limited'],
    ['You exceeded your current quota', 'rate_limited'],
    ['CUDA error: out of memory', 'out_of_memory'],
    ['connect ECONNREFUSED 10.0.0.1:443', 'network'],
    ['Your request was rejected by the safety system', 'content_refused'],
    ['content policy violation: invalid prompt', 'content_refused'],
    ['503 Service Unavailable', 'unavailable'],
    ['Invalid size: 4096x4096', 'invalid_request'],
    ['401 Unauthorized', 'invalid_request'],
    ['kaputt', 'other'],
    ['  ', 'unstated'],
  ])('named by %j is %s', (error, cause) => {
    expect(classifyFailure(error)).toBe(cause);
  });

  it('is found in any text without exception', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), (text) => expect(typeof classifyFailure(text)).toBe('string')));
  });
});
