// A Node of another major: where npm cannot bring it, that is said in words.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ROOT } from '../helpers/documents.ts'

const nodeOf = (major: string) =>
  spawnSync(process.execPath, [join(ROOT, 'scripts', 'node-binary.mjs'), major], {
    // Nobody listens at this port, and no other place is tried.
    env: { ...process.env, npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' },
    encoding: 'utf8',
  })

afterAll(() => rmSync(join(ROOT, 'node_modules', '.cache', 'node-1'), { recursive: true, force: true }))

test('without a registry it fails and names it', () => {
  const run = nodeOf('1')
  expect(run).toMatchObject({ status: 1, stdout: '' })
  expect(run.stderr).toMatch(
    /Node 1: npm could not install node@1 \(see above\); can its registry be reached\?\n$/,
  )
  expect(run.stderr).toContain('127.0.0.1:9')
})

test('what is no major is refused before npm is asked', () => {
  expect(nodeOf('lts')).toMatchObject({
    status: 1,
    stderr: '--node lts: "lts" is not a major version: give 24 for Node 24\n',
  })
})
