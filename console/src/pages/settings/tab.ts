import type { Form, Settings } from './model.ts';

// What a tab of the settings gets.
export interface TabProps {
  form: Form;
  has: Settings; // as saved
  change: (changes: Partial<Form>) => void;
  issueOf: (field: string) => string | undefined; // what the server says of a field or of what is in it
}
