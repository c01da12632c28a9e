import { newKeySecret } from './key-secret';

/** A key to read with that this process alone has, for calls to itself; it is never stored and ends with the process. */
export const OWN_KEY = newKeySecret(['read']);
