// What keeps a rule from being published, although the server would take it: a message that shows nothing. It keeps no
// draft from being sent. Pure.
import { kRules } from '../../sentences/rules.ts';
import { isObject, pathText, type Issue, type Json, type Path, type RuleDraft } from './draft.ts';

const t = kRules.editor.shows;

const textIn = (payload: { [name: string]: Json }, name: string) =>
  typeof payload[name] === 'string' ? payload[name].trim() : '';

const kHost = /^[\w-]+(\.[\w-]+)+\//; // "shop.example/bag", which would be a path below the page's own

// Whether the browser library follows it: http(s), or relative to the page. What a placeholder becomes is not known.
function isAddress(text: string): boolean {
  if (!text || text.includes('{{')) return true;
  if (kHost.test(text)) return false;
  try {
    return /^https?:$/.test(new URL(text, 'https://page.example/').protocol);
  } catch {
    return false;
  }
}

function messageFaults(action: Json | undefined, path: Path): Issue[] {
  if (!isObject(action)) return [];
  const payload = isObject(action.payload) ? action.payload : {};
  const at = (...more: string[]) => pathText([...path, 'payload', ...more]);
  const faults: Issue[] = [];
  const need = (isThere: boolean, field: string, issue: string) => {
    if (!isThere) faults.push({ field, issue });
  };
  if (action.type === 'popup' || action.type === 'banner') {
    const button = isObject(payload.button) ? payload.button : {};
    const hasText = !!textIn(payload, 'title') || !!textIn(payload, 'text');
    need(
      hasText,
      at(action.type === 'popup' ? 'title' : 'text'),
      action.type === 'popup' ? t.needsText : t.needsBannerText,
    );
    need(isAddress(textIn(button, 'href')), at('button', 'href'), t.needsLink);
    need(!textIn(button, 'href') || !!textIn(button, 'label'), at('button', 'label'), t.needsLabel);
  } else if (action.type === 'cta') {
    need(!!textIn(payload, 'selector'), at('selector'), t.needsSelector);
    need(isAddress(textIn(payload, 'href')), at('href'), t.needsLink);
  } else {
    need(!!textIn(action, 'type'), pathText([...path, 'type']), t.needsType);
  }
  return faults;
}

// What is wrong now and was not in what is published already: only that keeps from publishing. The rest may be right
// for a site that shows its messages in a way of its own.
export const newFaultsIn = (rule: RuleDraft, published: RuleDraft | null): Issue[] => {
  const before = published ? faultsIn(published) : [];
  return faultsIn(rule).filter(({ field, issue }) => !before.some(one => one.field === field && one.issue === issue));
};

export function faultsIn(rule: RuleDraft): Issue[] {
  if (isObject(rule.actions))
    return Object.entries(rule.actions).flatMap(([name, action]) => messageFaults(action, ['actions', name]));
  return messageFaults(rule.action, ['action']);
}
