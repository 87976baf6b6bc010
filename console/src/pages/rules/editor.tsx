import { useRef, useState } from 'preact/hooks';
import { api, ask, quietly } from '../../api/client.ts';
import { issueIn, type Fault } from '../../api/fault.ts';
import { Callout } from '../../parts/callout.tsx';
import { CodeEditor } from '../../parts/code_editor.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { TextField } from '../../parts/field.tsx';
import { closedBelow } from '../../parts/gate.ts';
import { Icon } from '../../parts/icon.tsx';
import { Menu } from '../../parts/menu.tsx';
import { confirmed } from '../../state/announce.ts';
import { useKeys } from '../../state/keys.ts';
import { useObject } from '../../state/object.ts';
import { at, filter, go, place, toTop } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { unsaved, useUnsaved } from '../../state/unsaved.ts';
import { kRules } from '../../sentences/rules.ts';
import { changesBetween, onTop } from './changes.ts';
import { faultsIn, newFaultsIn } from './complete.ts';
import { askTheirs, Conflict, type Theirs } from './conflict.tsx';
import { isLiveDelayed } from './due.ts';
import { isObject, kBlank, pathText, withoutAnswer, type Path, type RuleDraft } from './draft.ts';
import { Amount, FormOf, SeenIn, Text } from './form.tsx';
import { History } from './history.tsx';
import { focusSoon } from './inline.tsx';
import { kMemberNames, valuesFrom } from './json_words.ts';
import { Limits } from './limits.tsx';
import { Measurement } from './measurement.tsx';
import { Then } from './message.tsx';
import { MessagePreview } from './message_preview.tsx';
import { PersonPreview } from './preview.tsx';
import { Reach } from './reach.tsx';
import { Review } from './review.tsx';
import { Deleting } from './rule_actions.tsx';
import { SaveBar } from './save_bar.tsx';
import { Schedule } from './schedule.tsx';
import { useKnown } from './seen.ts';
import { Unreceived } from './unreceived.tsx';
import { Start } from './start.tsx';
import { StatusChip } from './status.tsx';
import { Warnings, type Warning } from './warnings.tsx';
import { wrongValuesIn } from './values.ts';
import { When } from './when.tsx';
import { Who } from './who.tsx';
import './rules.css';

const t = kRules.editor;
const kIdle = new Set(['draft', 'shadow', 'paused']);
const kSaved: Record<string, string> = { live: t.save.published, draft: t.save.saved, shadow: t.save.isShadow };
const kRuleId = /^[a-z0-9][a-z0-9_-]{0,63}$/;

// An id from a name: "Save the cart" is "save-the-cart".
export const idFrom = (name: string) =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);

const statusOf = (rule: RuleDraft | null) => String(rule?.status ?? 'live');

export function RuleEditor({ ruleId: named }: { ruleId: string }) {
  const { handle, query } = place.value;
  const from = named ? '' : (query.get('from') ?? ''); // the rule that a new one is a copy of
  const [ruleId, setId] = useState(named),
    [rule, setRule] = useState<RuleDraft | null>(named || from ? null : kBlank),
    [text, setText] = useState<string | null>(null),
    [stored, setStored] = useState<RuleDraft>(kBlank);
  const [etag, setEtag] = useState(''),
    [fault, setFault] = useState<Fault | null>(null),
    [warnings, setWarnings] = useState<Warning[]>([]),
    [filling, setFilling] = useState<number | null>(null), // the share that is done, if it is not in force yet
    [busy, setBusy] = useState(false),
    [isDeleting, setDeleting] = useState(false),
    [isReviewing, setReviewing] = useState(false),
    [theirs, setTheirs] = useState<Theirs | null>(null),
    [broken, setBroken] = useState(''), // why the JSON cannot be saved
    [isLocked, setLocked] = useState(false), // the JSON is no rule that the form could show
    [variant, setVariant] = useState('a');
  const { seen, rules } = useKnown(handle);
  const values = useRef<Record<string, readonly string[]>>({}).current; // the JSON editor reads it as it types
  Object.assign(values, valuesFrom(seen));
  const as = query.get('as') ?? '';
  const inForm = useRef(named), // the id, unless it is only in the JSON
    edited = useRef(''),
    saved = useRef(JSON.stringify(['', kBlank]));
  edited.current = JSON.stringify([ruleId, broken ? text : rule]);
  const isUnsaved = !!rule && edited.current !== saved.current;
  useUnsaved(isUnsaved);
  const path = { handle, ruleId };
  const take = (changed: RuleDraft) => {
    setRule(changed);
    setText(JSON.stringify(changed, null, 2));
    setBroken('');
    setLocked(false);
  };
  const load = async (isCurrent = () => true) => {
    const answer = await ask(
      quietly.GET('/v2/handles/{handle}/chain-rules/{ruleId}', { params: { path: { handle, ruleId: named || from } } }),
    );
    if (!isCurrent()) return;
    setFault(answer.ok ? null : answer.fault);
    setTheirs(null);
    if (!answer.ok) return;
    const found = withoutAnswer(answer.data);
    if (from) return begin('', copyOf(found));
    saved.current = JSON.stringify([named, found]);
    take(found);
    setStored(found);
    setEtag(answer.etag);
    setWarnings(answer.data.warnings ?? []);
    setFilling(answer.data.filling ?? null);
  };
  usePoll(
    0,
    async isCurrent => {
      if (named || from) await load(isCurrent);
    },
    [handle, named, from],
  );
  const begin = (id: string, begun: RuleDraft) => {
    const taken = new Set((rules ?? []).map(one => one.ruleId));
    const free = id || idFrom(String(begun.name ?? ''));
    setId(taken.has(free) || !free ? '' : free);
    inForm.current = '';
    take(begun);
  };
  const change = (changed: RuleDraft, where: Path) => {
    if (!named && where[0] === 'name' && ruleId === idFrom(String(rule?.name ?? '')))
      setId((inForm.current = idFrom(String(changed.name ?? ''))));
    if (fault?.details.length) {
      const touched = pathText(where);
      const isTouched = (field: string) =>
        !touched || field === touched || touched.startsWith(`${field}.`) || field.startsWith(touched);
      const details = fault.details.filter(({ field }) => !isTouched(field));
      setFault(details.length ? { ...fault, details } : null);
    }
    take(changed);
  };
  const write = (written: string) => {
    setText(written);
    setLocked(true); // until it has been read
    try {
      const read: unknown = JSON.parse(written);
      if (!isObject(read)) return setBroken(t.notAnObject);
      const { ruleId: given = inForm.current, ...rest } = read;
      if (typeof given !== 'string') return setBroken(t.idNotText);
      setRule(named ? read : rest);
      setLocked(false);
      if (inForm.current && given !== inForm.current) return setBroken(t.otherId(given, inForm.current));
      setId(given);
      setBroken('');
    } catch (error) {
      setBroken(t.invalidJson((error as Error).message));
    }
  };
  // To the first field that is marked, if the form has it; else to what is said above it.
  const refused = async (by: Fault) => {
    toTop();
    if (by.code === 'precondition_failed' && named) {
      const found = await askTheirs(handle, named);
      if ('code' in found) return setFault(found);
      setFault(null);
      return setTheirs(found);
    }
    if (by.details.length) focusSoon(() => document.querySelector<HTMLElement>('main [aria-invalid=true]'));
  };
  // What is stored now is what one's own changes are counted against, and published over.
  const keepMine = ({ rule: now, etag: since }: Theirs) => {
    setTheirs(null);
    saved.current = JSON.stringify([named, now ?? kBlank]);
    take(now ? onTop(stored, rule!, now) : rule!);
    setStored(now ?? kBlank);
    setEtag(since);
  };
  const save = async (status: string) => {
    if (!rule || busy || closed) return;
    setBusy(true);
    const sent = { ...rule, when: rule.when ?? {}, status },
      sentOf = edited.current;
    const answer = await ask(
      api.PUT('/v2/handles/{handle}/chain-rules/{ruleId}', {
        params: { path, header: etag ? { 'If-Match': etag } : {} },
        body: { ...sent, ruleId } as never,
      }),
    );
    setBusy(false);
    setReviewing(false);
    setFault(answer.ok ? null : answer.fault);
    setTheirs(null);
    if (!answer.ok) return refused(answer.fault);
    const kept = withoutAnswer(answer.data);
    if (edited.current === sentOf) take(kept);
    else setRule(now => ({ ...now, status })); // what was typed in the meantime
    saved.current = JSON.stringify([ruleId, kept]);
    unsaved.value = edited.current !== sentOf;
    setStored(kept);
    confirmed(kSaved[status] ?? t.save.saved);
    setEtag(answer.etag);
    setWarnings(answer.data.warnings ?? []);
    setFilling(answer.data.filling ?? null);
    if (!named) go(at('rules', [ruleId]), { replace: true });
  };
  const isTaken = !named && !!rules?.some(one => one.ruleId === ruleId);
  const wrongId = broken || (!kRuleId.test(ruleId) ? t.idWrong(!ruleId) : isTaken ? t.idTaken(ruleId) : '');
  const closed = closedBelow('CREATOR') || wrongId;
  // A draft was never shown to anybody.
  const published = named && statusOf(stored) !== 'draft' ? stored : null;
  const wrong = rule ? wrongValuesIn(rule) : [];
  const issues = rule ? [...newFaultsIn(rule, published), ...wrong] : [];
  const asBefore = rule && issues.length === 0 ? faultsIn(rule) : [];
  const unfinished = issues[0] ? t.save.correct(issues[0].issue) : '';
  const changes = rule ? changesBetween(stored, rule) : [];
  const isNew = !named;
  const name = String(rule?.name || ruleId || kRules.newRule);
  useObject(name);
  const review = () => {
    if (rule && !closed && !unfinished && !busy) setReviewing(true);
  };
  useKeys([{ key: 'ctrl+Enter', does: t.save.keys, run: review }], [rule, ruleId, etag, busy, closed, unfinished]);
  const discard = () => {
    if (named) return void load();
    setId((inForm.current = ''));
    take(kBlank);
  };
  const tab = (value: string, says: string) => (
    <a
      href={at('rules', place.value.more, { as: value, from })}
      aria-current={as === value ? 'page' : undefined}
      onClick={() => {
        if (!broken && rule) setText(JSON.stringify(rule, null, 2));
      }}
    >
      {says}
    </a>
  );
  return (
    <>
      <div class="head">
        <h1 class="wrap">{name}</h1>
        {rule && <StatusChip status={statusOf(named ? stored : rule)} />}
        {isUnsaved && (
          <span class="chip warn">
            <Icon name="edit" />
            {t.unsaved}
          </span>
        )}
        {named && rule && (
          <div class="acts">
            {kIdle.has(statusOf(stored)) && (
              <a class="btn" href={at('rules', ['-', 'simulate'], { rule: ruleId })}>
                <Icon name="play" />
                {t.simulate}
              </a>
            )}
            <a class="btn" href={at('rules', ['-', 'results'], { rule: ruleId })}>
              <Icon name="chart" />
              {t.tabs.results}
            </a>
            <Menu
              label={t.more}
              kind="ic"
              items={[
                { name: kRules.list.duplicate, href: at('rules', ['+'], { from: ruleId }) },
                {
                  name: kRules.list.delete,
                  run: () => setDeleting(true),
                  isDangerous: true,
                  closed: closedBelow('CREATOR'),
                },
              ]}
            >
              <Icon name="more" />
            </Menu>
          </div>
        )}
      </div>
      {fault && (
        <FaultNote fault={fault} beside={as === '' ? fault.details.map(one => one.field).filter(isShown) : []} />
      )}
      {theirs && rule && (
        <Conflict
          {...{ stored, mine: rule, theirs: theirs.rule }}
          onKeep={() => keepMine(theirs)}
          onDiscard={() => {
            if (theirs.rule) return void load();
            unsaved.value = false;
            go(at('rules'));
          }}
        />
      )}
      {rule && (
        <>
          <nav class="tabs" aria-label={t.tabs.label}>
            {tab('', t.tabs.form)}
            {tab('json', t.tabs.json)}
            {named && tab('history', t.tabs.history)}
          </nav>
          <Warnings all={warnings} triggers={Array.isArray(rule.triggers) ? rule.triggers.map(String) : []} />
          {filling !== null && <Callout tone="info">{t.filling(filling)}</Callout>}
          {named && isLiveDelayed(stored) && <Unreceived />}
          {asBefore[0] && !broken && <Callout tone="warn">{t.asBefore(asBefore[0].issue)}</Callout>}
          {broken && as !== 'json' && (
            <Callout tone="bad">
              <p class="b">{broken}</p>
              <p>
                {isLocked && `${t.locked} `}
                <button type="button" class="link" onClick={() => filter({ as: 'json' })}>
                  {t.backToJson}
                </button>
              </p>
            </Callout>
          )}
          {as === 'json' && (
            <div class="field">
              <CodeEditor
                label={t.json}
                value={text ?? JSON.stringify(rule, null, 2)}
                onInput={write}
                words={kMemberNames}
                values={values}
                invalid={!!broken}
              />
              {broken && <p class="err">{broken}</p>}
            </div>
          )}
          {as === 'history' && (
            <History
              ruleId={named}
              name={name}
              etag={etag}
              closed={closedBelow('CREATOR') || (isUnsaved ? t.history.unsaved : '')}
              onRolledBack={() => void load().then(() => confirmed(t.history.done))}
            />
          )}
          {as === '' && !isLocked && (
            <SeenIn.Provider value={seen}>
              <FormOf.Provider value={{ rule, change, issues: [...(fault?.details ?? []), ...issues] }}>
                <div class="cols main-side">
                  <div class="stack">
                    {isNew && !isUnsaved && <Start onStart={begin} />}
                    <section class="panel" aria-labelledby="general">
                      <div class="phead">
                        <h2 id="general">{t.general}</h2>
                      </div>
                      <div class="pad form">
                        <Text path={['name']} label={t.name} placeholder={t.namePlaceholder} />
                        {isNew && (
                          <TextField
                            label={t.id}
                            mono
                            value={ruleId}
                            onInput={typed => {
                              inForm.current = typed;
                              setId(typed);
                              if (broken && text !== null) write(text);
                            }}
                            hint={t.idHint}
                            issue={issueIn(fault, 'ruleId') ?? (ruleId && wrongId ? wrongId : undefined)}
                          />
                        )}
                        <Amount path={['priority']} label={t.priority} hint={t.priorityHint} />
                      </div>
                    </section>
                    <When />
                    <Who />
                    <Then variant={variantOf(rule, variant)} onVariant={setVariant} />
                    <Limits />
                    <Measurement />
                    <Schedule />
                  </div>
                  <div class="stack stick">
                    <MessagePreview rule={rule} variant={variantOf(rule, variant)} />
                    <Reach handle={handle} ruleId={ruleId} rule={rule} others={rules} wrong={wrong[0]} />
                    <PersonPreview rule={rule} ruleId={ruleId} />
                  </div>
                </div>
              </FormOf.Provider>
            </SeenIn.Provider>
          )}
          {as !== 'history' && (
            <SaveBar
              name={name}
              isLive={!isNew && statusOf(stored) === 'live'}
              isNew={isNew}
              changes={!isUnsaved ? 0 : broken ? -1 : Math.max(1, changes.length)}
              toCorrect={broken ? 0 : issues.length + (fault?.details.length ?? 0)}
              busy={busy}
              closed={closed}
              unfinished={unfinished}
              onDiscard={discard}
              onDraft={() => void save('draft')}
              onReview={review}
            />
          )}
          {isReviewing && (
            <Review
              name={name}
              rule={rule}
              isNew={isNew}
              changes={changes}
              busy={busy}
              onClose={() => setReviewing(false)}
              onPublish={status => void save(status)}
            />
          )}
        </>
      )}
      {isDeleting && (
        <Deleting
          rule={{ ...stored, ruleId }}
          onClose={() => setDeleting(false)}
          onFault={setFault}
          onDone={() => {
            confirmed(kRules.list.deleted(name));
            unsaved.value = false;
            go(at('rules'));
          }}
        />
      )}
    </>
  );
}

// Faults of the form’s fields stand beside them; those of other members are listed above the form.
const kInForm = /^(name|priority|triggers|when|action|actions|limit|goal|ttl|active|rollout|split|include|ruleId)\b/;
const isShown = (field: string) => kInForm.test(field);

const copyOf = ({ ruleId: _, name, ...rest }: RuleDraft): RuleDraft => ({
  ...rest,
  name: kRules.copyOf(String(name ?? _ ?? '')),
  status: 'draft',
});

const variantOf = (rule: RuleDraft, chosen: string) => {
  const names = isObject(rule.actions) ? Object.keys(rule.actions) : [];
  return names.includes(chosen) ? chosen : (names[0] ?? '');
};
