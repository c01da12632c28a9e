import { lazy } from 'react';
import type { PageDefinition } from '../../app/page';

export const experimentsPage: PageDefinition = {
  path: 'experiments',
  title: 'Experiments',
  question: 'Can I ship it?',
  icon: 'experiments',
  scope: 'read',
  filters: [],
  nameOf: ([key]) => key,
  component: lazy(() => import('./experiments')),
};
