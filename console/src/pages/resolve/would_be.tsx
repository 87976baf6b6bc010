import { useState } from 'preact/hooks';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { kPlaybook } from '../../sentences/playbook.ts';
import type { Decision } from '../../state/decisions.ts';
import { place } from '../../state/place.ts';
import { session } from '../../state/playbook.ts';
import { wouldBe } from './answers.ts';
import { DecisionCard } from './decision_card.tsx';

const two = (number: number) => String(number).padStart(2, '0');
const forInput = (at: Date) =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
const kSays = kPlaybook.resolve;

// A hypothetical decision is kept apart from those that were served.
export function WouldBe({ triggers }: { triggers: string[] }) {
  const [trigger, setTrigger] = useState(''),
    [moment, setMoment] = useState(() => forInput(new Date()));
  const [decision, setDecision] = useState<Decision | null>(null),
    [fault, setFault] = useState<Fault | null>(null),
    [busy, setBusy] = useState(false);
  const asked = trigger || triggers[0] || 'checkout';
  const askFor = async () => {
    setBusy(true);
    const answer = await wouldBe(place.value.handle, session.value, asked, new Date(moment).toISOString());
    setBusy(false);
    setDecision(answer.decision ?? null);
    setFault(answer.fault ?? null);
  };
  return (
    <section class="panel" aria-labelledby="would">
      <div class="phead">
        <h2 id="would">{kSays.other}</h2>
        <span class="m sm">{kSays.otherSays}</span>
      </div>
      <div class="pad stack s">
        <div class="form">
          <SelectField
            label={kSays.trigger}
            value={asked}
            choices={(triggers.length ? triggers : ['checkout']).map(name => [name, name] as const)}
            onChange={setTrigger}
          />
          <TextField label={kSays.time} type="datetime-local" value={moment} onInput={setMoment} />
        </div>
        <div class="chooses" role="group" aria-label={kSays.times}>
          {kSays.ahead.map(([ahead, text]) => (
            <button
              key={text}
              type="button"
              class="choice"
              onClick={() => setMoment(forInput(new Date(Date.now() + Number(ahead))))}
            >
              {text}
            </button>
          ))}
        </div>
        <div>
          <Button busy={busy} closed={Number.isNaN(Date.parse(moment)) ? kSays.timeFirst : ''} onPress={askFor}>
            {kSays.evaluate}
          </Button>
        </div>
        {fault && <FaultNote fault={fault} />}
        {decision && <DecisionCard decision={decision} how={kSays.hypothetical} />}
      </div>
    </section>
  );
}
