import { useMemo, useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Chart } from '../../parts/chart.tsx';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { Table } from '../../parts/table.tsx';
import { useList } from '../../state/list.ts';
import { at, filter, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import {
  buckets,
  heldBackWords,
  mixedWords,
  shownVariants,
  variantsByRule,
  type Analytics,
  type Variant,
} from './analytics.ts';
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
  const { items: known } = useList(
    cursor =>
      ask(
        quietly.GET('/v2/handles/{handle}/chain-rules', {
          params: { path: { handle }, query: { cursor, limit: 200 } },
        }),
      ),
    [handle],
  );
  const nameOf = (ruleId: string) => known?.find(one => one.ruleId === ruleId)?.name || ruleId;
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
            Rule: <strong>{nameOf(only)}</strong>{' '}
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
      {found && only && rules.length === 0 && <Empty says={`${nameOf(only)} decided nothing in this period.`} />}
      {!only && asked.length > 0 && (
        <section class="card" aria-labelledby="asked">
          <h2 id="asked">Requests by trigger</h2>
          <Chart label={`decision requests per ${found!.bucket}`} times={times} series={asked} />
        </section>
      )}
      {rules.map(([ruleId, variants]) => (
        <OfRule
          key={ruleId}
          ruleId={ruleId}
          name={nameOf(ruleId)}
          variants={variants}
          mixed={found!.mixed.find(one => one.ruleId === ruleId)?.visitors ?? 0}
          times={times}
          bucket={found!.bucket}
        />
      ))}
    </>
  );
}

const percent = (part: number, all: number) => (all ? `${((part / all) * 100).toFixed(1)} %` : '–');
const kMoney = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

function OfRule({
  ruleId,
  name,
  variants,
  mixed,
  times,
  bucket,
}: {
  ruleId: string;
  name: string;
  variants: Variant[];
  mixed: number;
  times: number[];
  bucket: string;
}) {
  const control = variants.find(variant => variant.holdout);
  const heldBack = heldBackWords(variants),
    shown = useMemo(() => shownVariants(variants), [variants]);
  const series = useMemo(
    () =>
      shown.map(variant => ({
        label: variant.name,
        values: times.map(time => {
          const counts = variant.points.get(time);
          return counts ? (variant.holdout ? counts.heldOut : counts.acted) : 0;
        }),
      })),
    [shown, times],
  );
  return (
    <section class="card" aria-label={`Results of ${ruleId}`}>
      <header>
        <h2>
          <a href={at('rules', [ruleId])}>{name}</a>
        </h2>
        {name !== ruleId && <span class="mono small quiet">{ruleId}</span>}
        {variants.some(variant => variant.shadow) && <span class="chip">shadow: what it would have done</span>}
      </header>
      <Table
        label={`Variants of ${ruleId}`}
        heads={kHeads}
        rows={shown.map(variant => ({ key: variant.name, cells: cellsOf(variant, control), actions: false }))}
      />
      {heldBack && <p class="small quiet">{heldBack}</p>}
      {mixed > 0 && <p class="small quiet">{mixedWords(mixed)}</p>}
      <Chart label={`${name}, decisions per ${bucket}`} times={times} series={series} />
    </section>
  );
}

const kHeads = ['Variant', 'Acted', 'Shown', 'Clicked', 'Dismissed', 'Converted', 'Revenue', 'Lift vs control group'];

function cellsOf({ name, holdout, shadow, totals }: Variant, control: Variant | undefined) {
  const all = holdout ? totals.heldOut : totals.acted;
  const lift =
    control && !holdout && !shadow
      ? difference({ good: totals.converted, all }, { good: control.totals.converted, all: control.totals.heldOut })
      : null;
  return [
    <strong>{name}</strong>,
    <span>
      {all}
      {holdout && <span class="quiet"> eligible</span>}
    </span>,
    totals.shown,
    totals.clicked,
    totals.dismissed,
    <span>
      {totals.converted} <span class="quiet">{percent(totals.converted, all)}</span>
    </span>,
    kMoney.format(totals.value),
    lift ? (
      <span>
        {liftWords(lift)} <span class="quiet">{isSure(lift) ? 'significant' : 'not significant'}</span>
      </span>
    ) : (
      '–'
    ),
  ];
}
