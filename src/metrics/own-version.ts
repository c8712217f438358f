// The version in memmon's own package.json: beside dist/, or above the sources where tests run them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** '' if npm is replacing the package just now. */
export function ownVersion(folder = import.meta.dirname): string {
  for (const up of ['..', '../..']) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, up, 'package.json'), 'utf8'))
      if (name === 'memmon') return String(version)
    } catch {} // There is none.
  }
  return ''
}
