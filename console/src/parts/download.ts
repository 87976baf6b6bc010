const kKept = 60_000; // milliseconds until the text is freed: the browser has saved it by then

// Saves JSON as a file of the user.
export function download(name: string, value: unknown) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: 'application/json' }));
  link.download = `${name.replace(/[^\w.@-]+/g, '_')}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), kKept);
}
