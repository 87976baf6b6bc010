import type { components } from '../api/described.d.ts';
import { Button } from './button.tsx';
import { Instant } from './instant.tsx';
import { Table } from './table.tsx';

const kWays: Record<string, string> = {
  password: 'password',
  link: 'start link',
  invitation: 'one-time link',
  oidc: 'identity provider',
};

interface Props {
  items: components['schemas']['SignInEntry'][];
  onEnd: (signInId: string) => void;
}

// A user's sign-ins that have not ended.
export function SignIns({ items, onEnd }: Props) {
  return (
    <Table
      label="Sign-ins"
      heads={['When', 'How', 'From', 'Ends']}
      rows={items.map(one => ({
        key: one.signInId,
        cells: [
          <Instant key="at" at={one.at} />,
          one.provider ?? kWays[one.by],
          <span key="from" class="wrap">
            {one.address} <span class="quiet small">{one.userAgent}</span>
          </span>,
          <Instant key="until" at={one.expiresAt} />,
        ],
        actions: one.current ? (
          <span class="quiet">this one</span>
        ) : (
          <Button kind="quiet" label={`End the sign-in from ${one.address}`} onPress={() => onEnd(one.signInId)}>
            End
          </Button>
        ),
      }))}
    />
  );
}
