// biome-ignore-all lint/a11y/noRedundantRoles: elements that are displayed as blocks lose their roles
import { useMemo, useState } from 'preact/hooks';
import { api, ask, quietly } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { ChoiceFilter, ClearFilters, SearchField } from '../../parts/filter_bar.tsx';
import { FoundCount } from '../../parts/found_count.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { Icon } from '../../parts/icon.tsx';
import { Menu } from '../../parts/menu.tsx';
import { Spark } from '../../parts/spark.tsx';
import { TableHead } from '../../parts/table.tsx';
import { confirmed } from '../../state/announce.ts';
import { kDue } from '../../state/delayed.ts';
import { number, percent, points } from '../../state/format.ts';
import { useList } from '../../state/list.ts';
import { at, place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { kParts } from '../../sentences/parts.ts';
import { kResults } from '../../sentences/results.ts';
import { kRules } from '../../sentences/rules.ts';
import type { Analytics, KnownRule } from './analytics.ts';
import { AddExamples } from './examples.tsx';
import { kBlank, type RuleDraft } from './draft.ts';
import { isSure } from './lift.ts';
import { lineOf } from './measures.ts';
import { useOrder } from './order.ts';
import { Deleting, setStatus } from './rule_actions.tsx';
import { StatusChip } from './status.tsx';
import { RuleTabs } from './tabs.tsx';
import { weekBefore, weeksOf, type Week } from './week.ts';
import './rules.css';

const t = kRules.list;
const text = (value: unknown) => String(value ?? '');
const bytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const nameOf = (rule: RuleDraft) => text(rule.name) || text(rule.ruleId);
const triggersOf = (rule: RuleDraft) => (Array.isArray(rule.triggers) ? rule.triggers.map(text) : []);

// Highest priority first, ties by id: the order of evaluation.
export const inOrder = (rules: RuleDraft[]) =>
  rules.toSorted((a, b) => Number(b.priority ?? 0) - Number(a.priority ?? 0) || bytes(text(a.ruleId), text(b.ruleId)));

const fits = (rule: RuleDraft, query: URLSearchParams) => {
  const typed = (query.get('q') ?? '').toLowerCase(),
    status = query.get('status') ?? '',
    trigger = query.get('trigger') ?? '';
  return (
    (!typed || [rule.ruleId, rule.name, lineOf(rule)].some(one => text(one).toLowerCase().includes(typed))) &&
    (!status || text(rule.status ?? 'live') === status) &&
    (!trigger || triggersOf(rule).includes(trigger))
  );
};

const kFilters = ['q', 'status', 'trigger'];

export function RuleList() {
  const { handle, query } = place.value;
  const { items, more, fault, again } = useList(
    cursor =>
      ask(
        quietly.GET('/v2/handles/{handle}/chain-rules', {
          params: { path: { handle }, query: { cursor, limit: 200 } },
        }),
      ),
    [handle],
  );
  const [found, setFound] = useState<{ analytics: Analytics; since: number } | null>(null),
    [failed, setFailed] = useState<Fault | null>(null),
    [deleting, setDeleting] = useState<RuleDraft | null>(null);
  usePoll(
    0,
    async isCurrent => {
      const since = weekBefore(Date.now());
      const answer = await ask(
        quietly.GET('/v2/handles/{handle}/analytics', {
          params: { path: { handle }, query: { since: new Date(since).toISOString(), bucket: 'day' } },
        }),
      );
      if (answer.ok && isCurrent()) setFound({ analytics: answer.data, since });
    },
    [handle],
  );
  const weeks = useMemo(
    () => found && weeksOf(found.analytics, found.since, (items ?? []) as unknown as KnownRule[]),
    [found, items],
  );
  const byId = new Map(((items ?? []) as unknown as RuleDraft[]).map(rule => [text(rule.ruleId), rule]));
  const ids = inOrder([...byId.values()]).map(rule => text(rule.ruleId));
  const save = async (ruleIds: string[]) => {
    const answer = await ask(
      api.PATCH('/v2/handles/{handle}/chain-rules/order', { params: { path: { handle } }, body: { ruleIds } }),
    );
    setFailed(answer.ok ? null : answer.fault);
    if (answer.ok) again();
    return answer.ok;
  };
  const order = useOrder(ids, save, (id, to) =>
    confirmed(t.moved(nameOf(byId.get(id) ?? { ruleId: id }), to + 1, ids.length)),
  );
  const rules = order.order.map(id => byId.get(id)!);
  const shown = rules.filter(rule => fits(rule, query));
  const triggers = [...new Set(rules.flatMap(triggersOf))].filter(name => name !== kDue).sort();
  const unordered =
    closedBelow('CREATOR') || (more ? t.whileLoading : shown.length < rules.length ? t.whileFiltered : '');
  const turn = async (rule: RuleDraft, status: 'live' | 'paused') => {
    const answer = await setStatus(handle, text(rule.ruleId), status);
    setFailed(answer.ok ? null : answer.fault);
    if (!answer.ok) return;
    confirmed(status === 'live' ? t.resumed(nameOf(rule)) : t.paused(nameOf(rule)));
    again();
  };
  return (
    <>
      <div class="head">
        <h1>{kRules.title}</h1>
        <div class="acts">
          <a class="btn pri" href={at('rules', ['+'])}>
            <Icon name="plus" />
            {kRules.newRule}
          </a>
        </div>
        <p>{kRules.lead}</p>
      </div>
      <RuleTabs />
      {fault && <FaultNote fault={fault} />}
      {failed && <FaultNote fault={failed} />}
      {items?.length === 0 && (
        <Empty
          says={t.empty}
          asked={{
            method: 'PUT',
            path: `/v2/handles/${handle}/chain-rules/cart-rescue`,
            signedIn: true,
            headers: [['content-type', 'application/json']],
            body: JSON.stringify({ ...kBlank, name: kRules.editor.start.cart, status: 'live' }),
          }}
        >
          <div class="row">
            <AddExamples onDone={again} />
            <a class="btn" href={at('rules', ['+'])}>
              {kRules.newRule}
            </a>
          </div>
        </Empty>
      )}
      {rules.length > 0 && (
        <>
          <div class="filters">
            <SearchField label={t.search} />
            <ChoiceFilter
              name={t.status}
              param="status"
              choices={Object.entries(kRules.statuses).map(([value, says]) => [value, says])}
            />
            <ChoiceFilter name={t.trigger} param="trigger" choices={triggers.map(name => [name, name])} />
            <ClearFilters params={kFilters} />
            <FoundCount says={t.shown(shown.length, rules.length)} />
          </div>
          <section class="panel">
            {shown.length === 0 && <p class="pad m">{t.nothingFound}</p>}
            {shown.length > 0 && (
              <table class="table rules" role="table">
                <caption class="hide">{t.caption}</caption>
                <TableHead
                  heads={[
                    t.order,
                    t.rule,
                    t.status,
                    { text: t.acted, right: true },
                    { text: t.converted, right: true },
                    t.trend,
                    { text: t.actions, right: true, hidden: true },
                  ]}
                  acts={false}
                />
                <tbody role="rowgroup">
                  {shown.map(rule => (
                    <Row
                      key={text(rule.ruleId)}
                      rule={rule}
                      week={weeks?.get(text(rule.ruleId))}
                      place={rules.indexOf(rule)}
                      count={rules.length}
                      order={order}
                      unordered={unordered}
                      onTurn={status => void turn(rule, status)}
                      onDelete={() => setDeleting(rule)}
                    />
                  ))}
                </tbody>
              </table>
            )}
            {more && (
              <p class="pfoot">
                <Button onPress={more}>{kParts.showMore}</Button>
              </p>
            )}
          </section>
        </>
      )}
      {deleting && (
        <Deleting
          rule={deleting}
          onClose={() => setDeleting(null)}
          onFault={setFailed}
          onDone={() => {
            confirmed(t.deleted(nameOf(deleting)));
            again();
          }}
        />
      )}
    </>
  );
}

interface RowProps {
  rule: RuleDraft;
  week: Week | undefined;
  place: number;
  count: number;
  order: ReturnType<typeof useOrder>;
  unordered: string; // why the order cannot be changed
  onTurn: (status: 'live' | 'paused') => void;
  onDelete: () => void;
}

function Row({ rule, week, place: index, count, order, unordered, onTurn, onDelete }: RowProps) {
  const ruleId = text(rule.ruleId),
    name = nameOf(rule),
    status = text(rule.status ?? 'live');
  const closed = closedBelow('CREATOR');
  const warnings = Array.isArray(rule.warnings) ? rule.warnings.length : 0;
  return (
    <tr role="row" class={order.held === ruleId ? 'sel' : undefined}>
      <td role="cell" data-l={t.order}>
        <span class="row tight">
          <button
            type="button"
            class="btn flat ic grip"
            aria-label={t.move(name)}
            title={unordered || t.move(name)}
            aria-disabled={!!unordered}
            {...(unordered ? {} : order.handle(ruleId))}
          >
            <Icon name="grip" />
          </button>
          <span class="n">{index + 1}</span>
        </span>
      </td>
      <td role="cell" class="lead">
        <div>
          <a class="wrap" href={at('rules', [ruleId])}>
            {name}
          </a>
          <p class="m xs wrap">{lineOf(rule)}</p>
        </div>
      </td>
      <td role="cell" data-l={t.status}>
        <span class="row">
          <StatusChip status={status} />
          {typeof rule.filling === 'number' && <span class="chip">{t.filling(rule.filling)}</span>}
          {warnings > 0 && (
            <a class="chip warn" href={at('rules', [ruleId])}>
              <Icon name="alert" />
              {t.warnings(warnings)}
            </a>
          )}
        </span>
      </td>
      <td role="cell" class="r" data-l={t.acted}>
        {week ? number(week.acted) : t.none}
      </td>
      <td role="cell" class="r" data-l={t.converted}>
        {week ? t.rate(number(week.converted), percent(week.converted, week.acted)) : t.none}
        {week?.lift && (
          <p
            class={isSure(week.lift) ? 'xs' : 'm xs'}
            title={kResults.liftSays(points(week.lift.from), points(week.lift.to))}
          >
            {(isSure(week.lift) ? t.lift : t.unsureLift)(points(week.lift.difference))}
          </p>
        )}
      </td>
      <td role="cell" data-l={t.trend}>
        {week && <Spark label={t.trendOf(name, week.perDay.map(number).join(', '))} values={week.perDay} />}
      </td>
      <td role="cell" class="r">
        <div class="row tight">
          <a class="btn flat ic" href={at('rules', [ruleId])} aria-label={t.edit(name)}>
            <Icon name="edit" />
          </a>
          <Menu
            label={t.moreActions(name)}
            items={[
              {
                name: t.up(name),
                run: () => order.move(ruleId, index - 1),
                closed: unordered || (index === 0 ? t.first : ''),
              },
              {
                name: t.down(name),
                run: () => order.move(ruleId, index + 1),
                closed: unordered || (index === count - 1 ? t.last : ''),
              },
              { name: t.duplicate, href: at('rules', ['+'], { from: ruleId }) },
              { name: t.results, href: at('rules', ['-', 'results'], { rule: ruleId }) },
              { name: t.history, href: at('rules', [ruleId], { as: 'history' }) },
              status === 'live'
                ? { name: t.pause, run: () => onTurn('paused'), closed }
                : { name: t.resume, run: () => onTurn('live'), closed },
              { name: t.delete, run: onDelete, isDangerous: true, closed },
            ]}
          >
            <Icon name="more" />
          </Menu>
        </div>
      </td>
    </tr>
  );
}
