import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { keys } from '../state/preferences.ts';

interface Props {
  children: ComponentChildren;
  onPress: () => void;
  kind?: 'plain' | 'primary' | 'danger' | 'quiet';
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
        class={`button ${kind}`}
        aria-disabled={idle}
        aria-busy={busy}
        aria-label={label}
        aria-pressed={pressed}
        aria-describedby={closed ? why : undefined}
        onClick={press}
      >
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
