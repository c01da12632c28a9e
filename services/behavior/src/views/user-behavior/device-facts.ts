import Bowser from 'bowser';

/** What is known of a device, in the words of its sender; absent where nothing is. */
export interface DeviceFacts {
  readonly category?: string;
  readonly browser?: string;
  readonly os?: string;
  /** Width by height in pixels, such as 1920x1080. */
  readonly screen?: string;
}

type Fields = Readonly<Record<string, unknown>>;

const MAX_LENGTH = 100;
const MAX_USER_AGENT = 1_000;
const MAX_REMEMBERED = 1_000;
const remembered = new Map<string, DeviceFacts>();

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function word(value: unknown): string | undefined {
  const text = isFields(value) ? value['name'] : value;
  return typeof text === 'string' && text.trim() !== '' ? text.trim().slice(0, MAX_LENGTH) : undefined;
}

const firstOf = (device: Fields, names: readonly string[]): string | undefined => {
  for (const name of names) {
    const found = word(device[name]);
    if (found !== undefined) return found;
  }
  return undefined;
};

const isPixels = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0;

function sizeOf(width: unknown, height: unknown): string | undefined {
  return isPixels(width) && isPixels(height) ? `${width}x${height}` : undefined;
}

function screenOf(device: Fields): string | undefined {
  for (const name of ['screen', 'screen_resolution', 'resolution', 'viewport']) {
    const value = device[name];
    if (isFields(value)) {
      const size = sizeOf(value['width'], value['height']);
      if (size !== undefined) return size;
    }
    const match = typeof value === 'string' ? /^\s*(\d{2,5})\s*[x×*]\s*(\d{2,5})\s*$/i.exec(value) : null;
    if (match) return `${Number(match[1])}x${Number(match[2])}`;
  }
  return sizeOf(device['screen_width'], device['screen_height']);
}

function fromUserAgent(userAgent: string): DeviceFacts {
  const known = remembered.get(userAgent);
  if (known) return known;
  const { browser, os, platform } = Bowser.parse(userAgent);
  const facts = compact({ category: word(platform.type), browser: word(browser.name), os: word(os.name) });
  if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value ?? '');
  remembered.set(userAgent, facts);
  return facts;
}

function userAgentOf(device: Fields): string | undefined {
  const told = [device['user_agent'], device['userAgent'], device['ua']].find((value) => typeof value === 'string' && value !== '');
  return typeof told === 'string' ? told.slice(0, MAX_USER_AGENT) : undefined;
}

function compact(facts: { readonly [K in keyof DeviceFacts]: DeviceFacts[K] | undefined }): DeviceFacts {
  const { category, browser, os, screen } = facts;
  return {
    ...(category !== undefined && { category: category.toLowerCase() }),
    ...(browser !== undefined && { browser }),
    ...(os !== undefined && { os }),
    ...(screen !== undefined && { screen }),
  };
}

/** Category, browser, system and screen, whichever of the usual names the sender uses; a user agent fills what is missing. */
export function deviceFacts(device: Fields | undefined): DeviceFacts {
  if (device === undefined) return {};
  const userAgent = userAgentOf(device);
  const told = compact({
    category: firstOf(device, ['type', 'category', 'device_type', 'device']),
    browser: firstOf(device, ['browser']),
    os: firstOf(device, ['os', 'operating_system', 'platform']),
    screen: screenOf(device),
  });
  return userAgent === undefined ? told : { ...fromUserAgent(userAgent), ...told };
}
