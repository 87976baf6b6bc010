export { confirmed } from '../state/announce.ts';
