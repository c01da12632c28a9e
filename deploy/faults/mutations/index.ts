import { FOLD_MUTATIONS } from './fold-mutations';
import { LOG_MUTATIONS } from './log-mutations';
import type { Mutation } from './mutation';

/** Every protection whose removal must not go unnoticed. */
export const MUTATIONS: readonly Mutation[] = [...LOG_MUTATIONS, ...FOLD_MUTATIONS];
