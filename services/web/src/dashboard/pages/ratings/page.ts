import { lazy } from 'react';
import type { PageDefinition } from '../../app/page';

export const ratingsPage: PageDefinition = {
  path: 'ratings',
  title: 'Ratings',
  question: 'What are people telling us?',
  icon: 'ratings',
  scope: 'read',
  filters: ['range', 'engine'],
  component: lazy(() => import('./ratings')),
};
