import Bowser from 'bowser';

const MAX_USER_AGENT = 1_000;
const MAX_REMEMBERED = 1_000;
const remembered = new Map<string, Readonly<Record<string, string>>>();

function describe(userAgent: string): Readonly<Record<string, string>> {
  const { browser, os, platform } = Bowser.parse(userAgent);
  const found: Record<string, string | undefined> = {
    type: platform.type,
    vendor: platform.vendor,
    model: platform.model,
    os: os.name,
    os_version: os.version,
    browser: browser.name,
    browser_version: browser.version,
  };
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== ''),
  );
}

/** Device, system and browser named by a User-Agent header; `undefined` when it says nothing. The latest 1,000 are remembered. */
export function deviceOf(userAgent: string | undefined): Readonly<Record<string, string>> | undefined {
  if (userAgent === undefined || userAgent === '') return undefined;
  const text = userAgent.slice(0, MAX_USER_AGENT);
  let device = remembered.get(text);
  if (!device) {
    device = describe(text);
    if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value ?? '');
    remembered.set(text, device);
  }
  return Object.keys(device).length > 0 ? device : undefined;
}
