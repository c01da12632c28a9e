const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether the origin is this machine, on whichever port. */
export function isLoopbackOrigin(origin: string): boolean {
  try {
    const { hostname, protocol } = new URL(origin);
    return (protocol === 'http:' || protocol === 'https:') && (LOOPBACK.has(hostname) || hostname.endsWith('.localhost'));
  } catch {
    return false;
  }
}

/** The one spelling of an origin (`https://picly.example`), or `undefined` when the text is none. */
export function normalOrigin(text: string): string | undefined {
  try {
    const url = new URL(text);
    const isBare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
    return isBare && (url.protocol === 'http:' || url.protocol === 'https:') ? url.origin : undefined;
  } catch {
    return undefined;
  }
}
