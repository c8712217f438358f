// How wide the output may be, and whether it may have colours: the terminal's own width; no limit in a pipe or a file.

const USUAL_COLUMNS = 80

/** A terminal's columns: 0 if nothing has set them. */
export const columnsOf = ({ columns }: { readonly columns?: number | undefined }): number =>
  columns || USUAL_COLUMNS

/** The width of a line on stdout. */
export const stdoutWidth = (): number =>
  process.stdout.isTTY ? columnsOf(process.stdout) : Number.POSITIVE_INFINITY

/** False for terminals without colours, and for people who do not want them. */
export const takesColour = (): boolean => !process.env.NO_COLOR && process.env.TERM !== 'dumb'
