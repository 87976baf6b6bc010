import { useState } from 'preact/hooks';
import type { Fault } from '../../api/fault.ts';
import { Button } from '../../parts/button.tsx';
import { FaultNote } from '../../parts/fault_note.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import type { Decision } from '../../state/decisions.ts';
import { place } from '../../state/place.ts';
import { session } from '../../state/playbook.ts';
import { wouldBe } from './answers.ts';
import { DecisionCard } from './decision_card.tsx';

const two = (number: number) => String(number).padStart(2, '0');
const forInput = (at: Date) =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
const kAhead = [
  ['0', 'now'],
  ['600000', 'in 10 minutes'],
  ['1800000', 'in 30 minutes'],
  ['86400000', 'in a day'],
  ['-3600000', 'an hour ago'],
] as const;

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
    <section class="card" aria-labelledby="would">
      <h2 id="would">Evaluate at another time</h2>
      <p>Evaluated with current data; nothing is recorded, counted or served.</p>
      <div class="columns">
        <SelectField
          label="Trigger"
          value={asked}
          choices={(triggers.length ? triggers : ['checkout']).map(name => [name, name] as const)}
          onChange={setTrigger}
        />
        <TextField label="Time (local)" type="datetime-local" value={moment} onInput={setMoment} />
      </div>
      <div class="choices" role="group" aria-label="Suggested times">
        {kAhead.map(([ahead, text]) => (
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
      <div class="actions">
        <Button busy={busy} closed={Number.isNaN(Date.parse(moment)) ? 'Choose a time first.' : ''} onPress={askFor}>
          Evaluate
        </Button>
      </div>
      {fault && <FaultNote fault={fault} />}
      {decision && <DecisionCard decision={decision} how="hypothetical, not served" />}
    </section>
  );
}
