// The words of the parts that pages share.
import { roleNamed } from './shell.ts';

export const kParts = {
  actions: 'Actions',
  close: 'Close',
  copied: 'Copied',
  copyWhat: (what: string) => `Copy ${what}`,
  copiedWhat: (what: string) => `Copied ${what}`,
  wasCopied: (what: string) => `${what} copied`,
  copyBlocked: 'The browser blocked copying; select the text and copy it manually',
  curl: 'cURL',
  copyAsCurl: 'Copy as cURL',
  withCurl: 'With cURL',
  loading: 'Loading…',
  notLoaded: 'This part of the page could not be loaded. The server may have been updated:',
  reload: 'reload the page',
  tryAgain: 'Try again',
  triesAgain: 'This page also tries again by itself every 5 seconds.',
  seeFields: 'Correct the fields marked in red.',
  body: 'body',
  request: 'Request',
  requestId: 'request id',
  once: 'It is shown only once, and works once. Beckon sends no mail: pass it on yourself.',
  link: 'link',
  cancel: 'Cancel',
  showMore: 'Show more',
  typeToConfirm: (text: string) => `Type ${text} to confirm`,
  typeFirst: (text: string) => `Type ${text} first.`,
  roleNeeded: (role: string, handle: string, yours: string) =>
    `Needs the role ${roleNamed(role)} on ${handle}; you have ${yours ? roleNamed(yours) : 'none there'}. The owner of ${handle} can grant it.`,
  adminNeeded:
    'Needs a platform admin. Whoever runs the server can create such a token with beckon token --platform-admin.',
  signIns: {
    label: 'Sign-ins',
    heads: ['When', 'How', 'From', 'Ends'],
    current: 'this one',
    end: 'End',
    endOf: (address: string) => `End the sign-in from ${address}`,
    ways: {
      password: 'password',
      link: 'start link',
      invitation: 'one-time link',
      oidc: 'identity provider',
    } as Record<string, string>,
  },
};
