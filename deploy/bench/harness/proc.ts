import { readdir, readFile } from 'node:fs/promises';

const TICKS_PER_SECOND = 100;

async function statOf(pid: number): Promise<{ parent: number; own: number; reaped: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const at = (field: number): number => fields[field - 3] ?? 0;
  return { parent: at(4), own: at(14) + at(15), reaped: at(16) + at(17) };
}

/** A process and everything below it. */
async function treeOf(root: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map<number, number>();
  for (const pid of pids) {
    const stat = await statOf(pid);
    if (stat) parents.set(pid, stat.parent);
  }
  const tree = [root];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree;
}

/** CPU seconds used so far by a process (and, with `below`, by those it started, dead ones included). Linux only; 0 elsewhere. */
export async function cpuSeconds(pid: number, scope: 'alone' | 'below' = 'alone'): Promise<number> {
  try {
    const pids = scope === 'alone' ? [pid] : await treeOf(pid);
    let ticks = 0;
    for (const one of pids) {
      const stat = await statOf(one);
      if (stat) ticks += stat.own + (scope === 'below' ? stat.reaped : 0);
    }
    return ticks / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}

/** Resident megabytes of a process alone. */
export async function residentMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(text)?.[1] ?? 0) / 1024;
}

/** Megabytes of all processes below one, shared pages counted once (PSS). */
export async function proportionalMbBelow(pid: number): Promise<number> {
  let kilobytes = 0;
  for (const one of (await treeOf(pid)).filter((each) => each !== pid)) {
    const text = await readFile(`/proc/${one}/smaps_rollup`, 'utf8').catch(() => '');
    kilobytes += Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
  }
  return kilobytes / 1024;
}
