// What a log line, and a person at a terminal, are told to do when supervisord does not answer.
import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { SupervisorFault } from '../../src/base/errors.ts'
import { type Caller, remediedText } from '../../src/base/fault-remedy.ts'
import { ownUser } from '../../src/base/own-user.ts'

const AT = 'no answer from supervisord at'

test.each<[kind: Caller['kind'], message: string, remedy: string]>([
  [
    'listener',
    `${AT} unix:///run/my s.sock: EACCES`,
    "user nobody (65534) may not use /run/my s.sock; set chown= or chmod= in [unix_http_server], or remove user= from memmon's section",
  ],
  [
    'hand',
    `${AT} unix:///run/s.sock: EACCES`,
    'user nobody (65534) may not use /run/s.sock; run this with sudo, or set chown= or chmod= in [unix_http_server]',
  ],
  [
    'listener',
    `${AT} unix:///run/s.sock: ENOENT`,
    'no such socket; is it file= of [unix_http_server]? If /run/s.sock was deleted, restart supervisord',
  ],
  [
    'hand',
    `${AT} unix:///run/s.sock: ENOENT`,
    'no such socket; is supervisord running? If it was started with another supervisord.conf, name that with -C',
  ],
  [
    'listener',
    `${AT} unix:///run/s.sock: ECONNREFUSED`,
    'nothing listens there; is it file= of [unix_http_server]?',
  ],
  [
    'hand',
    `${AT} unix:///run/s.sock: ECONNREFUSED`,
    'nothing listens there; is supervisord running? If it has another supervisord.conf, name that with -C',
  ],
  [
    'listener',
    `${AT} http://127.0.0.1:9001: ECONNREFUSED`,
    'nothing listens there; is it port= of [inet_http_server]?',
  ],
  [
    'hand',
    `${AT} http://127.0.0.1:9001: ECONNREFUSED`,
    'nothing listens there; is supervisord running, with this port= in [inet_http_server]? If it has another supervisord.conf, name that with -C',
  ],
  ['hand', `${AT} http://box:9001: ENOTFOUND`, 'this host has no address; is --server-url right?'],
])('%s: %s', (kind, message, remedy) => {
  const fault = new SupervisorFault('unreachable', message)
  expect(remediedText(fault, { kind, user: 'nobody (65534)' })).toBe(`${message}: ${remedy}`)
})

test.each<[kind: Caller['kind'], remedy: string]>([
  [
    'listener',
    "set SUPERVISOR_USERNAME and SUPERVISOR_PASSWORD in environment= of memmon's section to those of the server",
  ],
  [
    'hand',
    'set username= and password= in [supervisorctl] of supervisord.conf, or SUPERVISOR_USERNAME and SUPERVISOR_PASSWORD in this shell',
  ],
])('%s: the password', (kind, remedy) => {
  const fault = new SupervisorFault('unauthorized', 'it refused (HTTP 401)')
  expect(remediedText(fault, { kind, user: 'x' })).toBe(`it refused (HTTP 401): ${remedy}`)
})

test.each([
  new SupervisorFault('timeout', 'supervisord at unix:///s gave no answer within 30 s'),
  new SupervisorFault('unreachable', `${AT} unix:///s: ECONNRESET`),
])('$message: nothing to add', fault => {
  expect(remediedText(fault, { kind: 'hand', user: 'x' })).toBe(fault.message)
})

test('a supervisord without its interface', () => {
  const fault = new SupervisorFault('fault', 'UNKNOWN_METHOD (fault 1)', 1)
  expect(remediedText(fault, { kind: 'listener', user: 'x' })).toBe(
    'UNKNOWN_METHOD (fault 1): add [rpcinterface:supervisor] to its supervisord.conf, which supervisorctl needs, too',
  )
})

test('the own user has a name and a number', () => {
  expect(ownUser()).toBe(`${userInfo().username} (${process.geteuid?.()})`)
})
