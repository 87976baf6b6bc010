// A sentence of the server, with what it puts in backticks as code. Text nodes only.
export const Ticked = ({ text }: { text: string }) => (
  <>{text.split(/`([^`]+)`/).map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part))}</>
);
