import { isObject, Node } from './document';
import { MappingError } from './row';

/** A value given on the command line takes the kind of its default. */
function given(node: Node, text: string): unknown {
  if (typeof node.value === 'number')
    return Number.isFinite(Number(text)) && text.trim() !== '' ? Number(text) : node.fail('must be set to a number');
  if (typeof node.value === 'boolean') return text === 'true' || (text === 'false' ? false : node.fail('must be set to true or false'));
  return text;
}

/** The document with every `{"param": "name"}` replaced by what was set, else by its default; null leaves the member out. */
export function applyParameters(document: unknown, set: ReadonlyMap<string, string>): unknown {
  const declared =
    isObject(document) && document['parameters'] !== undefined ? new Node(document['parameters'], '/parameters').members() : [];
  const values = new Map(declared.map(([name, node]) => [name, set.has(name) ? given(node, set.get(name) ?? '') : node.value]));
  const unknown = [...set.keys()].find((name) => !values.has(name));
  if (unknown !== undefined)
    throw new MappingError('/parameters', `there is no "${unknown}" to set; there are ${[...values.keys()].join(', ') || 'none'}`);
  if (!isObject(document)) return document;
  const { parameters: _, ...rest } = document;
  return substitute(rest, '', values);
}

/** Stands for a parameter without a value: it takes the member along, and an object that had nothing else. */
const ABSENT = Symbol('absent');

function substitute(value: unknown, pointer: string, values: ReadonlyMap<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((item, at) => substitute(item, `${pointer}/${at}`, values)).filter((item) => item !== ABSENT);
  if (!isObject(value)) return value;
  const name = value['param'];
  if (typeof name === 'string' && Object.keys(value).length === 1) {
    if (!values.has(name)) throw new MappingError(pointer, `"${name}" is not one of the parameters of the document`);
    return values.get(name) ?? ABSENT;
  }
  const members = Object.entries(value).map(([key, member]) => [key, substitute(member, `${pointer}/${key}`, values)] as const);
  const present = members.filter(([, member]) => member !== ABSENT);
  return present.length === 0 && members.length > 0 ? ABSENT : Object.fromEntries(present);
}
