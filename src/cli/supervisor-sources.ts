// What supervisord.conf is read from, for the commands for people: the file system, the environment of the shell.
import { readdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { errnoOf } from '../base/file-fault.ts'
import type { SupervisorSources } from '../config/supervisor-files.ts'

export const supervisorSources = (): SupervisorSources => ({
  readText(path) {
    try {
      return readFileSync(path, 'utf8')
    } catch (thrown) {
      const code = errnoOf(thrown)
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
      throw new Error(`${path} cannot be read (${code === 'EACCES' ? 'permission denied' : code})`)
    }
  },
  listFolder(path) {
    try {
      return readdirSync(path)
    } catch {
      return [] // as Python's glob, which supervisord uses
    }
  },
  environment: process.env,
  hostName: hostname(),
})
