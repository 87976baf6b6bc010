// CodeMirror for JSON in a shadow root, where it uses constructed style sheets, which the page's policy permits.
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type CompletionContext,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonLanguage, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { linter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'preact/hooks';
import type { CodeEditorProps } from './code_editor.tsx';

const theme = EditorView.theme({
  '&': {
    backgroundColor: 'var(--sunk)',
    color: 'var(--text)',
    border: '1px solid var(--edge)',
    borderRadius: '10px',
    fontSize: '13px',
  },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', minHeight: '12rem', maxHeight: '34rem' },
  '.cm-gutters': { backgroundColor: 'transparent', border: '0', color: 'var(--dim)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--tint)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    border: '1px solid var(--line)',
    borderRadius: '8px',
    padding: '4px',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--info)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
]);

// A typed character is put in by the editor itself. Chromium's own way sets inline styles at the edge of what is
// highlighted, which the page's policy blocks and reports.
const typing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data } = event;
    if (event.inputType !== 'insertText' || data?.length !== 1 || event.isComposing || view.composing) return false;
    const { from, to } = view.state.selection.main;
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
    const isHandled = view.state.facet(EditorView.inputHandler).some(handle => handle(view, from, to, data, insert));
    if (!isHandled) view.dispatch(insert());
    return true;
  },
});

const kValue = /"(\w+)"\s*:\s*(?:\[[^\]]*)?"([^"]*)$/; // inside a string that is the value of a member or an item of its list

function wordsFrom(words: readonly string[], values: Record<string, readonly string[]>) {
  return ({ state, pos, explicit }: CompletionContext) => {
    const line = state.doc.lineAt(pos),
      before = line.text.slice(0, pos - line.from);
    const [, name, begun = ''] = kValue.exec(before) ?? [];
    if (name)
      return values[name]
        ? { from: pos - begun.length, options: values[name].map(label => ({ label })), validFor: /^[^"]*$/ }
        : null;
    const typed = /"([\w.@-]*)$/.exec(before);
    if (!typed && !explicit) return null;
    const from = pos - (typed?.[1]?.length ?? 0),
      quoted = !!typed;
    return {
      from,
      options: words.map(word => ({ label: word, apply: quoted ? word : `"${word}": ` })),
      validFor: /^[\w.@-]*$/,
    };
  };
}

export function CodeMirror({ label, value, onInput, words = [], values = {}, invalid = false }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null),
    view = useRef<EditorView | null>(null),
    tell = useRef(onInput);
  const echoes = useRef<string[]>([]),
    setting = useRef(false); // echoes: texts passed to onInput that have not come back as `value`
  tell.current = onInput;
  useEffect(() => {
    const root = place.current!.shadowRoot ?? place.current!.attachShadow({ mode: 'open' });
    const state = EditorState.create({
      doc: value,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        typing,
        EditorView.lineWrapping,
        json(),
        syntaxHighlighting(colours),
        linter(jsonParseLinter()),
        autocompletion({ activateOnTyping: true }),
        jsonLanguage.data.of({ autocomplete: wordsFrom(words, values) }),
        // Tab moves to the next field, as everywhere on the page.
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...historyKeymap,
          ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter'),
        ]),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.updateListener.of(update => {
          if (update.docChanged && !setting.current) {
            const text = update.state.doc.toString();
            echoes.current.push(text);
            tell.current(text);
          }
        }),
        theme,
      ],
    });
    view.current = new EditorView({ state, parent: root, root });
    return () => {
      view.current?.destroy();
      view.current = null;
    };
  }, []);
  useEffect(() => {
    // A value that comes back late does not overwrite what was typed since.
    const editor = view.current,
      echo = echoes.current.indexOf(value);
    echoes.current = echo < 0 ? [] : echoes.current.slice(echo + 1);
    if (!editor || echoes.current.length || editor.state.doc.toString() === value) return;
    setting.current = true;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
    setting.current = false;
  }, [value]);
  useEffect(() => {
    view.current?.contentDOM.setAttribute('aria-invalid', String(invalid));
  }, [invalid]);
  return <div class="editor" ref={place} />;
}
