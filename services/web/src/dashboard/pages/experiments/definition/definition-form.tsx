import { useEffect, useRef, useState, type FormEvent, type JSX, type ReactNode } from 'react';
import { ApiError, type FieldError } from '../../../api/client';
import { textOf } from '../../../parts/form-text';
import { Said } from '../../../parts/said';
import { definitionOf, problemsAt, rowCount, withoutRow, type Draft } from './draft';
import { fieldAt, SECTIONS, type Section } from './fields';
import { PointerField } from './pointer-field';

interface DefinitionFormProps {
  readonly initial: Draft;
  readonly error: ApiError | null;
  readonly busy: boolean;
  readonly done?: string;
  readonly label: string;
  readonly send: (definition: Readonly<Record<string, unknown>>, form: FormData) => void;
  /** What else is asked, first. */
  readonly children?: ReactNode;
}

/** What no field of the form shows. */
function elsewhere(error: ApiError | null): ApiError | null {
  if (error === null) return null;
  const isShown = ({ pointer }: FieldError): boolean =>
    SECTIONS.some(
      ({ list, fields }) =>
        list === pointer || fields.some((field) => problemsAt([{ pointer, message: '' }], ownPointer(field.pointer, pointer)).length > 0),
    );
  const { status, code, message, retryable, errors } = error;
  return new ApiError(status, code, message, { retryable, errors: errors.filter((one) => !isShown(one)) });
}

/** The pointer of a field in the row that another pointer is about. */
const ownPointer = (pattern: string, pointer: string): string => pattern.replace('*', /\/(\d+)\//.exec(pointer)?.[1] ?? '*');

/** A whole definition, section by section; the server says what is wrong, and it stands at its field. */
export function DefinitionForm({ initial, error, busy, done, label, send, children }: DefinitionFormProps): JSX.Element {
  const [draft, setDraft] = useState(initial);
  const form = useRef<HTMLFormElement>(null);
  const problems = error?.errors ?? [];
  useEffect(() => {
    if (error !== null) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [error]);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    send(definitionOf(draft), new FormData(event.currentTarget));
  };
  return (
    <form ref={form} className="definition" onSubmit={submit} noValidate>
      {children}
      {SECTIONS.map((section) => (
        <SectionFields key={section.title} section={section} draft={draft} setDraft={setDraft} problems={problems} />
      ))}
      <div className="row-filters">
        <label className="field search">
          <span>Reason, for the history</span>
          <input name="reason" maxLength={500} />
        </label>
        <button type="submit" className="primary" disabled={busy}>
          {label}
        </button>
      </div>
      <Said error={elsewhere(error)} {...(done !== undefined && { done })} />
    </form>
  );
}

interface SectionProps {
  readonly section: Section;
  readonly draft: Draft;
  readonly setDraft: (draft: Draft) => void;
  readonly problems: readonly FieldError[];
}

function SectionFields(props: SectionProps): JSX.Element {
  const { section, draft, setDraft, problems } = props;
  const { list, row, title } = section;
  const rows = list === undefined ? [undefined] : Array.from({ length: rowCount(draft, list) }, (_, i) => i);
  const wrong = list === undefined ? [] : problemsAt(problems, list);
  const add = (): void => {
    const first = section.fields
      .filter(({ choices }) => choices?.[0] !== '')
      .map(({ pointer, choices }) => [pointer.replace('*', String(rows.length)), choices?.[0] ?? '']);
    setDraft({ ...draft, ...(Object.fromEntries(first) as Draft) });
  };
  return (
    <fieldset>
      <legend>{title}</legend>
      {wrong.length > 0 && (
        <p className="problem" role="alert">
          {wrong.join('; ')}
        </p>
      )}
      {rows.map((number) => (
        <Row key={number ?? ''} {...props} number={number} />
      ))}
      {list !== undefined && (
        <button type="button" onClick={add}>
          Add {/^[aeiou]/.test(row ?? '') ? 'an' : 'a'} {row}
        </button>
      )}
    </fieldset>
  );
}

function Row({
  section: { fields, list, row },
  draft,
  setDraft,
  problems,
  number,
}: SectionProps & { readonly number: number | undefined }): JSX.Element {
  return (
    <div className="row-filters" {...(number !== undefined && { role: 'group', 'aria-label': `${row} ${number + 1}` })}>
      {fields.map(({ pointer: pattern }) => {
        const pointer = pattern.replace('*', String(number));
        const field = fieldAt(pointer);
        return (
          field && (
            <PointerField
              key={pattern}
              field={field}
              pointer={pointer}
              text={draft[pointer] ?? field.choices?.[0] ?? ''}
              problems={problems}
              change={(text) => setDraft({ ...draft, [pointer]: text })}
            />
          )
        );
      })}
      {number !== undefined && list !== undefined && (
        <button type="button" onClick={() => setDraft(withoutRow(draft, list, number))}>
          Remove<span className="sr-only"> {`${row} ${number + 1}`}</span>
        </button>
      )}
    </div>
  );
}

/** The reason of a change, as it is sent. */
export function reasonOf(form: FormData): { readonly reason?: string } {
  const reason = textOf(form, 'reason');
  return reason === '' ? {} : { reason };
}
