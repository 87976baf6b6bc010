import { lazy } from '../parts/lazy.tsx';
import { idIn } from '../state/people.ts';
import { place } from '../state/place.ts';

const Find = lazy(() => import('./people/find.tsx').then(file => file.Find));
const Person = lazy<{ id: string }>(() => import('./people/person.tsx').then(file => file.Person));
const Traits = lazy(() => import('./people/traits.tsx').then(file => file.Traits));

// …/people, …/people/{any id of a visitor}, …/people/-/traits; "-" is no visitor's id
export function PeoplePage() {
  const [first, second] = place.value.more;
  if (!first) return <Find />;
  return first === '-' && second === 'traits' ? <Traits /> : <Person key={first} id={idIn(first)} />;
}
