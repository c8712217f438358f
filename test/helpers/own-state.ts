// The state folder of the only memmon that a test's supervisord has run.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Supervisord } from './supervisord.ts'

export function stateFolderIn({ folder }: Supervisord): string {
  const root = join(folder, 'state')
  const [name, ...others] = readdirSync(root)
  if (name === undefined || others.length > 0) throw new Error(`${root} does not hold one folder`)
  return join(root, name)
}
