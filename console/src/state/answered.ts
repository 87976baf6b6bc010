// How many requests of this page the server has not answered.
let count = 0;

export const unanswered = () => count;
export const noteUnanswered = () => {
  count += 1;
};
