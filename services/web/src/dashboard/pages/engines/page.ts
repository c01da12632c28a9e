import { lazy } from 'react';
import type { PageDefinition } from '../../app/page';

export const enginesPage: PageDefinition = {
  path: 'engines',
  title: 'Engines',
  question: 'Which engine should get the next prompt?',
  icon: 'engines',
  scope: 'read',
  filters: ['range', 'engine'],
  component: lazy(() => import('./engines')),
};
