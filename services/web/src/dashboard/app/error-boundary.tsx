import { Component, type ReactNode } from 'react';

interface State {
  readonly broken: boolean;
}

/** A page that breaks leaves the others usable. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { broken: false };

  static getDerivedStateFromError(): State {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <div className="failed" role="alert">
        <p>
          <strong>This page broke.</strong> The figures themselves are safe; the API still answers.
        </p>
        <button type="button" onClick={() => window.location.reload()}>
          Load it again
        </button>
      </div>
    );
  }
}
