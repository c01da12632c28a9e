import type { JSX, ReactNode } from 'react';
import { addressOf, followLink, usePlace } from '../app/router';
import { filtersOnly } from '../app/use-filters';

interface LinkProps {
  readonly to: readonly string[];
  /** Parameters beside the filters, which go along. */
  readonly query?: Readonly<Record<string, string>>;
  readonly className?: string;
  readonly current?: boolean;
  readonly title?: string;
  readonly children: ReactNode;
}

/** A way to another place of the dashboard under the same filters. */
export function Link({ to, query, className, current, title, children }: LinkProps): JSX.Element {
  const { params } = usePlace();
  const next = filtersOnly(params);
  for (const [name, value] of Object.entries(query ?? {})) next.set(name, value);
  return (
    <a
      href={addressOf(to, next)}
      onClick={followLink}
      className={className}
      title={title}
      aria-current={current === true ? 'page' : undefined}
    >
      {children}
    </a>
  );
}
