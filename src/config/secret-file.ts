// Files that hold a secret: one line, which only we or root may be able to read and write.
import { shellWord } from '../base/command-line.ts'
import { messageOf, UsageError } from '../base/errors.ts'
import { errnoOf } from '../base/file-fault.ts'
import { isLack } from '../base/lack.ts'
import { looseText } from '../base/loose-file.ts'
import { ownUser } from '../base/own-user.ts'
import { oneLine } from '../base/text.ts'
import { readOpen } from './conf-files.ts'

/** This user may not read the file; memmon's user may. */
export class SecretDenied extends UsageError {}

/** Its one line; `what` names it in errors. Throws a UsageError. */
export function secretIn(path: string, what: string): string {
  const { text, stat } = fileOf(path, what)
  if ((stat.mode & 0o077) !== 0) {
    throw new UsageError(`${what} ${oneLine(path)} can be read by others: chmod 600 ${shellWord(path)}`)
  }
  const loose = looseText(path, stat, process.geteuid?.() ?? stat.uid)
  if (loose !== undefined) throw new UsageError(`${what} ${loose}`)
  return text.trim()
}

/** The text of a file without secrets. Throws a UsageError. */
export const textIn = (path: string, what: string): string => fileOf(path, what).text

function fileOf(path: string, what: string): ReturnType<typeof readOpen> {
  try {
    return readOpen(path)
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (code === 'EACCES')
      throw new SecretDenied(`${what} ${oneLine(path)} cannot be read by user ${ownUser()}`)
    throw new UsageError(
      code === 'ENOENT'
        ? `${what} ${oneLine(path)}: no such file`
        : oneLine(`${what} ${path} cannot be read: ${messageOf(thrown)}`),
      { isTransient: isLack(thrown) },
    )
  }
}
