import { kSettings } from '../../sentences/settings.ts';
import { DurationField } from './duration_field.tsx';
import type { TabProps } from './tab.ts';

const kSays = kSettings.retention;

export const Retention = ({ form, change, issueOf }: TabProps) => (
  <section class="panel" aria-labelledby="retention">
    <div class="phead">
      <h2 id="retention">{kSays.title}</h2>
      <span class="m sm">{kSays.says}</span>
    </div>
    <div class="pad form w">
      <DurationField
        label={kSays.retention}
        value={form.retention}
        onChange={retention => change({ retention })}
        hint={`${kSays.retentionHint} ${kSettings.default}`}
        issue={issueOf('retention')}
      />
      <DurationField
        label={kSays.basic}
        value={form.basicRetention}
        onChange={basicRetention => change({ basicRetention })}
        hint={`${kSays.basicHint} ${kSettings.default}`}
        issue={issueOf('basicRetention')}
      />
      <DurationField
        label={kSays.visitor}
        value={form.visitorRetention}
        onChange={visitorRetention => change({ visitorRetention })}
        hint={`${kSays.visitorHint} ${kSettings.default}`}
        issue={issueOf('visitorRetention')}
      />
    </div>
  </section>
);
