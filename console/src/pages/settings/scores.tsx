import { useState } from 'preact/hooks';
import { ask, quietly } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { TextField } from '../../parts/field.tsx';
import { kSettings } from '../../sentences/settings.ts';
import { keysOf, kNothingSeen, type Suggestion } from '../../state/catalog.ts';
import { place } from '../../state/place.ts';
import { usePoll } from '../../state/poll.ts';
import { DurationField } from './duration_field.tsx';
import type { ScoreRow } from './model.ts';
import type { TabProps } from './tab.ts';

const kSays = kSettings.scores;

export function Scores({ form: { scores }, change, issueOf }: TabProps) {
  const { handle } = place.value;
  const [seen, setSeen] = useState<Suggestion[]>([]);
  usePoll(
    0,
    async isCurrent => {
      const answer = await ask(quietly.GET('/v2/handles/{handle}/catalog', { params: { path: { handle } } }));
      if (answer.ok && isCurrent()) setSeen(keysOf({ ...kNothingSeen, catalog: answer.data }));
    },
    [handle],
  );
  const set = (index: number, changed: Partial<ScoreRow>) =>
    change({ scores: scores.map((one, at) => (at === index ? { ...one, ...changed } : one)) });
  const fresh = () => {
    let index = 1;
    while (scores.some(({ name }) => name === kSays.newName(index))) index += 1;
    return { name: kSays.newName(index), halfLife: '1d', weights: [{ key: '', weight: '1' }] };
  };
  return (
    <section class="panel" aria-labelledby="scores">
      <div class="phead">
        <h2 id="scores">{kSays.title}</h2>
        <span class="m sm">{kSays.says}</span>
      </div>
      {scores.length === 0 && <Empty says={kSays.noneSays} />}
      <div class="pad stack">
        {scores.map((score, index) => (
          <One
            key={index}
            score={score}
            seen={seen}
            issueOf={issueOf}
            onChange={changed => set(index, changed)}
            onRemove={() => change({ scores: scores.filter((_, at) => at !== index) })}
          />
        ))}
        <div>
          <Button icon="plus" onPress={() => change({ scores: [...scores, fresh()] })}>
            {kSays.add}
          </Button>
        </div>
      </div>
    </section>
  );
}

interface OneProps {
  score: ScoreRow;
  seen: Suggestion[];
  issueOf: TabProps['issueOf'];
  onChange: (changed: Partial<ScoreRow>) => void;
  onRemove: () => void;
}

function One({ score: { name, halfLife, weights }, seen, issueOf, onChange, onRemove }: OneProps) {
  const path = `scores.${name.trim()}`;
  const set = (index: number, changed: Partial<ScoreRow['weights'][number]>) =>
    onChange({ weights: weights.map((one, at) => (at === index ? { ...one, ...changed } : one)) });
  const own = issueOf(`${path}.halfLife`);
  // Of the score as a whole, where nothing more exact is said.
  const whole = own || weights.some(({ key }) => issueOf(`${path}.weights.${key.trim()}`)) ? undefined : issueOf(path);
  return (
    <fieldset class="score stack s">
      <legend class="hide">{kSays.one(name)}</legend>
      <div class="pair">
        <TextField label={kSays.name} mono value={name} onInput={text => onChange({ name: text })} issue={whole} />
        <DurationField
          label={kSays.halfLife}
          value={halfLife}
          onChange={text => onChange({ halfLife: text })}
          issue={own}
        />
        <Button kind="quiet" icon="close" label={kSays.remove(name)} onPress={onRemove} />
      </div>
      {weights.map(({ key, weight }, index) => (
        <div key={index} class="pair">
          <TextField
            label={kSays.key}
            mono
            value={key}
            onInput={text => set(index, { key: text })}
            suggest={seen}
            issue={issueOf(`${path}.weights.${key.trim()}`)}
          />
          <TextField label={kSays.weight} value={weight} onInput={text => set(index, { weight: text })} />
          <Button
            kind="quiet"
            icon="close"
            label={kSays.removeWeight(key)}
            onPress={() => onChange({ weights: weights.filter((_, at) => at !== index) })}
          />
        </div>
      ))}
      <p class="hint">{kSays.keyHint}</p>
      <div>
        <Button kind="quiet" icon="plus" onPress={() => onChange({ weights: [...weights, { key: '', weight: '1' }] })}>
          {kSays.addWeight}
        </Button>
      </div>
    </fieldset>
  );
}
