// The conditions of a rule, in groups that can be nested.
import { useRef } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';
import { isDelayed } from '../../state/delayed.ts';
import { kRules, type GroupKind } from '../../sentences/rules.ts';
import { Condition } from './condition.tsx';
import { isObject, type Json, type Path } from './draft.ts';
import { useForm } from './form.tsx';
import { focusSoon, Pick, Wrong } from './inline.tsx';
import { absenceIn, isGroup, measureNamed } from './measures.ts';

const t = kRules.editor.who;
const kKinds: GroupKind[] = ['all', 'any', 'none'];
const kDeepest = 4; // levels of groups

// What a condition is until another measure is chosen.
const kFirst = measureNamed('count')!.blank;

const listAt = (value: Json | undefined) => (Array.isArray(value) ? value : []);

export function Who() {
  const { rule, at } = useForm();
  const hidden = isDelayed(rule) ? absenceIn(rule) : -1; // it is in the sentence of the moment
  const shown = kKinds.filter(kind => at(['when', kind]) !== undefined);
  const count = shown.reduce((sum, kind) => sum + listAt(at(['when', kind])).length, 0) - (hidden < 0 ? 0 : 1);
  return (
    <section class="panel" aria-labelledby="who">
      <div class="phead">
        <h2 id="who">{t.title}</h2>
        <span class="m sm">{t.says}</span>
      </div>
      <div class="pad stack">
        {count <= 0 && <p class="m sm">{t.everybody}</p>}
        <Groups path={['when']} hidden={hidden} depth={1} />
        <Wrong path={['when']} own />
      </div>
    </section>
  );
}

// The groups of one object: those of `when`, or of a group inside another.
function Groups({
  path,
  hidden = -1,
  depth,
  onRemove,
}: {
  path: Path;
  hidden?: number;
  depth: number;
  onRemove?: () => void;
}) {
  const { at, set } = useForm();
  const found = at(path);
  const groups = isObject(found) ? found : {};
  const given = kKinds.filter(kind => groups[kind] !== undefined);
  const shown = given.length ? given : (['all'] as GroupKind[]);
  return (
    <>
      {shown.map(kind => (
        <Group
          key={kind}
          path={path}
          kind={kind}
          taken={given}
          hidden={kind === 'all' ? hidden : -1}
          depth={depth}
          onRemove={onRemove}
        />
      ))}
      {depth === 1 && (
        <div class="row">
          {kKinds
            .filter(kind => !shown.includes(kind))
            .map(kind => (
              <button key={kind} type="button" class="btn flat" onClick={() => set([...path, kind], [kFirst])}>
                <Icon name="plus" />
                {t.addTo(t.groups[kind])}
              </button>
            ))}
        </div>
      )}
    </>
  );
}

interface GroupProps {
  path: Path;
  kind: GroupKind;
  taken: GroupKind[];
  hidden: number; // the index of a condition that is shown elsewhere
  depth: number;
  onRemove?: () => void;
}

function Group({ path, kind, taken, hidden, depth, onRemove }: GroupProps) {
  const { at, set } = useForm(),
    here = useRef<HTMLDivElement>(null);
  const list = listAt(at([...path, kind]));
  const move = (to: string) => {
    const { [kind]: moved, ...rest } = at(path) as { [name: string]: Json };
    const stays = hidden < 0 ? [] : [listAt(moved)[hidden]!]; // the awaited absence belongs to `all`
    const goes = listAt(moved).filter((_, index) => index !== hidden);
    set(path, { ...rest, ...(stays.length ? { [kind]: stays } : {}), [to]: [...listAt(rest[to]), ...goes] });
  };
  const add = (entry: Json) => {
    set([...path, kind], [...list, entry]);
    focusSoon(() => here.current?.querySelector<HTMLElement>(':scope > ol > li:last-child select'));
  };
  const remove = (index: number) => {
    set([...path, kind, index], undefined);
    focusSoon(() => here.current?.querySelector<HTMLElement>(':scope > .row > .add'));
  };
  const free = kKinds.filter(one => one === kind || !taken.includes(one));
  return (
    <div class={kind === 'none' ? 'group no' : 'group'} ref={here} role="group" aria-label={t.groups[kind]}>
      <div class="row">
        <Pick
          label={t.groupKind}
          value={kind}
          choices={free.map(one => [one, t.groups[one]] as const)}
          onChange={move}
        />
        {onRemove && (
          <button
            type="button"
            class="btn flat ic push"
            aria-label={t.removeGroup}
            title={t.removeGroup}
            onClick={onRemove}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      <ol class="stack s">
        {list.map((entry, index) =>
          index === hidden ? null : isGroup(entry) ? (
            <li key={index} class="stack s">
              <Groups path={[...path, kind, index]} depth={depth + 1} onRemove={() => remove(index)} />
            </li>
          ) : (
            <Condition key={index} path={[...path, kind, index]} condition={entry} onRemove={() => remove(index)} />
          ),
        )}
      </ol>
      <div class="row">
        <button type="button" class="btn flat add" onClick={() => add(kFirst)}>
          <Icon name="plus" />
          {t.add}
        </button>
        {depth < kDeepest && (
          <button type="button" class="btn flat" onClick={() => add({ [kind === 'any' ? 'all' : 'any']: [kFirst] })}>
            <Icon name="plus" />
            {t.addGroup}
          </button>
        )}
      </div>
    </div>
  );
}
