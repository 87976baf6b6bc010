import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

const kIcons: Record<'good' | 'warn' | 'bad' | 'info', IconName> = {
  good: 'check',
  warn: 'alert',
  bad: 'alert',
  info: 'info',
};

interface Props {
  tone: keyof typeof kIcons;
  icon?: IconName;
  title?: ComponentChildren;
  children?: ComponentChildren;
  alert?: boolean; // read out at once: an error
}

// A message that stays on the page.
export const Callout = ({ tone, icon, title, children, alert }: Props) => (
  <div class={`callout ${tone}`} role={alert ? 'alert' : undefined}>
    <Icon name={icon ?? kIcons[tone]} />
    <div>
      {title && <b>{title}</b>}
      {children}
    </div>
  </div>
);
