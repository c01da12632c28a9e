import type { JSX, ReactNode } from 'react';

/** What the page says, in one line with one number, and what follows from it. */
export function Answer({ children, so }: { readonly children: ReactNode; readonly so?: ReactNode }): JSX.Element {
  return (
    <section className="answer" aria-label="In short">
      <p className="answer-line" data-answer>
        {children}
      </p>
      {so !== undefined && <div className="answer-so">{so}</div>}
    </section>
  );
}
