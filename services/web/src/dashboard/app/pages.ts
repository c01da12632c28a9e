import { enginesPage } from '../pages/engines/page';
import { experimentsPage } from '../pages/experiments/page';
import { firstRunPage } from '../pages/first-run/page';
import { operationsPage } from '../pages/operations/page';
import { overviewPage } from '../pages/overview/page';
import { promptsPage } from '../pages/prompts/page';
import { ratingsPage } from '../pages/ratings/page';
import type { PageDefinition } from './page';

/** Every page, in the order of the navigation. Adding one is adding its folder and its line here. */
export const PAGES: readonly PageDefinition[] = [
  overviewPage,
  enginesPage,
  promptsPage,
  ratingsPage,
  experimentsPage,
  operationsPage,
  firstRunPage,
];
