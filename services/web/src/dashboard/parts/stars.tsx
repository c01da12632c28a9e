import type { JSX } from 'react';

/** A rating as stars, and in words for those who do not see them. */
export function Stars({ rating }: { readonly rating: number }): JSX.Element {
  return (
    <span className="stars" role="img" aria-label={`${rating} of 5 stars`}>
      {'★'.repeat(rating)}
      {'☆'.repeat(Math.max(0, 5 - rating))}
    </span>
  );
}
