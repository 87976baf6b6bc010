import { lazy } from './lazy.tsx';

export interface CodeEditorProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  words?: readonly string[]; // offered as names of members
  values?: Record<string, readonly string[]>; // offered as values of the member of that name
  invalid?: boolean;
}

// A JSON editor; its code is fetched when the first one opens.
export const CodeEditor = lazy<CodeEditorProps>(() => import('./code_mirror.tsx').then(file => file.CodeMirror));
