import type { components } from '../../api/described.d.ts';

export type Source = components['schemas']['Source'];

// What a key is called: by its token's name where that is known.
export const nameOf = ({ key, name }: Source) => name ?? key;
