export const kAccount = {
  title: 'Your account',
  ofToken:
    'You are signed in by a token of the command line, which belongs to no user: it has no password and no other sign-ins.',
  where: 'Where you are signed in',
  ended: 'Ended',
  endOthers: 'End all others',
  noOther: 'There is no other sign-in.',
  password: 'Password',
  current: 'Current password',
  next: 'New password',
  hint: 'At least 12 characters. It ends all of your other sign-ins.',
  change: 'Change password',
  fillIn: 'Fill in both fields.',
  changed: 'Password changed; your other sign-ins have ended',
};
