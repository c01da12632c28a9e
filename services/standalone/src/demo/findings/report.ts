import { count } from '@picly/terminal';
import { engineFindings } from './engines';
import { experimentFindings } from './experiments';
import { agrees, type Check, type Finding, type Inquiry } from './finding';
import { peopleFindings } from './people';
import { promptFindings } from './prompts';

/** What was learnt, held against the truth, as text; `differing` are the figures that are not what they should be. */
export interface Report {
  readonly text: string;
  readonly differing: readonly Check[];
}

const DIFFERING_SHOWN = 8;

export async function report(inquiry: Inquiry): Promise<Report> {
  const findings: Finding[] = [];
  for (const find of [engineFindings, promptFindings, experimentFindings, peopleFindings]) findings.push(await find(inquiry));
  const checks = findings.flatMap((finding) => finding.checks);
  const differing = checks.filter((check) => !agrees(check));
  const sections = findings.map(({ title, text }) => `${title}\n\n${indented(text)}\n`);
  return { text: [...sections, verdict(checks.length, differing)].join('\n'), differing };
}

const indented = (text: string): string => text.replace(/^/gm, '  ');

function verdict(checked: number, differing: readonly Check[]): string {
  if (differing.length === 0)
    return `All ${count(checked)} figures checked are what the simulation counted, and what is true lies inside its interval (columns in small letters are its laws).`;
  const lines = differing.slice(0, DIFFERING_SHOWN).map(({ name, truth, told }) => `  ${name}: ${told ?? 'nothing'} instead of ${truth}`);
  return [
    `${count(differing.length)} of ${count(checked)} figures differ from the truth (were other events sent to this system?):`,
    ...lines,
  ].join('\n');
}
