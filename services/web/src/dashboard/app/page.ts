import type { ComponentType, LazyExoticComponent } from 'react';
import type { IconName } from '../parts/icon';

/** A page of the dashboard: a folder below pages/ that exports one of these from page.ts, listed in app/pages.ts. */
export interface PageDefinition {
  /** The path below /analytics; empty for the first page. */
  readonly path: string;
  readonly title: string;
  /** The question the page answers. */
  readonly question: string;
  readonly icon: IconName;
  /** Who may see it. */
  readonly scope: 'read' | 'admin';
  /** The filters that mean something here. */
  readonly filters: readonly ('range' | 'engine' | 'compare')[];
  /** What the browser calls the tab of one of its things; the page itself when absent. */
  readonly nameOf?: (rest: readonly string[]) => string | undefined;
  /** Loaded when it is opened. */
  readonly component: LazyExoticComponent<ComponentType<PageProps>>;
}

export interface PageProps {
  /** What follows the page's own part of the path, such as the key of one experiment. */
  readonly rest: readonly string[];
}
