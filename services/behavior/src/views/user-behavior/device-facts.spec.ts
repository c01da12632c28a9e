import fc from 'fast-check';
import { deviceFacts } from './device-facts';

const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

describe('device facts', () => {
  it.each([
    [undefined, {}],
    [{}, {}],
    [
      { type: 'Desktop', browser: 'Chrome', os: 'Windows' },
      { category: 'desktop', browser: 'Chrome', os: 'Windows' },
    ],
    [
      { browser: { name: 'Firefox', version: '128' }, screen: { width: 1920, height: 1080 } },
      { browser: 'Firefox', screen: '1920x1080' },
    ],
    [{ screen: '1280 x 720' }, { screen: '1280x720' }],
    [{ screen_width: 390, screen_height: 844 }, { screen: '390x844' }],
    [{ screen: 'wide', browser: 7, os: ' ' }, {}],
    [
      { user_agent: CHROME, browser: 'Picly App' },
      { category: 'desktop', browser: 'Picly App', os: 'Windows' },
    ],
  ])('of %j are %j', (device, facts) => {
    expect(deviceFacts(device)).toEqual(facts);
  });

  it('are found in any object without exception', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('type', 'browser', 'os', 'screen', 'user_agent'), fc.jsonValue()), (device) => {
        for (const fact of Object.values(deviceFacts(device))) expect(typeof fact).toBe('string');
      }),
    );
  });
});
