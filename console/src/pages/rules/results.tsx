import { useMemo, useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Chart } from '../../parts/chart.tsx';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { at, filter, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { buckets, heldBackWords, variantsByRule, type Analytics, type Variant } from './analytics.ts';
import { difference, isSure, liftWords } from './lift.ts';
import { RuleTabs } from './tabs.tsx';

const kSpans = [
  ['1', 'the last day'],
  ['7', 'the last 7 days'],
  ['30', 'the last 30 days'],
] as const;
const kDay = 86_400_000;

export function Results() {
  const { handle, query } = place.value;
  const days = query.get('days') ?? '1';
  const [found, setFound] = useState<Analytics | null>(null),
    [fault, setFault] = useState<Fault | null>(null);
  usePoll(
    15_000,
    async isCurrent => {
      const since = new Date(Date.now() - Number(days) * kDay).toISOString();
      const answer = await ask(
        quietly.GET('/v2/handles/{handle}/analytics', { params: { path: { handle }, query: { since } } }),
      );
      if (!isCurrent()) return;
      setFault(answer.ok ? null : answer.fault);
      if (answer.ok) setFound(answer.data);
    },
    [handle, days],
  );
  const only = query.get('rule') ?? '';
  const rules = useMemo(
    () => (found ? [...variantsByRule(found.rules)].filter(([ruleId]) => !only || ruleId === only) : []),
    [found, only],
  );
  const times = useMemo(() => (found ? buckets(found) : []), [found]);
  const asked = useMemo(
    () =>
      (found?.triggers ?? []).slice(0, 5).map(one => {
        const counts = new Map(one.points.map(point => [Date.parse(point.at) / 1000, point.asked]));
        return { label: one.trigger ?? 'other triggers', values: times.map(time => counts.get(time) ?? 0) };
      }),
    [found, times],
  );
  return (
    <>
      <h1>Results</h1>
      <p class="lead">
        How often each rule acted and what followed, compared with its control group where there is one.
      </p>
      <RuleTabs />
      <div class="bar">
        <label>
          Show{' '}
          <select value={days} onChange={event => filter({ days: event.currentTarget.value })}>
            {kSpans.map(([key, text]) => (
              <option key={key} value={key}>
                {text}
              </option>
            ))}
          </select>
        </label>
        {only && (
          <span>
            Rule: <strong>{only}</strong>{' '}
            <a class="button" href={at('rules', ['-', 'results'], { days })}>
              All rules
            </a>
          </span>
        )}
      </div>
      {fault && <FaultNote fault={fault} />}
      {found && !only && asked.length === 0 && (
        <Empty says="No decision requests in this period.">
          <a class="button primary" href={at('resolve')}>
            Resolve a decision
          </a>
        </Empty>
      )}
      {found && only && rules.length === 0 && <Empty says={`${only} decided nothing in this period.`} />}
      {!only && asked.length > 0 && (
        <section class="card" aria-labelledby="asked">
          <h2 id="asked">Requests by trigger</h2>
          <Chart label={`decision requests per ${found!.bucket}`} times={times} series={asked} />
        </section>
      )}
      {rules.map(([ruleId, variants]) => (
        <OfRule key={ruleId} ruleId={ruleId} variants={variants} times={times} bucket={found!.bucket} />
      ))}
    </>
  );
}

const percent = (part: number, all: number) => (all ? `${((part / all) * 100).toFixed(1)} %` : '–');
const kMoney = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

function OfRule({
  ruleId,
  variants,
  times,
  bucket,
}: {
  ruleId: string;
  variants: Variant[];
  times: number[];
  bucket: string;
}) {
  const control = variants.find(variant => variant.holdout);
  const heldBack = heldBackWords(variants);
  const series = useMemo(
    () =>
      variants.map(variant => ({
        label: variant.name,
        values: times.map(time => {
          const counts = variant.points.get(time);
          return counts ? (variant.holdout ? counts.heldOut : counts.acted) : 0;
        }),
      })),
    [variants, times],
  );
  return (
    <section class="card" aria-label={`Results of ${ruleId}`}>
      <header>
        <h2>
          <a href={at('rules', [ruleId])}>{ruleId}</a>
        </h2>
        {variants.some(variant => variant.shadow) && <span class="chip">shadow: what it would have done</span>}
      </header>
      <div class="scroll" tabIndex={0} role="region" aria-label={`Variants of ${ruleId}`}>
        <table>
          <thead>
            <tr>
              <th>Variant</th>
              <th>Acted</th>
              <th>Shown</th>
              <th>Clicked</th>
              <th>Dismissed</th>
              <th>Converted</th>
              <th>Value</th>
              <th>Lift vs control group</th>
            </tr>
          </thead>
          <tbody>
            {variants.map(variant => (
              <Row key={variant.name} variant={variant} control={control} />
            ))}
          </tbody>
        </table>
      </div>
      {heldBack && <p class="small quiet">{heldBack}</p>}
      <Chart label={`${ruleId}, decisions per ${bucket}`} times={times} series={series} />
    </section>
  );
}

function Row({
  variant: { name, holdout, shadow, totals },
  control,
}: {
  variant: Variant;
  control: Variant | undefined;
}) {
  const all = holdout ? totals.heldOut : totals.acted;
  const lift =
    control && !holdout && !shadow
      ? difference({ good: totals.converted, all }, { good: control.totals.converted, all: control.totals.heldOut })
      : null;
  return (
    <tr>
      <td>
        <strong>{name}</strong>
      </td>
      <td>
        {all}
        {holdout && <span class="quiet"> eligible</span>}
      </td>
      <td>{totals.shown}</td>
      <td>{totals.clicked}</td>
      <td>{totals.dismissed}</td>
      <td>
        {totals.converted} <span class="quiet">{percent(totals.converted, all)}</span>
      </td>
      <td>{kMoney.format(totals.value)}</td>
      <td>
        {lift ? (
          <>
            {liftWords(lift)} <span class="quiet">{isSure(lift) ? 'significant' : 'not significant'}</span>
          </>
        ) : (
          '–'
        )}
      </td>
    </tr>
  );
}
