import RequestQueue from 'kafkajs/src/network/requestQueue';
import { version } from 'kafkajs/package.json';
import { LogConfigurationError } from '../errors';

const PATCHED_VERSION = '2.2.4';

/**
 * kafkajs 2.2.4 re-arms a 1 ms timer for ever on every connection, even when nothing waits (tulios/kafkajs#1751): 5 % of a
 * core per idle process. This lets it arm the timer only while requests are pending or the broker throttles us.
 * The only place that reaches into kafkajs; refuses any other version, whose internals nobody has looked at.
 */
export function patchIdleTimer(): void {
  if (version !== PATCHED_VERSION) {
    throw new LogConfigurationError(`kafkajs ${version} is installed, its idle timer is only known in ${PATCHED_VERSION}`);
  }
  if (patched) return;
  patched = true;
  const original = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) original.call(this);
  };
}

let patched = false;
