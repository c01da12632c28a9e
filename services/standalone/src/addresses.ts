/** What can be opened at a base URL, for people. */
export const addressesAt = (url: string): readonly (readonly [name: string, address: string])[] => [
  ['dashboard', `${url}/analytics`],
  ['docs', `${url}/docs`],
  ['openapi', `${url}/openapi.json`],
];

export const addressLines = (url: string): string =>
  addressesAt(url)
    .map(([name, address]) => `      ${name.padEnd(10)} ${address}\n`)
    .join('');
