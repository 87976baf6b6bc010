import { lazy } from './lazy.tsx';

export interface CodeEditorProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  words?: readonly string[]; // suggested as member names
  values?: Record<string, readonly string[]>; // suggested as values of the member with that name
  invalid?: boolean;
}

// A JSON editor; its code is loaded when the first one opens.
export const CodeEditor = lazy<CodeEditorProps>(() => import('./code_mirror.tsx').then(file => file.CodeMirror));
