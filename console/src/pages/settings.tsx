import { useState } from 'preact/hooks';
import { api, ask, quietly } from '../api/client.ts';
import type { Fault } from '../api/fault.ts';
import { Button } from '../parts/button.tsx';
import { Callout } from '../parts/callout.tsx';
import { FaultNote } from '../parts/fault_note.tsx';
import { closedBelow } from '../parts/gate.ts';
import { kSettings } from '../sentences/settings.ts';
import { confirmed } from '../state/announce.ts';
import { linesOf } from '../state/lines.ts';
import { at, place } from '../state/place.ts';
import { usePoll } from '../state/poll.ts';
import { useUnsaved } from '../state/unsaved.ts';
import { DataRequests } from './settings/data_requests.tsx';
import { General } from './settings/general.tsx';
import { Identity } from './settings/identity.tsx';
import { Limits } from './settings/limits.tsx';
import { changesIn, countOf, formOf, kTabs, tabOf, type Form, type Settings, type Tab } from './settings/model.ts';
import { Origins } from './settings/origins.tsx';
import { Retention } from './settings/retention.tsx';
import { Scores } from './settings/scores.tsx';
import './settings/settings.css';

const kLinks = ['members', 'tokens', 'subscribe'] as const;

const isTab = (name: string | null): name is Tab => kTabs.includes(name as Tab);

export function SettingsPage() {
  const closed = closedBelow('OWNER');
  const asked = place.value.query.get('tab');
  const tab = isTab(asked) ? asked : 'general';
  return closed ? (
    <Frame tab={tab} wrong={new Set()}>
      {tab === 'requests' ? <DataRequests /> : <Callout tone="info">{closed}</Callout>}
    </Frame>
  ) : (
    <Owned tab={tab} />
  );
}

interface FrameProps {
  tab: Tab;
  wrong: Set<Tab>; // tabs on which the server refused a field
  children: preact.ComponentChildren;
}

// The tabs are filters of the address, so that what is being edited stays.
function Frame({ tab, wrong, children }: FrameProps) {
  return (
    <>
      <div class="head">
        <h1>{kSettings.title}</h1>
      </div>
      <div class="sub">
        <nav class="subnav" aria-label={kSettings.nav}>
          {kTabs.map(name => (
            <a
              key={name}
              href={at('settings', [], { tab: name === 'general' ? undefined : name })}
              aria-current={name === tab ? 'true' : undefined}
            >
              {kSettings.tabs[name]}
              {wrong.has(name) && <span class="chip bad">{kSettings.wrong}</span>}
            </a>
          ))}
          <span class="lbl">{kSettings.elsewhere}</span>
          {kLinks.map(view => (
            <a key={view} href={at(view)}>
              {kSettings.links[view]}
            </a>
          ))}
        </nav>
        <div class="stack">{children}</div>
      </div>
    </>
  );
}

function Owned({ tab }: { tab: Tab }) {
  const { handle } = place.value;
  const [saved, setSaved] = useState<Settings | null>(null),
    [savedOrigins, setSavedOrigins] = useState<string[]>([]),
    [form, setForm] = useState<Form | null>(null),
    [origins, setOrigins] = useState(''),
    [unread, setUnread] = useState<Fault | null>(null);
  const [refused, setRefused] = useState<{ settings: Fault | null; origins: Fault | null }>({
      settings: null,
      origins: null,
    }),
    [busy, setBusy] = useState(false);
  const params = { path: { handle } };
  const takeSettings = (settings: Settings) => {
    setSaved(settings);
    setForm(formOf(settings));
  };
  const takeOrigins = (list: string[]) => {
    setSavedOrigins(list);
    setOrigins(list.join('\n'));
  };
  usePoll(
    0,
    async isCurrent => {
      const [settings, allowed] = await Promise.all([
        ask(quietly.GET('/v2/handles/{handle}/settings', { params })),
        ask(quietly.GET('/v2/handles/{handle}/context-origins', { params })),
      ]);
      if (!isCurrent()) return;
      setUnread(settings.ok ? (allowed.ok ? null : allowed.fault) : settings.fault);
      if (settings.ok) takeSettings(settings.data);
      if (allowed.ok) takeOrigins(allowed.data.origins);
    },
    [handle],
  );
  const patch = saved && form ? changesIn(form, saved) : {};
  const listed = linesOf(origins),
    hasOrigins = listed.join('\n') !== savedOrigins.join('\n');
  const count = countOf(patch) + (hasOrigins ? 1 : 0);
  useUnsaved(count > 0);
  const discard = () => {
    if (saved) setForm(formOf(saved));
    setOrigins(savedOrigins.join('\n'));
    setRefused({ settings: null, origins: null });
  };
  const save = async () => {
    setBusy(true);
    const settings = countOf(patch)
      ? await ask(api.PATCH('/v2/handles/{handle}/settings', { params, body: patch }))
      : null;
    const allowed = hasOrigins
      ? await ask(api.PUT('/v2/handles/{handle}/context-origins', { params, body: { origins: listed } }))
      : null;
    setBusy(false);
    const faults = {
      settings: settings && !settings.ok ? settings.fault : null,
      origins: allowed && !allowed.ok ? allowed.fault : null,
    };
    setRefused(faults);
    if (settings?.ok) takeSettings(settings.data);
    if (allowed?.ok) takeOrigins(allowed.data.origins);
    if (!faults.settings && !faults.origins) confirmed(kSettings.saved);
  };
  const details = [...(refused.settings?.details ?? []), ...(refused.origins?.details ?? [])];
  // A field, and what is in it.
  const issueOf = (field: string) =>
    refused.settings?.details
      .filter(one => one.field === field || one.field.startsWith(`${field}.`) || one.field.startsWith(`${field}[`))
      .map(one => one.issue)
      .join('; ') || undefined;
  const common = form &&
    saved && { form, has: saved, issueOf, change: (changes: Partial<Form>) => setForm({ ...form, ...changes }) };
  return (
    <>
      <Frame tab={tab} wrong={new Set(details.map(({ field }) => tabOf(field)))}>
        {unread && <FaultNote fault={unread} />}
        {!common && !unread && (
          <p class="loading" aria-live="polite">
            {kSettings.loading}
          </p>
        )}
        {common && (
          <>
            {tab === 'general' && <General {...common} />}
            {tab === 'retention' && <Retention {...common} />}
            {tab === 'limits' && <Limits {...common} origins={savedOrigins.length} />}
            {tab === 'identity' && <Identity {...common} />}
            {tab === 'scores' && <Scores {...common} />}
            {tab === 'origins' && <Origins text={origins} onInput={setOrigins} fault={refused.origins} />}
          </>
        )}
        {tab === 'requests' && <DataRequests />}
      </Frame>
      {count > 0 && (
        <section class="save row" aria-label={kSettings.saving}>
          <span role="status">{kSettings.changes(count)}</span>
          <span class="push row">
            <Button onPress={discard}>{kSettings.discard}</Button>
            <Button kind="primary" busy={busy} onPress={save}>
              {kSettings.save}
            </Button>
          </span>
          {[refused.settings, refused.origins].map(
            fault =>
              fault && (
                <FaultNote
                  key={fault.requestId}
                  fault={fault}
                  beside={fault.details.map(({ field }) => field).filter(field => tabOf(field) === tab)}
                />
              ),
          )}
        </section>
      )}
    </>
  );
}
