/** How many series can be told apart; further ones are grey. */
export const SERIES_COLOURS = 8;

function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

/**
 * A place in the palette for every engine ever seen, the same on every page and under every filter: by its name, and the next free
 * place when two would share one. More engines than colours share grey (-1).
 */
export function coloursOf(names: readonly string[]): ReadonlyMap<string, number> {
  const taken = new Set<number>();
  const places = new Map<string, number>();
  for (const name of [...new Set(names)].sort()) {
    if (taken.size === SERIES_COLOURS) {
      places.set(name, -1);
      continue;
    }
    let place = hashOf(name) % SERIES_COLOURS;
    while (taken.has(place)) place = (place + 1) % SERIES_COLOURS;
    taken.add(place);
    places.set(name, place);
  }
  return places;
}
