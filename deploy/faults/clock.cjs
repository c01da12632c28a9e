// Preloaded into processes of the product (node --require): their clock runs as far ahead or behind as a file says, which is named last on the command line.
const { readFileSync } = require('node:fs');

const LOOK_EVERY_MS = 100;
const file = process.argv.at(-1);
const RealDate = Date;
let aheadMs = 0;

const now = () => RealDate.now() + aheadMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

setInterval(() => {
  try {
    aheadMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    aheadMs = 0;
  }
}, LOOK_EVERY_MS).unref();
