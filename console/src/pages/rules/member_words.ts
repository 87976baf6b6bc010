// Where in a rule something is, in the words of the form. Pure.
import { kRules } from '../../sentences/rules.ts';
import type { Path } from './draft.ts';

// "Who › All › 1 › Signal"
export const nameOf = (path: Path) =>
  path.map(step => (typeof step === 'number' ? String(step + 1) : (kRules.editor.members[step] ?? step))).join(' › ');

// The same of a path as the server writes it: "when.all[0].atLeast".
export const nameOfField = (field: string) =>
  nameOf([...field.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index)));
