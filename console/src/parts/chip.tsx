import type { ComponentChildren } from 'preact';
import { capital, kTones, nameOf } from '../state/words.ts';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'idle';

const kIcons: Record<Tone, IconName> = { good: 'check', warn: 'pause', bad: 'close', info: 'clock', idle: 'none' };
const kNamed: Record<string, IconName> = {
  retrying: 'retry',
  holdout: 'people',
  shadow: 'ghost',
  draft: 'edit',
  live: 'pulse',
};

interface Props {
  tone: Tone;
  icon?: IconName;
  children: ComponentChildren;
}

// A state: an icon, a word, a colour. Words begin with a capital letter on every chip.
export const Chip = ({ tone, icon, children }: Props) => (
  <span class={tone === 'idle' ? 'chip' : `chip ${tone}`}>
    <Icon name={icon ?? kIcons[tone]} />
    {typeof children === 'string' ? capital(children) : children}
  </span>
);

// The state of that name in the API (state/words.ts).
export function State({ name, children }: { name: string; children?: ComponentChildren }) {
  const tone = (kTones[name] ?? 'idle') as Tone;
  return (
    <Chip tone={tone} icon={kNamed[name]}>
      {children ?? nameOf(name)}
    </Chip>
  );
}

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
  children?: ComponentChildren;
  title?: string;
}) {
  return (
    <button type="button" class="choice" aria-pressed={on} title={title} onClick={onPress}>
      {children ?? name}
    </button>
  );
}
