import { useRef, useState } from 'preact/hooks';
import { api, ask, quietly } from '../../api/client.ts';
import { issueIn, type Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { CodeEditor } from '../../parts/code_editor.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { TextField } from '../../parts/field.tsx';
import { confirmed } from '../../parts/toast.tsx';
import { useKeys } from '../../state/keys.ts';
import { at, filter, go, place, toTop } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { unsaved, useUnsaved } from '../../state/unsaved.ts';
import { When } from './condition.tsx';
import { isObject, kBlank, withoutAnswer, type RuleDraft } from './draft.ts';
import { fieldsOf, kNothingSeen, keysOf, traitsOf, triggersOf, type Seen } from '../../state/catalog.ts';
import { readTraits } from '../../state/people.ts';
import { Amount, Choose, FormOf, SeenIn, Text, Texts } from './form.tsx';
import { kMeasures, thenWords, whenWords } from './measures.ts';
import { Goal, Hours, Limits } from './more.tsx';
import { Preview } from './preview.tsx';
import { Then } from './then.tsx';
import { Warnings, type Warning } from './warnings.tsx';

const kStatuses = [
  ['draft', 'draft: not evaluated'],
  ['shadow', 'shadow: recorded, not shown'],
  ['live', 'live'],
  ['paused', 'paused'],
] as const;
const kWords = [
  'ruleId',
  'name',
  'status',
  'priority',
  'triggers',
  'active',
  'from',
  'until',
  'hours',
  'days',
  'zone',
  'zoneElse',
  'trait',
  'age',
  'when',
  'all',
  'any',
  'none',
  'key',
  'value',
  'source',
  'minConfidence',
  'meta',
  'field',
  'times',
  'within',
  'calendar',
  'per',
  'since',
  'after',
  'for',
  'atLeast',
  'atMost',
  'equals',
  'reached',
  'in',
  'notIn',
  'not',
  'above',
  'below',
  'startsWith',
  'endsWith',
  'contains',
  'anyOf',
  'allOf',
  'exists',
  'before',
  'fold',
  'scope',
  'rollout',
  'rolloutSalt',
  'limit',
  'cooldown',
  'caps',
  'max',
  'group',
  'split',
  'salt',
  'holdout',
  'arms',
  'action',
  'actions',
  'type',
  'payload',
  'ttl',
  'goal',
  'valueField',
  ...kMeasures.map(({ name }) => name),
];

const kIdle = new Set(['draft', 'shadow', 'paused']);
const kSaved: Record<string, string> = { live: 'Published', draft: 'Saved as draft' };
const kValues = {
  status: ['draft', 'shadow', 'live', 'paused'],
  triggers: ['checkout', 'exit_intent', '@due'],
  scope: ['session', 'visitor'],
  per: ['session'],
  days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  type: ['popup', 'banner', 'cta'],
  key: ['view', 'cart', 'checkout', 'purchase', 'link.clicked'],
};

// Puts what was seen before what is suggested in any case.
function suggestIn(values: Record<string, readonly string[]>, seen: Seen) {
  const names = (all: { value: string }[], others: readonly string[] = []) => [
    ...new Set([...all.map(one => one.value), ...others]),
  ];
  Object.assign(values, {
    key: names(keysOf(seen), kValues.key),
    triggers: names(triggersOf(seen), kValues.triggers),
    trait: names(traitsOf(seen)),
    include: names(traitsOf(seen)),
    context: seen.catalog.context.map(one => one.field),
    field: names(fieldsOf(seen, undefined)),
    valueField: names(fieldsOf(seen, undefined)),
  });
}

export function RuleEditor({ ruleId: named }: { ruleId: string }) {
  const { handle, query } = place.value;
  const [ruleId, setId] = useState(named),
    [rule, setRule] = useState<RuleDraft | null>(named ? null : kBlank),
    [text, setText] = useState<string | null>(null);
  const [etag, setEtag] = useState(''),
    [fault, setFault] = useState<Fault | null>(null),
    [warnings, setWarnings] = useState<Warning[]>([]);
  const [busy, setBusy] = useState(false),
    [asking, setAsking] = useState(false),
    [broken, setBroken] = useState(''),
    [seen, setSeen] = useState(kNothingSeen);
  const values = useRef<Record<string, readonly string[]>>({ ...kValues }).current; // the editor reads it as it types
  const asJson = query.get('as') === 'json';
  const inForm = useRef(named), // the id, unless it is only in the JSON
    edited = useRef(''),
    saved = useRef(JSON.stringify(['', kBlank]));
  edited.current = JSON.stringify([ruleId, broken ? text : rule]);
  const isUnsaved = !!rule && edited.current !== saved.current;
  useUnsaved(isUnsaved);
  const path = { handle, ruleId };
  const load = async (isCurrent = () => true) => {
    const answer = await ask(quietly.GET('/v2/handles/{handle}/chain-rules/{ruleId}', { params: { path } }));
    if (!isCurrent()) return;
    setFault(answer.ok ? null : answer.fault);
    if (answer.ok) {
      const stored = withoutAnswer(answer.data);
      saved.current = JSON.stringify([ruleId, stored]);
      take(stored);
      setEtag(answer.etag);
      setWarnings(answer.data.warnings ?? []);
    }
  };
  usePoll(
    0,
    async isCurrent => {
      if (named) await load(isCurrent);
    },
    [handle, named],
  );
  usePoll(
    0,
    async isCurrent => {
      const [catalog, traits] = await Promise.all([
        ask(quietly.GET('/v2/handles/{handle}/catalog', { params: { path: { handle } } })),
        readTraits(handle),
      ]);
      if (!isCurrent()) return;
      const found: Seen = {
        catalog: catalog.ok ? catalog.data : kNothingSeen.catalog,
        traits: traits.ok ? traits.data.items : [],
      };
      setSeen(found);
      suggestIn(values, found);
    },
    [handle],
  );
  const take = (changed: RuleDraft) => {
    setRule(changed);
    setText(JSON.stringify(changed, null, 2));
    setBroken('');
  };
  const write = (written: string) => {
    setText(written);
    try {
      const read: unknown = JSON.parse(written);
      if (!isObject(read)) return setBroken('A rule is a JSON object.');
      const { ruleId: given = inForm.current, ...rest } = read;
      if (typeof given !== 'string') return setBroken('The ruleId must be a string.');
      if (inForm.current && given !== inForm.current)
        return setBroken(`The ruleId here is ${given}, but the id of this rule is ${inForm.current}.`);
      setId(given);
      setRule(named ? read : rest);
      setBroken('');
    } catch (error) {
      setBroken(`Invalid JSON: ${(error as Error).message}`);
    }
  };
  const save = async () => {
    if (!rule || busy || closed) return;
    setBusy(true);
    const sent = edited.current;
    const answer = await ask(
      api.PUT('/v2/handles/{handle}/chain-rules/{ruleId}', {
        params: { path, header: etag ? { 'If-Match': etag } : {} },
        body: { ...rule, ruleId } as never,
      }),
    );
    setBusy(false);
    setFault(answer.ok ? null : answer.fault);
    if (!answer.ok) return toTop();
    saved.current = sent;
    unsaved.value = edited.current !== sent; // what was typed in the meantime
    confirmed(kSaved[String(rule.status ?? 'live')] ?? 'Saved');
    setEtag(answer.etag);
    setWarnings(answer.data.warnings ?? []);
    if (!named) go(at('rules', [ruleId]), { replace: true });
  };
  const remove = async () => {
    const answer = await ask(api.DELETE('/v2/handles/{handle}/chain-rules/{ruleId}', { params: { path } }));
    setAsking(false);
    if (!answer.ok) return setFault(answer.fault);
    confirmed('Deleted');
    unsaved.value = false;
    go(at('rules'));
  };
  const closed =
    broken ||
    (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(ruleId)
      ? ''
      : `Enter an id ${ruleId ? 'of at most 64 characters from' : 'first:'} a-z, 0-9, _ and -, starting with a letter or digit.`);
  useKeys([{ key: 'ctrl+Enter', does: 'save the rule', run: () => void save() }], [rule, ruleId, etag, busy, closed]);
  return (
    <>
      <div class="title">
        <p class="back">
          <a href={at('rules')}>Rules</a>
        </p>
        <h1 class="wrap">{String(rule?.name || ruleId || 'New rule')}</h1>
      </div>
      {fault && <FaultNote fault={fault} />}
      {fault?.code === 'precondition_failed' && (
        <div>
          <Button onPress={() => load()}>Reload and discard changes</Button>
        </div>
      )}
      <Warnings all={warnings} triggers={Array.isArray(rule?.triggers) ? rule.triggers.map(String) : []} />
      {rule && (
        <>
          <p class="summary">
            <span class="quiet">When</span> {whenWords(rule.when)} <span class="quiet">then</span> {thenWords(rule)}.
          </p>
          <nav class="tabs" aria-label="Editor">
            <a href={at('rules', place.value.more)} aria-current={asJson ? undefined : 'page'}>
              Form
            </a>
            <a
              href={at('rules', place.value.more, { as: 'json' })}
              aria-current={asJson ? 'page' : undefined}
              onClick={() => {
                if (!broken) setText(JSON.stringify(rule, null, 2));
              }}
            >
              JSON
            </a>
          </nav>
          {broken && !asJson && (
            <p class="issue">
              {broken}{' '}
              <button type="button" class="link" onClick={() => filter({ as: 'json' })}>
                Back to JSON
              </button>
            </p>
          )}
          {asJson ? (
            <div class="field">
              <CodeEditor
                label="Rule, as JSON"
                value={text ?? JSON.stringify(rule, null, 2)}
                onInput={write}
                words={kWords}
                values={values}
                invalid={!!broken}
              />
              {broken && <p class="issue">{broken}</p>}
            </div>
          ) : (
            <SeenIn.Provider value={seen}>
              <FormOf.Provider value={{ rule, change: take, issues: fault?.details ?? [] }}>
                <section class="card" aria-labelledby="basics">
                  <h2 id="basics">General</h2>
                  <div class="columns">
                    {!named && (
                      <TextField
                        label="Id"
                        mono
                        value={ruleId}
                        onInput={typed => {
                          inForm.current = typed;
                          setId(typed);
                          if (broken && text !== null) write(text);
                        }}
                        placeholder="cart-rescue"
                        hint="a-z, 0-9, _ and -, at most 64. Cannot be changed later."
                        issue={issueIn(fault, 'ruleId')}
                      />
                    )}
                    <Text path={['name']} label="Name" placeholder="Save the cart" />
                    <Choose path={['status']} label="Status" fallback="live" choices={kStatuses} />
                    <Amount path={['priority']} label="Priority" hint="Higher priority is evaluated first." />
                    <Texts
                      path={['triggers']}
                      label="Triggers"
                      always
                      placeholder="checkout, exit_intent"
                      suggest={triggersOf(seen)}
                      hint="Use @due alone for a delayed rule, which fires by itself."
                    />
                  </div>
                </section>
                <When />
                <Then />
                <Limits />
                <Hours />
                <Goal />
              </FormOf.Provider>
            </SeenIn.Provider>
          )}
          {!broken && <Preview rule={rule} ruleId={ruleId} />}
          <div class="actions">
            <Button kind="primary" keyHint="ctrl+Enter" busy={busy} closed={closed} onPress={save}>
              Save
            </Button>
            {named && (
              <a class="button" href={at('rules', ['-', 'results'], { rule: ruleId })}>
                Results
              </a>
            )}
            {named && kIdle.has(String(rule.status)) && (
              <a class="button" href={at('rules', ['-', 'simulate'], { rule: ruleId })}>
                Simulate
              </a>
            )}
            {named && (
              <Button kind="quiet" onPress={() => setAsking(true)}>
                Delete
              </Button>
            )}
            {isUnsaved && <span class="quiet small">Unsaved changes</span>}
          </div>
        </>
      )}
      {asking && (
        <Dialog title={`Delete ${ruleId}?`} onClose={() => setAsking(false)}>
          <p>Decisions no longer evaluate this rule. Earlier versions keep it, and you can roll back to one of them.</p>
          <div class="actions">
            <Button kind="danger" onPress={remove}>
              Delete
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
