import { lazy } from 'react';
import type { PageDefinition } from '../../app/page';

export const overviewPage: PageDefinition = {
  path: '',
  title: 'Overview',
  question: 'Are pictures getting better, and does it pay?',
  icon: 'overview',
  scope: 'read',
  filters: ['range', 'engine', 'compare'],
  component: lazy(() => import('./overview')),
};
