// How wide what is printed may be, and whether it may have colours: a terminal's own, and no bound in a pipe or a file.

const USUAL_COLUMNS = 80

/** A terminal's columns: 0 if nothing has set them. */
export const columnsOf = ({ columns }: { readonly columns?: number | undefined }): number =>
  columns || USUAL_COLUMNS

/** What a line on stdout has room for. */
export const stdoutWidth = (): number =>
  process.stdout.isTTY ? columnsOf(process.stdout) : Number.POSITIVE_INFINITY

/** False for a terminal without colours, and for people who want none. */
export const takesColour = (): boolean => !process.env.NO_COLOR && process.env.TERM !== 'dumb'
