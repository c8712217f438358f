// The built memmon with packages of its own, as npm installs it, so that a test may take some of them away.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './documents.ts'

export class Installed {
  readonly folder = mkdtempSync(join(tmpdir(), 'memmon-installed-'))
  readonly command = join(this.folder, 'bin', 'memmon.js')

  constructor() {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const packages = Object.keys(dependencies).map(name => join('node_modules', name))
    for (const path of ['package.json', 'bin', 'dist', 'build', ...packages, 'node_modules/safe-buffer'])
      if (existsSync(join(ROOT, path))) cpSync(join(ROOT, path), join(this.folder, path), { recursive: true })
    mkdirSync(join(this.folder, 'away', 'node_modules'), { recursive: true })
    mkdirSync(join(this.folder, 'away', 'dist'))
  }

  /** Takes away a package (node_modules/x) or a file (dist/x), as npm does before it puts the new one there. */
  takeAway(path: string): void {
    renameSync(join(this.folder, path), join(this.folder, 'away', path))
  }

  putBack(path: string): void {
    renameSync(join(this.folder, 'away', path), join(this.folder, path))
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
