import { Icon } from '../../parts/icon.tsx';
import { kRules } from '../../sentences/rules.ts';

const kLooks = {
  live: ['good', 'check'],
  shadow: ['info', 'ghost'],
  draft: ['', 'edit'],
  paused: ['warn', 'pause'],
} as const;

export function StatusChip({ status }: { status: string }) {
  const [tone, icon] = kLooks[status as keyof typeof kLooks] ?? kLooks.draft;
  return (
    <span class={`chip ${tone}`}>
      <Icon name={icon} />
      {kRules.statuses[status] ?? status}
    </span>
  );
}
