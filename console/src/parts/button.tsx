import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { keys } from '../state/preferences.ts';
import { Icon, type IconName } from './icon.tsx';

const kKinds = { plain: 'btn', primary: 'btn pri', danger: 'btn danger', quiet: 'btn flat', delete: 'btn del' };

interface Props {
  children?: ComponentChildren; // none with an icon and a label: a square button
  onPress: () => void;
  kind?: keyof typeof kKinds; // danger: what confirms that something is destroyed; delete: what asks for it
  icon?: IconName;
  closed?: string; // why it is disabled, and who could enable it
  busy?: boolean;
  keyHint?: string;
  label?: string;
  pressed?: boolean;
  submits?: boolean;
}

// A disabled button stays visible and focusable, and says why it is disabled.
export function Button({
  children,
  onPress,
  kind = 'plain',
  icon,
  closed = '',
  busy = false,
  keyHint,
  label,
  pressed,
  submits,
}: Props) {
  const why = useId();
  const idle = !!closed || busy;
  const press = (event: Event) => {
    if (submits) event.preventDefault();
    if (!idle) onPress();
  };
  return (
    <span class="button-place">
      <button
        type={submits ? 'submit' : 'button'}
        class={children ? kKinds[kind] : `${kKinds[kind]} ic`}
        aria-disabled={idle}
        aria-busy={busy}
        aria-label={label}
        aria-pressed={pressed}
        aria-describedby={closed ? why : undefined}
        title={children ? undefined : label}
        onClick={press}
      >
        {icon && <Icon name={icon} />}
        {children}
        {keyHint && keys.value === 'on' && <kbd>{keyHint}</kbd>}
      </button>
      {closed && (
        <span class="closed" id={why}>
          {closed}
        </span>
      )}
    </span>
  );
}
