import { accessSync, constants } from 'node:fs';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The Chromium of this machine: `PICLY_TEST_CHROMIUM`, else where systems put it. */
export function chromiumPath(): string | undefined {
  const named = process.env['PICLY_TEST_CHROMIUM'];
  return (named === undefined ? USUAL_PLACES : [named]).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether `PICLY_REQUIRE` names browser: then a missing one fails instead of being told. */
export function isBrowserRequired(): boolean {
  return (process.env['PICLY_REQUIRE'] ?? '').split(/[\s,]+/).includes('browser');
}
