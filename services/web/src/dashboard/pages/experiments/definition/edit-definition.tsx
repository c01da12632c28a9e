import { useState, type JSX } from 'react';
import { useAct } from '../../../api/use-act';
import { useRead } from '../../../api/use-read';
import { Shown } from '../../../parts/states';
import { draftOf } from './draft';
import { DefinitionForm, reasonOf } from './definition-form';
import type { Results } from '../rows';
import { stateWords } from '../words';

interface Latest {
  readonly key: string;
  readonly revision: number;
  readonly state: Results['state'];
  readonly definition: Readonly<Record<string, unknown>>;
}

/** Changes a definition: every field of a draft, and of a running one what the server allows. */
export function EditDefinition({ name }: { readonly name: string }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <details className="panel define" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Edit its definition</summary>
      {open && <Editor name={name} />}
    </details>
  );
}

function Editor({ name }: { readonly name: string }): JSX.Element {
  const path = `admin/experiments/${encodeURIComponent(name)}`;
  const { result } = useRead<Latest>(path, {}, { views: [] });
  const change = useAct('');
  return (
    <Shown of={result} what="the definition">
      {({ revision, state, definition }) => (
        <DefinitionForm
          key={revision}
          initial={draftOf(definition)}
          error={change.error}
          busy={change.isPending}
          label="Change it"
          {...(change.isSuccess && { done: 'Changed.' })}
          send={(wanted, form) => change.mutate({ path, method: 'PUT', body: { ...wanted, revision, ...reasonOf(form) } })}
        >
          <p className="dim">
            Revision {revision}, {stateWords(state)}. Once people take part only weights, coverage, hypothesis and how the rule looks can be
            changed; people keep the arm they saw first.
          </p>
        </DefinitionForm>
      )}
    </Shown>
  );
}
