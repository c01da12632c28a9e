import { useRef, useState, type FormEvent, type JSX } from 'react';
import { useAct } from '../../api/use-act';
import { useRead } from '../../api/use-read';
import { counted } from '../../format/numbers';
import { textOf } from '../../parts/form-text';
import { Said } from '../../parts/said';
import { Shown } from '../../parts/states';
import { eventIn, textToEdit } from './letter-text';
import type { DeadLetter, OpenLetter } from './rows';

/** Puts an edited copy in the place of an event that cannot be folded; the original is kept. */
export function FixLetter({ letter }: { readonly letter: DeadLetter }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const show = (): void => {
    setOpen(true);
    dialog.current?.showModal();
  };
  return (
    <>
      <button type="button" onClick={show}>
        Fix
      </button>
      <dialog ref={dialog} className="wide-dialog" aria-label={`Fix letter ${letter.id}`} onClose={() => setOpen(false)}>
        {open && <Opened id={letter.id} close={() => dialog.current?.close()} />}
      </dialog>
    </>
  );
}

interface OpenedProps {
  readonly id: number;
  readonly close: () => void;
}

function Opened({ id, close }: OpenedProps): JSX.Element {
  const { result } = useRead<OpenLetter>(`admin/dead-letters/${id}`, {}, { views: [] });
  return (
    <Shown of={result} what="the letter">
      {(letter) => <Editor key={letter.id} letter={letter} close={close} />}
    </Shown>
  );
}

function Editor({ letter, close }: { readonly letter: OpenLetter; readonly close: () => void }): JSX.Element {
  const act = useAct('admin');
  const [unread, setUnread] = useState('');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = eventIn(textOf(form, 'body'));
    setUnread(body === undefined ? 'This is no JSON object; nothing was sent.' : '');
    if (body === undefined) return;
    const reason = textOf(form, 'reason');
    const path = `admin/dead-letters/${letter.id}/fix`;
    act.mutate({ path, method: 'POST', body: { body, ...(reason !== '' && { reason }) } }, { onSuccess: close });
  };
  return (
    <form onSubmit={submit}>
      <h2>
        Fix letter {letter.id} of {letter.projection}
      </h2>
      <p>
        {letter.message}. {letter.meaning}
      </p>
      <p className="dim">
        The copy is checked like an event that is sent now, and folded in the place of the original, which is kept.{' '}
        {letter.behind > 0 && `${counted(letter.behind, 'event')} behind it will be folded after it.`}
      </p>
      <label className="field">
        <span>The event, edited</span>
        <textarea name="body" rows={12} spellCheck={false} required defaultValue={textToEdit(letter)} />
      </label>
      <label className="field">
        <span>Reason</span>
        <input name="reason" maxLength={2_000} />
      </label>
      <details>
        <summary>As it came</summary>
        <pre className="snippet" tabIndex={0} aria-label="The original">
          {letter.original.text ?? letter.original.base64}
        </pre>
      </details>
      {unread !== '' && (
        <p role="alert" className="problem">
          {unread}
        </p>
      )}
      <Said error={act.error} />
      <div className="actions">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button type="submit" className="primary" disabled={act.isPending}>
          Put the copy in its place
        </button>
      </div>
    </form>
  );
}
