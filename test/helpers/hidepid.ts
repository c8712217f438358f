// memmon as another user than supervisord's children, behind a /proc that hides them: a wrapper that brings
// both about. Only root may do so.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MEMMON } from './supervisord-conf.ts'

const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']

/** A program that runs its arguments as nobody under hidepid; undefined where this machine or user may not. */
export function hidingShell(hidepid: 1 | 2): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'memmon-hidepid-'))
  const path = join(folder, 'hidden')
  const inside = `mount -t proc -o hidepid=${hidepid} proc /proc && exec ${NOBODY.join(' ')} "$@"`
  writeFileSync(path, `#!/bin/sh\nexec unshare --mount sh -c '${inside}' hidden "$@"\n`, { mode: 0o755 })
  return spawnSync(path, [process.execPath, MEMMON, '--version']).status === 0 ? path : undefined
}
