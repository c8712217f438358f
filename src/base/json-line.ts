// JSON for a terminal as well as for a program.

/** A document in one line: whatever a name holds steers no terminal, and reads back as it was. */
export const jsonLine = (document: object): string =>
  JSON.stringify(document).replace(
    /[\x7f-\x9f\u2028\u2029]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
