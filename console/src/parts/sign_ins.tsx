import type { components } from '../api/described.d.ts';
import { kParts } from '../sentences/parts.ts';
import { Button } from './button.tsx';
import { Instant } from './instant.tsx';
import { Table } from './table.tsx';

const { signIns: kWords } = kParts;

interface Props {
  items: components['schemas']['SignInEntry'][];
  onEnd: (signInId: string) => void;
}

// A user's sign-ins that have not ended.
export function SignIns({ items, onEnd }: Props) {
  return (
    <Table
      label={kWords.label}
      heads={kWords.heads}
      rows={items.map(one => ({
        key: one.signInId,
        cells: [
          <Instant key="at" at={one.at} />,
          one.provider ?? kWords.ways[one.by],
          <span key="from" class="wrap">
            {one.address} <span class="m xs">{one.userAgent}</span>
          </span>,
          <Instant key="until" at={one.expiresAt} />,
        ],
        actions: one.current ? (
          <span class="m">{kWords.current}</span>
        ) : (
          <Button kind="quiet" label={kWords.endOf(one.address)} onPress={() => onEnd(one.signInId)}>
            {kWords.end}
          </Button>
        ),
      }))}
    />
  );
}
