// A hundred rotations of an identity provider's keys, with the server's own interval between readings of them at 1 s.
process.env.ROTATIONS = '100';
await import('../oidc_keys.test.mjs');
