import { useRef, type JSX, type ReactNode } from 'react';

interface ConfirmButtonProps {
  readonly label: string;
  /** What will happen, so that the answer can be no. */
  readonly question: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly onConfirm: (form: FormData) => void;
  /** What has to be told along. */
  readonly children?: ReactNode;
}

/** A button that asks before it acts. */
export function ConfirmButton({ label, question, danger, disabled, onConfirm, children }: ConfirmButtonProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" className={danger ? 'danger' : undefined} disabled={disabled} onClick={() => dialog.current?.showModal()}>
        {label}
      </button>
      <dialog ref={dialog} aria-label={label}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            dialog.current?.close();
            onConfirm(new FormData(event.currentTarget));
          }}
        >
          <p>{question}</p>
          {children}
          <div className="actions">
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="submit" className="primary">
              {label}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
