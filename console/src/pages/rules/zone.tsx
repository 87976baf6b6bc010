import type { Suggestion } from '../../state/catalog.ts';
import { kRules } from '../../sentences/rules.ts';
import type { Props } from './form.tsx';
import { Word } from './inline.tsx';

let known: Suggestion[] | undefined;

// All time zones, this browser's first, and that of the visitor.
export function zones(): Suggestion[] {
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  known ??= [
    { value: 'visitor', note: kRules.editor.fields.visitorZone },
    { value: mine, note: kRules.editor.fields.yourZone },
    ...Intl.supportedValuesOf('timeZone')
      .filter(zone => zone !== mine)
      .map(value => ({ value, note: '' })),
  ];
  return known;
}

// Inside a sentence.
export const Zone = ({ path, label }: Props) => <Word path={path} label={label} suggest={zones()} />;
