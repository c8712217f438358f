// The listener that docs/debugging.md drives by hand.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { codeBlocks } from '../helpers/documents.ts'
import { MEMMON } from '../helpers/supervisord.ts'

test('the tick by hand is answered, and memmon ends with its input', () => {
  const [block] = codeBlocks('docs/debugging.md').filter(({ language }) => language === 'sh')
  const bin = mkdtempSync(join(tmpdir(), 'memmon-by-hand-'))
  try {
    symlinkSync(MEMMON, join(bin, 'memmon'))
    const { stdout, stderr, status } = spawnSync('sh', ['-c', block?.text ?? ''], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
    })
    expect(stdout).toBe('READY\nRESULT 2\nOKREADY\n')
    expect(stderr).toContain('--dry-run: limits are checked and logged, nothing is restarted')
    expect(status).toBe(0)
  } finally {
    rmSync(bin, { recursive: true, force: true })
  }
})
