// A message as visitors see it: the browser library's own renderers draw it in a frame in which no script runs. Its
// content is text nodes and constructed style sheets, so the page's policy holds there too.
import { useEffect, useRef, useState } from 'preact/hooks';
import { cta } from '../../../../sdk/src/render/cta.ts';
import { banner, popup } from '../../../../sdk/src/render/surfaces.ts';
import type { Renderer } from '../../../../sdk/src/render.ts';
import { Segments } from '../../parts/segments.tsx';
import { kRules } from '../../sentences/rules.ts';
import { isObject, type Json } from './draft.ts';

const t = kRules.editor.preview;
const kRenderers: { [type: string]: Renderer } = { popup, banner, cta };
const kPage = `
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 1rem/1.5 system-ui, sans-serif;
  background: light-dark(#c9cecd, #0b0e0e); color: light-dark(#1a1f20, #eef0f3) }
a { padding: .6rem 1.2rem; border-radius: .5rem; text-decoration: none;
  background: light-dark(#1a1f20, #eef0f3); color: light-dark(#fff, #14181b) }
`;

type Size = 'desktop' | 'phone';
const kSizes: [Size, string][] = [
  ['desktop', t.desktop],
  ['phone', t.phone],
];

const textIn = (payload: { [name: string]: Json }, name: string) =>
  typeof payload[name] === 'string' && !!payload[name];

// Whether there is anything to see of it.
const hasFace = (type: string, payload: { [name: string]: Json }) =>
  type === 'cta' ? textIn(payload, 'label') : textIn(payload, 'title') || textIn(payload, 'text');

// A link that a `cta` changes, whatever its selector is.
function linkIn(page: Document): string {
  const link = document.createElement('a');
  link.textContent = t.cta;
  link.href = '#';
  page.body.append(link);
  return 'a';
}

function draw(page: Document, scheme: string, type: string, payload: { [name: string]: Json }) {
  page.body.replaceChildren();
  page.documentElement.style.colorScheme = scheme;
  const sheet = new page.defaultView!.CSSStyleSheet();
  sheet.replaceSync(kPage);
  page.adoptedStyleSheets = [sheet];
  const shown = type === 'cta' ? { ...payload, selector: linkIn(page) } : payload;
  kRenderers[type]!(shown, () => {}, page);
}

export function Face({ type, payload }: { type: string; payload: Json | undefined }) {
  const frame = useRef<HTMLIFrameElement>(null),
    [size, setSize] = useState<Size>('desktop'),
    [loads, setLoads] = useState(0); // some browsers replace the empty document of a new frame
  const content = isObject(payload) ? payload : {};
  const isKnown = type in kRenderers,
    isShown = isKnown && hasFace(type, content);
  const asked = JSON.stringify([type, content, size]);
  useEffect(() => {
    const page = frame.current?.contentDocument;
    if (!isShown || !page) return;
    const focused = document.activeElement;
    draw(page, getComputedStyle(document.documentElement).colorScheme, type, content);
    if (focused instanceof HTMLElement && document.activeElement !== focused) focused.focus();
  }, [asked, isShown, loads]);
  return (
    <>
      {isKnown && <Segments label={t.size} value={size} choices={kSizes} onChange={setSize} />}
      {!isShown && <p class="m sm">{!type ? t.noType : isKnown ? t.none : t.noFace(type)}</p>}
      <div class={`frame face ${size}`} hidden={!isShown}>
        {/* Nothing in it can be pressed or focused: it is a picture. */}
        <iframe
          ref={frame}
          title={t.frame}
          sandbox="allow-same-origin"
          inert
          tabIndex={-1}
          onLoad={() => setLoads(count => count + 1)}
        />
      </div>
    </>
  );
}
