import { isIP } from 'node:net';

/** Whether an address can only be reached from this machine. */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  if (address === '127.0.0.1') return true;
  const plain = address.replace(/^\[|\]$/g, '').replace(/^::ffff:/i, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

let latestHost = { host: 'localhost', isLoopback: true };

/** Whether the value of a Host header, or a setting HOST, names this machine. Most requests come under one name. */
export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined) return false;
  if (host !== latestHost.host) latestHost = { host, isLoopback: namesLoopback(host) };
  return latestHost.isLoopback;
}

function namesLoopback(host: string): boolean {
  const name = host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : isIP(host) === 6 ? host : host.replace(/:\d{1,5}$/, '');
  return name.toLowerCase() === 'localhost' || isLoopback(name);
}

/** Whether the value of an Origin header names a page of this machine. */
export const isLoopbackOrigin = (origin: string): boolean => URL.canParse(origin) && isLoopbackHost(new URL(origin).host);
