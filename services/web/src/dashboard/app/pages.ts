import { overviewPage } from '../pages/overview/page';
import type { PageDefinition } from './page';

/** Every page, in the order of the navigation. Adding one is adding its folder and its line here. */
export const PAGES: readonly PageDefinition[] = [overviewPage];
