// `memmon check | head` has read enough; or the terminal is gone.

const GONE: readonly unknown[] = ['EPIPE', 'EIO']

/** From now on the command ends quietly when nobody reads its stdout any more. */
export function endWithReader(): void {
  process.stdout.on('error', error => {
    if (GONE.includes((error as NodeJS.ErrnoException).code)) process.exit(0)
    throw error
  })
}
