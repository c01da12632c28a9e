import { chromium, type Browser } from 'playwright-core';
import { chromiumPath, isBrowserRequired } from './config';

/** Nothing is fetched that a page did not ask for. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A suite in a real browser; where there is none, one visible line instead of it. */
export function describeWithBrowser(title: string, suite: (open: () => Promise<Browser>) => void): void {
  const executablePath = chromiumPath();
  describe(title, () => {
    if (executablePath !== undefined) return suite(() => chromium.launch({ executablePath, args: QUIET }));
    it('is not tested here, a browser is not available: install Chromium or set PICLY_TEST_CHROMIUM', () => {
      if (isBrowserRequired()) throw new Error('a browser is required');
    });
  });
}
