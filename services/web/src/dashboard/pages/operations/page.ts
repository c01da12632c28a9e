import { lazy } from 'react';
import type { PageDefinition } from '../../app/page';

export const operationsPage: PageDefinition = {
  path: 'operations',
  title: 'Operations',
  question: 'Is every number current and right?',
  icon: 'operations',
  scope: 'admin',
  filters: [],
  component: lazy(() => import('./operations')),
};
