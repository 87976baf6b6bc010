import { kTones, nameOf } from '../state/words.ts';

export const State = ({ name, children }: { name: string; children?: preact.ComponentChildren }) => (
  <span class={`state ${kTones[name] ?? 'idle'}`}>{children ?? nameOf(name)}</span>
);

export function Choice({
  name,
  on,
  onPress,
  children,
  title,
}: {
  name: string;
  on: boolean;
  onPress: () => void;
  children?: preact.ComponentChildren;
  title?: string;
}) {
  return (
    <button type="button" class="choice" aria-pressed={on} title={title} onClick={onPress}>
      {children ?? name}
    </button>
  );
}
