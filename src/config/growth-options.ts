// What is done about growth: a leak is seen long before its limit.
import { parseDuration, parseSize } from '../base/units.ts'
import { GROWTH_KINDS, parseDayWindow, parseGrowth, parseIncreaseLimit } from '../rules/growth.ts'
import type { RuleOption } from './rule-keys.ts'

export const GROWTH_OPTIONS: readonly RuleOption[] = [
  {
    rule: true,
    flags: ['--growth'],
    group: 'action',
    value: 'what',
    choices: GROWTH_KINDS,
    brief: 'about a leak: alert (default), restart or off',
    help: 'What to do about a process that leaks, as seen from its RSS over time: alert (once when the leak is seen, and once when it ends), restart (shortly before it reaches its limit, see --growth-lead), or off. Default: alert',
    example: '-a 200MB --growth restart',
    exampleHelp: 'restart what leaks before it reaches its limit',
    applyRule: (keys, text) => {
      keys.growth = parseGrowth(text)
    },
  },
  {
    rule: true,
    flags: ['--growth-lead'],
    group: 'action',
    value: 'time',
    help: 'With --growth restart: restart a process that leaks when it is forecast to reach its limit within this time, or has used 85% of it. Default: 15m',
    example: '-a 200MB --growth restart --growth-lead 30m',
    exampleHelp: 'restart it half an hour before its limit',
    applyRule: (keys, text) => {
      keys.growthLeadSeconds = parseDuration(text)
    },
  },
  {
    rule: true,
    flags: ['--growth-window'],
    group: 'action',
    value: 'times',
    help: 'With --growth restart: wait for this time of day, local time, if it comes before the limit is reached.',
    example: '-a 200MB --growth restart --growth-lead 12h --growth-window 02:00-05:00',
    exampleHelp: 'restart what would reach its limit within 12 hours, at night where it can wait',
    applyRule: (keys, text) => {
      keys.growthWindow = parseDayWindow(text)
    },
  },
  {
    rule: true,
    flags: ['--increase-limit'],
    group: 'action',
    value: 'count',
    help: 'A simpler test for a leak: this many new maxima since the start of the process, each more than --threshold-size above the last, as in MemoryMonitor of async-container-supervisor.',
    example: '-a 200MB --increase-limit 20',
    exampleHelp: 'alert when a process has reached a new maximum twenty times',
    applyRule: (keys, text) => {
      keys.increaseLimit = parseIncreaseLimit(text)
    },
  },
  {
    rule: true,
    flags: ['--threshold-size'],
    group: 'action',
    value: 'size',
    help: 'With --increase-limit: how far a new maximum must exceed the last one. Default: 10MB',
    example: '-a 200MB --increase-limit 20 --threshold-size 5MB',
    exampleHelp: 'count new maxima that are 5 MB above the last',
    applyRule: (keys, text) => {
      keys.thresholdBytes = parseSize(text)
    },
  },
]
