// The npm packages that memmon needs at run time, as installed here: the dependencies of package.json with theirs, and the
// optional one if npm could install it.
import { spawnSync } from 'node:child_process'
import { relative } from 'node:path'
import { ROOT } from './setup.mjs'

/** Their folders, from the root of the checkout. */
export function neededPackages() {
  const args = ['ls', '--omit=dev', '--all', '--parseable']
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8' })
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed: ${stderr.trim()}`)
  const paths = stdout.trim().split('\n')
  return paths.map(path => relative(ROOT, path)).filter(path => path !== '')
}
