const kKept = 60_000; // milliseconds until the text is freed: the browser has saved it by then

// Saves text as a file of the user.
export function save(name: string, parts: string[], type: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(parts, { type }));
  link.download = name.replace(/[^\w.@-]+/g, '_');
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), kKept);
}

// Likewise JSON.
export const download = (name: string, value: unknown) =>
  save(`${name}.json`, [`${JSON.stringify(value, null, 2)}\n`], 'application/json');
