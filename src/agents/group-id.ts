// The id of a group, which Node cannot look up.
import { readFileSync } from 'node:fs'
import { FileFault } from '../base/file-fault.ts'

/** Digits are the number itself; a name is one of /etc/group. Throws a FileFault. */
export function groupIdOf(group: string, path = '/etc/group'): number {
  if (/^\d+$/.test(group)) return Number(group)
  const fields = linesOf(path).map(line => line.split(':'))
  const gid = fields.find(([name]) => name === group)?.[2]
  if (gid !== undefined && /^\d+$/.test(gid)) return Number(gid)
  throw new FileFault(
    'unsafe',
    `group "${group}" is not in ${path}: correct agent_socket_group, or give its number`,
  )
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}
