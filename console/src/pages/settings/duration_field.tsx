import { Duration } from '../../parts/duration.tsx';
import { Field } from '../../parts/field.tsx';

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void; // '' if there is no number
  hint?: string;
  issue?: string;
}

// A duration as a number and a unit.
export const DurationField = ({ label, value, onChange, hint, issue }: Props) => (
  <Field label={label} hint={hint} issue={issue}>
    {({ id, 'aria-describedby': described, 'aria-invalid': invalid }) => (
      <Duration id={id} label={label} value={value} onChange={onChange} described={described} invalid={invalid} />
    )}
  </Field>
);
