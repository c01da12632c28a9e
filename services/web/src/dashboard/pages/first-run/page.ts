import { lazy } from 'react';
import type { PageDefinition } from '../../app/page';

export const firstRunPage: PageDefinition = {
  path: 'start',
  title: 'First event',
  question: 'How do I send the first event?',
  icon: 'start',
  scope: 'read',
  filters: [],
  component: lazy(() => import('./first-run')),
};
