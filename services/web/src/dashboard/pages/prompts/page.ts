import { lazy } from 'react';
import type { PageDefinition } from '../../app/page';

export const promptsPage: PageDefinition = {
  path: 'prompts',
  title: 'Prompts',
  question: 'What do people love, and what could be offered to others?',
  icon: 'prompts',
  scope: 'read',
  filters: ['engine'],
  component: lazy(() => import('./prompts')),
};
