import type { Random } from './random';
import { BOILERPLATE, STYLES, SUBJECTS } from './truth';

/** What is asked for: a member of the family `subject x style`, with or without hopeful words. */
export interface Prompt {
  readonly text: string;
  readonly family: string;
  /** Sum of the effects of its parts; the hopeful words have none. */
  readonly effect: number;
}

/** Popularity falls with the rank (Zipf), so that some prompts gather many ratings and most few. */
const RANKED_SUBJECTS = SUBJECTS.map((_, at) => SUBJECTS[(at * 7) % SUBJECTS.length] ?? SUBJECTS[0]);

export function choosePrompt(random: Random): Prompt {
  const rank = random.weighted([...RANKED_SUBJECTS.keys()], (at) => 1 / (at + 1));
  const subject = RANKED_SUBJECTS[rank] ?? random.pick(SUBJECTS);
  const style = random.pick(STYLES);
  const family = `${subject.text}, ${style.text}`;
  return { text: `${family}${random.pick(BOILERPLATE)}`, family, effect: subject.effect + style.effect };
}
