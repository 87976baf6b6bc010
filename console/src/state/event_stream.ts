// Reads Server-Sent Events from a response: EventSource cannot send an Authorization header. Pure.
export interface StreamEvent {
  name: string;
  data: string;
  id: string;
}

// Takes text as it arrives and returns the complete events.
export function eventReader(): (text: string) => StreamEvent[] {
  let rest = '',
    id = '';
  return text => {
    const blocks = (rest + text).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop()!;
    return blocks.flatMap(block => {
      let name = 'message';
      const data: string[] = [];
      for (const line of block.split('\n')) {
        const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
        if (field === 'event') name = value;
        if (field === 'data') data.push(value);
        if (field === 'id') id = value;
      }
      return data.length ? [{ name, data: data.join('\n'), id }] : [];
    });
  };
}
