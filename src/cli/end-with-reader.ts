// `memmon check | head` has read enough.

/** From now on the command ends quietly when nobody reads its stdout any more. */
export function endWithReader(): void {
  process.stdout.on('error', error => {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0)
    throw error
  })
}
